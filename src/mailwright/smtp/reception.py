"""The server's side of an SMTP conversation, as a dialogue that tells what it has caught (RFC 5321 4).

It plays the part faithfully enough to be sent to by anything: STARTTLS, AUTH PLAIN and LOGIN, SIZE, PIPELINING,
8BITMIME, SMTPUTF8, CHUNKING, DSN. It is strict where leniency is dangerous: only CRLF ends a line, a message with a
bare CR or LF is refused, and nothing that came before TLS counts after it.

Replies are written while commands keep coming and sent when there is nothing more to read, so a pipelined flight gets
its answers in one piece.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final

from mailwright.dialogue import Dialogue, Limits, Patience, Stop, Tell, Telling, Wire
from mailwright.errors import ConnectionLost, LimitExceeded, PlaintextInjection, Timeout
from mailwright.grammar.address import Address
from mailwright.sasl import parse_plain
from mailwright.smtp.data import DotUnstuffer
from mailwright.smtp.paths import Path, parse_path
from mailwright.smtp.policy import Caught, Policy

__all__ = ["Reception"]


_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


class _Goodbye(Exception):
    """The conversation is over: this is the last reply."""


class Reception:
    """One client being received.

    Args:
        policy: what is allowed.
        is_secured: the connection is TLS already (implicit TLS).
    """

    def __init__(self, policy: Policy, *, is_secured: bool = False) -> None:
        self.policy = policy
        self.wire = Wire(Limits(line=policy.line))
        self.is_secured = is_secured
        self.username: str | None = None
        self._client: str | None = None
        self._errors = 0
        self._mail: Path | None = None
        self._to: list[Address] = []
        self._chunks: list[bytes] = []
        self._chunked = -1  # octets received by BDAT; -1 when none has begun
        self._simple: Mapping[str, Callable[[str], None]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "MAIL": self._mail_from,
            "RCPT": self._rcpt_to,
            "RSET": self._rset,
            "NOOP": self._noop,
            "VRFY": self._vrfy,
            "HELP": self._help,
            "QUIT": self._quit,
        }

    # The conversation

    def converse(self, *, implicit_tls: bool = False) -> Telling[Caught, None]:
        """Receive until the client leaves; tells each message, and takes it once the telling has returned."""
        try:
            if implicit_tls:
                yield from self.wire.secure(None)
                self.is_secured = True
            self._say(220, f"{self.policy.hostname} ESMTP mailwright")
            while True:
                line = self.wire.take_line()
                if line is None:
                    yield from self.wire.flush()
                    line = yield from self.wire.line(Patience.COMMAND)
                yield from self._obey(line)
        except LimitExceeded:
            self._say(500, "5.5.2 Line too long, goodbye")
        except _Goodbye:
            pass
        except Stop:
            self._say(421, f"4.3.2 {self.policy.hostname} is shutting down")
        except Timeout:
            self._say(421, f"4.4.2 {self.policy.hostname} waited long enough")
        except ConnectionLost:
            return
        yield from self.wire.flush()

    def _obey(self, line: bytes) -> Telling[Caught, None]:
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            self._wrong(500, "5.5.2 Lines end in CR LF, nothing else")
            return
        try:
            verb, _, argument = line[:-2].decode("utf-8").partition(" ")
        except UnicodeDecodeError:
            self._wrong(500, "5.5.2 Commands are ASCII or UTF-8")
            return
        verb = verb.upper()
        if verb == "DATA":
            yield from self._data(argument)
        elif verb == "BDAT":
            yield from self._bdat(argument)
        elif verb == "AUTH":
            yield from self._auth(argument)
        elif verb == "STARTTLS":
            yield from self._starttls(argument)
        elif verb in self._simple:
            self._simple[verb](argument.strip())
        else:
            self._wrong(500, "5.5.2 Unknown command")

    def _say(self, code: int, *lines: str) -> None:
        last = len(lines) - 1
        for at, line in enumerate(lines):
            one_line = _CONTROL.sub(" ", line)  # a policy's own words must not add a reply
            self.wire.write(f"{code}{' ' if at == last else '-'}{one_line}\r\n".encode())

    def _wrong(self, code: int, text: str) -> None:
        self._errors += 1
        self._say(code, text)
        if self._errors >= self.policy.errors:
            self._say(421, "4.7.0 Too many errors")
            raise _Goodbye

    # Simple commands

    def _ehlo(self, name: str) -> None:
        if not name:
            self._wrong(501, "5.5.4 EHLO needs a name")
            return
        self._client = name
        self._forget()
        policy = self.policy
        lines = [policy.hostname, "PIPELINING", f"SIZE {policy.size}", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN"]
        if policy.offers_starttls and not self.is_secured:
            lines.append("STARTTLS")
        if self._offers_auth():
            lines.append("AUTH PLAIN LOGIN")
        self._say(250, *lines, "ENHANCEDSTATUSCODES")

    def _helo(self, name: str) -> None:
        if not name:
            self._wrong(501, "5.5.4 HELO needs a name")
            return
        self._client = name
        self._forget()
        self._say(250, self.policy.hostname)

    def _mail_from(self, argument: str) -> None:
        if self._client is None:
            self._wrong(503, "5.5.1 Say EHLO first")
        elif self.policy.login_required and self.username is None:
            self._wrong(530, "5.7.0 Authentication required")
        elif self._mail is not None:
            self._wrong(503, "5.5.1 One sender at a time")
        else:
            self._with_path("FROM:", argument, self._begin)

    def _rcpt_to(self, argument: str) -> None:
        if self._mail is None:
            self._wrong(503, "5.5.1 Say MAIL first")
        elif self._chunked >= 0:
            self._wrong(503, "5.5.1 The message has begun")
        elif len(self._to) >= self.policy.recipients:
            self._say(452, "4.5.3 Too many recipients")
        else:
            self._with_path("TO:", argument, self._add)

    def _with_path(self, prefix: str, argument: str, use: Callable[[Path], None]) -> None:
        try:
            path = parse_path(prefix, argument)
        except ValueError as error:
            self._wrong(501, f"5.5.4 {error}")
            return
        use(path)

    def _begin(self, path: Path) -> None:
        declared = path.parameters.get("SIZE", "0")
        spec = "" if path.address is None else path.address.addr_spec
        if not declared.isascii() or not declared.isdigit() or len(declared) > 20:
            self._wrong(501, "5.5.4 SIZE is a number of octets")
        elif int(declared) > self.policy.size:
            self._say(552, f"5.3.4 At most {self.policy.size} octets are taken")
        elif refusal := self.policy.refuse("sender", spec):
            self._say(*refusal)
        else:
            self._mail = path
            self._say(250, "2.1.0 Sender OK")

    def _add(self, path: Path) -> None:
        if path.address is None:
            self._wrong(501, "5.1.3 A recipient needs an address")
        elif refusal := self.policy.refuse("recipient", path.address.addr_spec):
            self._say(*refusal)
        else:
            self._to.append(path.address)
            self._say(250, "2.1.5 Recipient OK")

    def _rset(self, _argument: str) -> None:
        self._forget()
        self._say(250, "2.0.0 OK")

    def _noop(self, _argument: str) -> None:
        self._say(250, "2.0.0 OK")

    def _vrfy(self, _argument: str) -> None:
        self._say(252, "2.5.0 Send to it and see")

    def _help(self, _argument: str) -> None:
        self._say(214, "2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS AUTH QUIT")

    def _quit(self, _argument: str) -> None:
        self._say(221, f"2.0.0 {self.policy.hostname} says goodbye")
        raise _Goodbye

    def _forget(self) -> None:
        self._mail = None
        self._to = []
        self._chunks = []
        self._chunked = -1

    # TLS and login

    def _starttls(self, argument: str) -> Dialogue[None]:
        if argument.strip():
            self._wrong(501, "5.5.4 STARTTLS takes no argument")
        elif self.is_secured:
            self._wrong(503, "5.5.1 This is TLS already")
        elif not self.policy.offers_starttls:
            self._wrong(502, "5.5.1 TLS is not available")
        else:
            self._say(220, "2.0.0 Go ahead")
            yield from self.wire.flush()
            try:
                yield from self.wire.secure(None)
            except PlaintextInjection:
                raise ConnectionLost("The client sent plaintext behind STARTTLS.") from None
            self.is_secured = True
            self._client = self.username = None  # RFC 3207 4.2: what was said in the clear is forgotten
            self._forget()

    def _offers_auth(self) -> bool:
        return bool(self.policy.users) and (self.is_secured or self.policy.cleartext_login)

    def _auth(self, argument: str) -> Dialogue[None]:
        mechanism, _, initial = argument.strip().partition(" ")
        if self._client is None:
            self._wrong(503, "5.5.1 Say EHLO first")
        elif self.username is not None or self._mail is not None:
            self._wrong(503, "5.5.1 Not now")
        elif self.policy.users and not self._offers_auth():
            self._wrong(538, "5.7.11 Encryption required for authentication")
        elif not self.policy.users or mechanism.upper() not in ("PLAIN", "LOGIN"):
            self._wrong(504, "5.5.4 PLAIN and LOGIN are known here" if self.policy.users else "5.5.4 No login here")
        else:
            yield from self._exchange(mechanism.upper(), initial)

    def _exchange(self, mechanism: str, initial: str) -> Dialogue[None]:
        try:
            if mechanism == "PLAIN":
                message = _decoded(initial) if initial else (yield from self._challenge(b""))
                username, password = parse_plain(message)
            else:
                first = _decoded(initial) if initial else (yield from self._challenge(b"Username:"))
                username = first.decode("utf-8")
                password = (yield from self._challenge(b"Password:")).decode("utf-8")
        except ValueError:
            self._wrong(501, "5.5.2 The authentication exchange was cancelled or makes no sense")
            return
        if self.policy.admits(username, password):
            self.username = username
            self._say(235, "2.7.0 Authentication successful")
        else:
            self._wrong(535, "5.7.8 Authentication credentials invalid")

    def _challenge(self, challenge: bytes) -> Dialogue[bytes]:
        self._say(334, base64.b64encode(challenge).decode())
        yield from self.wire.flush()
        line = yield from self.wire.line(Patience.COMMAND)
        return _decoded(line.decode("ascii", "replace").strip())

    # The message

    def _data(self, argument: str) -> Telling[Caught, None]:
        if argument.strip():
            self._wrong(501, "5.5.4 DATA takes no argument")
        elif self._chunked >= 0:
            self._wrong(503, "5.5.1 This message comes by BDAT")
        elif not self._to:
            self._wrong(503, "5.5.1 Say MAIL and RCPT first" if self._mail is None else "5.5.1 No valid recipients")
        else:
            self._say(354, "End with <CR><LF>.<CR><LF>")
            yield from self.wire.flush()
            yield from self._content()

    def _content(self) -> Telling[Caught, None]:
        unstuffer = DotUnstuffer()
        pieces: list[bytes] = []
        size = 0
        rest: bytes | None = None
        while rest is None:
            if not self.wire.pending:
                yield from self.wire.more(Patience.COMMAND)
            piece, rest = unstuffer.feed(self.wire.take_all())
            size += len(piece)
            if size <= self.policy.size:
                pieces.append(piece)
        self.wire.put_back(rest)
        if size > self.policy.size:
            self._refuse(552, f"5.3.4 At most {self.policy.size} octets are taken")
        elif unstuffer.bare:
            self._refuse(550, "5.6.11 Lines end in CR LF; a bare CR or LF is refused")
        else:
            yield from self._take(b"".join(pieces))

    def _bdat(self, argument: str) -> Telling[Caught, None]:
        count, _, last = argument.strip().partition(" ")
        if not (count.isascii() and count.isdigit()) or len(count) > 20 or last.upper() not in ("", "LAST"):
            self._wrong(501, "5.5.4 BDAT size [LAST] is wanted")
            raise _Goodbye  # where the chunk ends is unknown, so what follows cannot be understood (RFC 3030 2)
        size = int(count)
        yield from self.wire.flush()
        if not self._to or max(self._chunked, 0) + size > self.policy.size:
            yield from self._discard(size)
            if not self._to:
                self._wrong(503, "5.5.1 Say MAIL and RCPT first" if self._mail is None else "5.5.1 No valid recipients")
            else:
                self._refuse(552, f"5.3.4 At most {self.policy.size} octets are taken")
            return
        self._chunks.append((yield from self.wire.exactly(size, Patience.COMMAND)))
        self._chunked = max(self._chunked, 0) + size
        if last:
            yield from self._take(b"".join(self._chunks))
        else:
            self._say(250, f"2.0.0 {size} octets received")

    def _discard(self, size: int) -> Dialogue[None]:
        while size > 0:
            if not self.wire.pending:
                yield from self.wire.more(Patience.COMMAND)
            data = self.wire.take_all()
            if len(data) > size:
                self.wire.put_back(data[size:])
            size -= len(data)

    def _take(self, content: bytes) -> Telling[Caught, None]:
        mail = self._mail
        if mail is None:
            raise TypeError("a message without a transaction")
        caught = Caught(mail.address, tuple(self._to), content, self.username, self.is_secured, dict(mail.parameters))
        self._forget()
        yield Tell(caught)
        self._say(250, "2.0.0 OK: caught")

    def _refuse(self, code: int, text: str) -> None:
        self._forget()
        self._say(code, text)


def _decoded(text: str) -> bytes:
    if text == "*":
        raise ValueError("cancelled")
    if text == "=":
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
