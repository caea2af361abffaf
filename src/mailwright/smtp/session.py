"""The client's side of an SMTP conversation, once, for every world (RFC 5321).

What the server may do wrong, and what happens then:

* It greets with 4xx or 5xx, with another protocol, with TLS, with nothing: each its own error, before anything is sent.
* It does not know EHLO: HELO is tried, and nothing is assumed to be supported. It hangs up on EHLO: that is its answer.
* It offers STARTTLS and refuses it, or sends plaintext behind its go-ahead: an error, never a fall back to plaintext.
  What it said before TLS is forgotten, for anybody could have said it.
* It answers a pipelined flight in the middle with 4xx or 5xx: every reply that is owed is read before anything is
  raised, so the connection stays in step.
* It gives the go-ahead for DATA although it took no recipient: a lone dot ends that, and nothing can be delivered,
  for there is nobody to deliver it to (RFC 2920 3.1).
* It says 421 at any point: it is closing, and the connection is given up with what it said.
* It vanishes after the final dot: the message may have been accepted. The error says so (``in_doubt``).

A refused transaction owes the server a RSET. It is paid with the next transaction, in the same flight where the server
takes pipelines, instead of costing the error a round trip.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mailwright.dialogue import Dialogue, Limits, Patience, Wire
from mailwright.errors import (
    CleartextCredentials,
    ConnectionLost,
    MailError,
    NotSupported,
    Refused,
)
from mailwright.net.endpoint import Security
from mailwright.net.tls import TlsFacts
from mailwright.sasl import Credentials, Mechanism, NotProven, Occasion, choose, narrowed, not_proven, refused
from mailwright.smtp.commands import command, ehlo
from mailwright.smtp.extensions import Capabilities
from mailwright.smtp.reply import Reply, read_reply, take_reply

__all__ = ["Session"]

# RFC 4954 4: an initial response that does not fit a command line of 512 octets is sent after an empty challenge.
_COMMAND_LINE: Final = 512
_CANCEL: Final = b"*\r\n"
_UNRECOGNISED: Final = 504  # RFC 4954 4: "the requested authentication mechanism is not supported by the server"


class Session:
    """What is known of one conversation, and what can be said in it.

    Args:
        local_hostname: the name to greet the server with.
        trusted_path: nobody can listen on the way (loopback, a unix socket), so credentials need no TLS.
        clock: gives seconds; durations are reported with it.
        limits: how much the server may send.
        host: the server's name, for mechanisms that include it.
        port: the server's port, likewise.
        nonce: gives a fresh nonce, for mechanisms that need one: a conversation has no randomness of its own.
        chunking: use BDAT where it is offered (RFC 3030).

    Attributes:
        greeting: the server's first reply.
        capabilities: what it offers, learnt anew after STARTTLS.
        is_secured: the connection is TLS.
        tls: what was negotiated then.
        username: who has logged in.
        heard: when the server was last heard of, by the clock.
        may_be_gone: tells whether it has said something unasked, or closed; like the clock, from the world outside.
    """

    def __init__(
        self,
        local_hostname: str,
        *,
        trusted_path: bool = False,
        clock: Callable[[], float] = lambda: 0.0,
        limits: Limits | None = None,
        host: str = "",
        port: int = 0,
        nonce: Callable[[], str] | None = None,
        chunking: bool = True,
    ) -> None:
        ehlo(local_hostname)  # refuses what cannot be said, now rather than in mid-conversation
        self.local_hostname = local_hostname
        self.trusted_path = trusted_path
        self.clock = clock
        self.wire = Wire(limits or Limits())
        self.host = host
        self.port = port
        self.nonce = nonce
        self.chunking = chunking
        self.greeting: Reply | None = None
        self.capabilities = Capabilities()
        self.is_secured = False
        self.tls: TlsFacts | None = None
        self.username: str | None = None
        self.owes_reset = False
        self.heard = self.clock()
        self.may_be_gone: Callable[[], bool] = lambda: False

    @property
    def usable(self) -> Capabilities:
        """What the server offers and we are to use."""
        return self.capabilities if self.chunking else self.capabilities.without("CHUNKING", "BINARYMIME")

    # Opening

    def open(self, security: Security, server_name: str) -> Dialogue[None]:
        """Everything from the first byte to knowing what the server can do, over TLS where that is asked for.

        Args:
            security: any mode but ``AUTO``.
            server_name: whom the certificate must name.

        Raises:
            Refused: the server does not want to talk, or refused STARTTLS.
            NotSupported: STARTTLS is required and not offered.
            MailError: the connection failed.
        """
        if security is Security.TLS:
            yield from self._secure(server_name)
        yield from self._greet()
        yield from self.hello()
        if security is Security.STARTTLS or (
            security is Security.STARTTLS_IF_OFFERED and "STARTTLS" in self.capabilities
        ):
            yield from self.starttls(server_name)

    def _greet(self) -> Dialogue[None]:
        reply = yield from self.reply(Patience.GREETING, "greeting")
        self.greeting = reply
        if reply.code != 220:
            raise Refused(
                f"The server refused the connection: {reply}.",
                "It may work later." if reply.is_transient else "It does not want mail from this address.",
                reference="greeting-busy" if reply.is_transient else "greeting-rejected",
                stage="greeting",
                reply=reply,
            )

    def hello(self) -> Dialogue[Capabilities]:
        """EHLO, or HELO for a server that does not know it; learns what the server can do.

        Raises:
            Refused: the server accepts neither.
        """
        reply = yield from self.ask(ehlo(self.local_hostname), stage="capability")
        if not reply.is_positive:
            reply = yield from self.ask(ehlo(self.local_hostname, "HELO"), stage="capability")
            if not reply.is_positive:
                raise Refused(
                    f"The server refused the name {self.local_hostname}: {reply}.",
                    "Set local_hostname to this machine's full name.",
                    reference="helo-name-rejected",
                    stage="capability",
                    reply=reply,
                )
            reply = Reply(reply.code, None, reply.lines[:1])  # HELO announces nothing
        self.capabilities = Capabilities.parse(reply)
        return self.capabilities

    def starttls(self, server_name: str) -> Dialogue[None]:
        """Upgrade to TLS and learn anew what the server can do (RFC 3207).

        Raises:
            NotSupported: it is not offered.
            Refused: it is offered and refused.
            PlaintextInjection: something followed the go-ahead in plaintext.
        """
        if "STARTTLS" not in self.capabilities:
            raise NotSupported(
                "The server does not offer STARTTLS.",
                "Try port 465 with Security.TLS; if it did offer it before, something in between takes the offer away.",
                reference="starttls-not-offered",
                stage="tls",
            )
        reply = yield from self.ask(command("STARTTLS"), stage="tls")
        if reply.code != 220:
            raise Refused(
                f"The server offers STARTTLS and refused it: {reply}.",
                "Its TLS may be misconfigured; its log says more.",
                reference="starttls-refused-temporary" if reply.is_transient else "starttls-refused",
                stage="tls",
                reply=reply,
            )
        yield from self._secure(server_name)
        yield from self.hello()

    def _secure(self, server_name: str) -> Dialogue[None]:
        secured = yield from self.wire.secure(server_name)
        self.is_secured = True
        self.tls = secured if isinstance(secured, TlsFacts) else None
        self.capabilities = Capabilities()  # RFC 3207 4.2: what was said in the clear is forgotten

    # Login

    def login(self, credentials: Credentials, *, allow_cleartext: bool = False) -> Dialogue[Reply]:
        """Log in with the strongest mechanism both sides know (RFC 4954).

        Args:
            credentials: who you are.
            allow_cleartext: send a password even where others can read it.

        Raises:
            AuthenticationFailed: the server did not accept them.
            CleartextCredentials: they would have travelled unencrypted.
            NotSupported: there is no mechanism in common.
            ServerNotProven: the server accepted them without knowing the password; the connection is given up.
        """
        if credentials.is_secret and not (self.is_secured or self.trusted_path or allow_cleartext):
            raise CleartextCredentials(
                "The connection is not encrypted, so the password was not sent.",
                "Use Security.STARTTLS or Security.TLS; allow_cleartext_credentials=True sends it all the same.",
                stage="authentication",
            )
        occasion: Occasion | None = self._occasion()
        failed: MailError | None = None
        while occasion is not None:
            try:
                mechanism = choose(credentials, self.capabilities.auth, occasion)
            except NotSupported as error:
                raise failed or error from None
            reply, broken = yield from self._exchange(credentials, mechanism)
            if reply.is_positive and mechanism.done and broken is None:
                self.username = credentials.username
                return reply
            if reply.is_positive and mechanism.proves_server:
                raise not_proven(credentials, mechanism)
            positive, transient = reply.is_positive, reply.is_transient
            failed = refused(credentials, mechanism, reply, is_positive=positive, is_transient=transient, broken=broken)
            is_final = positive or transient or broken is not None
            unrecognised = reply.code == _UNRECOGNISED
            occasion = None if is_final else narrowed(occasion, mechanism, is_unrecognised=unrecognised)
        assert failed is not None
        raise failed

    def _occasion(self) -> Occasion:
        occasion = Occasion("smtp", self.host or self.capabilities.greeting, self.port)
        if self.tls is not None:
            occasion = replace(occasion, bindings=self.tls.bindings)
        return occasion if self.nonce is None else replace(occasion, nonce=self.nonce)

    def _exchange(self, credentials: Credentials, mechanism: Mechanism) -> Dialogue[tuple[Reply, ValueError | None]]:
        """Perform a mechanism; gives the last reply, and what was wrong with a challenge when we cancelled over it."""
        begin = f"AUTH {mechanism.name}".encode()
        first = mechanism.first()
        # An empty initial response is "=" (RFC 4954 4).
        line = begin + b" " + (base64.b64encode(first or b"") or b"=") + b"\r\n"
        if first is not None and len(line) <= _COMMAND_LINE:
            reply = yield from self.ask(line, stage="authentication", secret=(len(begin) + 1, len(line) - 2))
        else:
            reply = yield from self.ask(begin + b"\r\n", stage="authentication")
            if reply.code == 334 and first is not None:
                reply = yield from self._respond(first)
        while reply.code == 334:
            try:
                answer = mechanism.next(_challenge(mechanism, reply))
            except NotProven:
                raise not_proven(credentials, mechanism) from None
            except ValueError as error:
                return (yield from self.ask(_CANCEL, stage="authentication")), error
            reply = yield from self._respond(answer)
        return reply, None

    def _respond(self, answer: bytes) -> Dialogue[Reply]:
        line = base64.b64encode(answer) + b"\r\n"
        return (yield from self.ask(line, stage="authentication", secret=(0, len(line) - 2)))

    # Small talk

    def noop(self) -> Dialogue[Reply]:
        """Ask whether the connection is alive."""
        return (yield from self._done(command("NOOP"), "session"))

    def reset(self) -> Dialogue[Reply]:
        """Abandon a transaction that has begun."""
        reply = yield from self._done(command("RSET"), "session")
        self.owes_reset = False
        return reply

    def verify(self, address: str) -> Dialogue[Reply]:
        """Ask whether a mailbox exists (VRFY); most servers answer 252: they will not say.

        Raises:
            Refused: it does not, or the server does not like to be asked.
            ValueError: the address contains a control character.
        """
        return (yield from self._done(command("VRFY", address), "recipient"))

    def quit(self) -> Dialogue[None]:
        """Say goodbye. A server that is gone already has understood."""
        try:
            yield from self.ask(command("QUIT"), Patience.GOODBYE, stage="session")
        except MailError:
            pass  # nobody needs the answer

    # Asking

    def ask(
        self,
        line: bytes,
        patience: Patience = Patience.REPLY,
        *,
        stage: str,
        secret: tuple[int, int] | None = None,
    ) -> Dialogue[Reply]:
        """Send one command and read its reply."""
        self.wire.write(line, secret=secret)
        yield from self.wire.flush()
        return (yield from self.reply(patience, stage))

    def take_reply(self) -> Reply | None:
        """A reply that has already come and needs no waiting; :meth:`reply` otherwise."""
        reply = take_reply(self.wire)
        if reply is not None:
            self.heard = self.clock()
            if reply.code == 421:
                raise closing(reply, "session")
        return reply

    def reply(self, patience: Patience, stage: str) -> Dialogue[Reply]:
        """Read one reply.

        Raises:
            ConnectionLost: the server is closing (421), or has closed.
            ProtocolError: it said something that is no reply.
        """
        try:
            reply = yield from read_reply(self.wire, patience)
        except MailError as error:
            error.stage = error.stage or stage
            raise
        self.heard = self.clock()
        if reply.code == 421:
            raise closing(reply, stage)
        return reply

    def _done(self, line: bytes, stage: str) -> Dialogue[Reply]:
        reply = yield from self.ask(line, stage=stage)
        if not reply.is_positive:
            raise Refused(f"The server refused {line.split()[0].decode()}: {reply}.", stage=stage, reply=reply)
        return reply


def _challenge(mechanism: Mechanism, reply: Reply) -> bytes:
    try:
        return base64.b64decode(reply.text, validate=True)
    except ValueError:
        if mechanism.name == "LOGIN":  # QUIRK: some servers ask "334 Username:" as it is, and LOGIN reads no prompts
            return b""
        raise


def closing(reply: Reply, stage: str) -> ConnectionLost:
    """The error for 421: the server is about to close, and says why (RFC 5321 3.8)."""
    return ConnectionLost(
        f"The server is closing the connection: {reply}.",
        "It asks to come back later, perhaps less often.",
        reference="greeting-busy" if stage == "greeting" else "too-many-errors",
        stage=stage,
        reply=reply,
    )
