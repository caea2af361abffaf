"""The two faces of the SMTP client. What is said on the wire stands in ``session`` and ``transaction``, once."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Self

from mailwright.errors import CertificateError
from mailwright.mime.envelope import Envelope
from mailwright.mime.outgoing import Sendable
from mailwright.net.connect import aconnect, connect
from mailwright.net.faces import awaiting, blocking
from mailwright.net.performers import AsyncConnection, Connection, call_in_thread
from mailwright.net.tls import Tls
from mailwright.net.told import AsyncTold, Told
from mailwright.smtp.face import Face, connected_already
from mailwright.smtp.mailing import Mailing, Progress, aparcels, never_waits, pack, parcels
from mailwright.smtp.options import DeliveryOptions
from mailwright.smtp.receipt import Receipt
from mailwright.smtp.reply import Reply
from mailwright.smtp.session import Session
from mailwright.smtp.settings import enter
from mailwright.smtp.transaction import Partial, send, send_many

__all__ = ["AsyncSmtpClient", "SmtpClient"]


class SmtpClient(Face):
    """Sends mail over SMTP in blocking code; use it in a ``with`` statement, or call :meth:`connect` and :meth:`quit`.

    Args:
        host: the server's name or IP address.
        port: by default 465 for ``Security.TLS``, 587 for ``AUTO`` and ``STARTTLS``, 25 otherwise.
        security: how the connection becomes protected.
        username: log in with it when entering the ``with`` statement.
        password: belongs to ``username``.
        credentials: instead of both.
        tls: certificates and trust, or an ``ssl.SSLContext``.
        timeout: seconds for every wait, or a table of them.
        local_hostname: the name to greet the server with; by default this machine's full name or its address.
        source_address: the local IP address to connect from.
        allow_cleartext_credentials: send the password even where others can read it.
        transcript: records the conversation, secrets starred.
        limits: how much the server may send.
        chunking: hand messages over with BDAT where the server offers CHUNKING (RFC 3030): a message and its envelope
            then leave together. Turn it off for what lies between you and a server and does not know it.

    Raises:
        ValueError: one of these cannot be what it should; the message names it.
    """

    _connection: Connection | None = None

    def __enter__(self) -> Self:
        self._connect(login=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, Exception):
            self.quit()
        elif self._connection is not None:
            self._connection.abort()

    @property
    def is_connected(self) -> bool:
        """Whether the connection can be used."""
        return self._connection is not None and not self._connection.closed

    def connect(self) -> None:
        """Connect, up to knowing what the server can do, but without a login.

        Raises:
            ConnectError, TlsError, Timeout, Refused, ProtocolError: there is no usable connection.
        """
        self._connect(login=False)

    def login(self, username: str | None = None, password: str | None = None) -> Reply:
        """Log in, by default with the credentials given to the constructor.

        Raises:
            AuthenticationFailed: the server did not accept them; the connection is usable.
            CleartextCredentials: the connection is not encrypted; nothing was sent.
            ValueError: there are no credentials.
        """
        session, connection = self.conversation()
        credentials = self._credentials(username, password)
        return connection.run(session.login(credentials, allow_cleartext=self._settings.allow_cleartext))

    def send(
        self,
        message: Sendable,
        *,
        envelope: Envelope | None = None,
        partial: Partial = "deliver",
        options: DeliveryOptions | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """Send a message.

        Args:
            message: a :class:`mailwright.Message`, a message of the standard library, bytes, or the path of a file.
            envelope: from whom and to whom; by default what the message's own header says.
            partial: what to do when some recipients are refused: ``deliver`` to the others, or ``abort``.
            options: reports, times, priority, TLS all the way: what to ask of the server besides.
            progress: called while the message leaves, with the octets of it taken over so far.

        Returns:
            who will get it, who will not, and what the server called it.

        Raises:
            SenderRefused, RecipientsRefused, MessageRefused: the server said no; the connection is usable.
            NotSupported: the server cannot take this message; nothing was sent.
            ConnectionLost, Timeout: the connection is closed; ``in_doubt`` says whether it may have been accepted.
            ValueError: the message has no sender or no recipients.
        """
        session, connection = self.conversation()
        packed = pack(message, envelope, session.usable, options, progress)
        return connection.run(send(session, packed.parcel, partial=partial), packed.chunks())

    def send_many(
        self,
        messages: Iterable[Mailing],
        *,
        partial: Partial = "deliver",
        options: DeliveryOptions | None = None,
    ) -> Generator[Receipt, None, None]:
        """Send messages one after the other, each envelope together with the end of the message before it.

        Where the server takes chunks (RFC 3030), short messages of a list leave without waiting for the verdicts on
        those before them, up to sixteen or half a megabyte at a time; from a generator, two at a time.

        Args:
            messages: each a message, or a pair of a message and its envelope; taken one at a time.
            partial: as for :meth:`send`.
            options: as for :meth:`send`, for every message.

        Yields:
            a receipt for each, in order. A message that was refused has its error in ``receipt.error``.

        Raises:
            ConnectionLost, Timeout: the connection is closed. What has a receipt is settled; ``in_doubt`` speaks of the
                message after that, and of those under way behind it, whose number the error gives.
            Exception: a message cannot be sent at all; those before it were, and have their receipts.
        """
        session, connection = self.conversation()
        talk = send_many(session, partial=partial, at_hand=isinstance(messages, Sequence))
        with Told(connection, talk, parcels(messages, session.usable, options)) as receipts:
            yield from receipts

    noop = blocking(Session.noop)
    reset = blocking(Session.reset)
    verify = blocking(Session.verify)

    def quit(self) -> None:
        """Say goodbye and close. Harmless when there is no connection."""
        if self._connection is None or self._session is None or self._connection.closed:
            return
        self._connection.run(self._session.quit())
        self._connection.close()

    def close(self) -> None:
        """Close without saying goodbye."""
        if self._connection is not None:
            self._connection.close()

    def conversation(self) -> tuple[Session, Connection]:
        """The session and the connection it is performed on."""
        if self._session is None or self._connection is None:
            raise self._not_connected()
        return self._session, self._connection

    def _connect(self, *, login: bool) -> None:
        if self.is_connected:
            raise connected_already()
        self._note_connecting()
        deadline = time.monotonic() + self._settings.timeouts.connect
        try:
            self._open(self._settings.tls, deadline, login=login)
        except CertificateError as error:
            self._open(self._settings.tls.after_verdict(error), deadline, login=login)

    def _open(self, tls: Tls, deadline: float, *, login: bool) -> None:
        settings = self._settings
        left = max(deadline - time.monotonic(), 0.001)
        stream = connect(settings.endpoint, tls, seconds=left, source=settings.source_address)
        connection = Connection(stream, settings.timeouts, settings.transcript, settings.endpoint)
        connection.within(deadline)
        session = settings.session(stream.peer, stream.local)
        session.may_be_gone = connection.has_input
        try:
            connection.run(enter(session, settings, login=login))
        except BaseException:
            connection.abort()
            raise
        connection.within(math.inf)
        self._session, self._connection = session, connection


class AsyncSmtpClient(Face):
    """As :class:`SmtpClient`, in asyncio and trio, with ``async with`` and ``await``."""

    _connection: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        await self._connect(login=True)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, Exception):
            await self.quit()
        elif self._connection is not None:
            self._connection.abort()

    @property
    def is_connected(self) -> bool:
        """Whether the connection can be used."""
        return self._connection is not None and not self._connection.closed

    async def connect(self) -> None:
        """As :meth:`SmtpClient.connect`."""
        await self._connect(login=False)

    async def login(self, username: str | None = None, password: str | None = None) -> Reply:
        """As :meth:`SmtpClient.login`."""
        session, connection = self.conversation()
        credentials = self._credentials(username, password)
        return await connection.run(session.login(credentials, allow_cleartext=self._settings.allow_cleartext))

    async def send(
        self,
        message: Sendable,
        *,
        envelope: Envelope | None = None,
        partial: Partial = "deliver",
        options: DeliveryOptions | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """As :meth:`SmtpClient.send`. Attachments are read from disk in a thread, where ``progress`` is called then."""
        session, connection = self.conversation()
        if isinstance(message, Path):  # it is scanned first
            packed = await call_in_thread(pack, message, envelope, session.usable, options, progress)
        else:
            packed = pack(message, envelope, session.usable, options, progress)
        return await connection.run(send(session, packed.parcel, partial=partial), packed.achunks())

    async def send_many(
        self,
        messages: Iterable[Mailing] | AsyncIterable[Mailing],
        *,
        partial: Partial = "deliver",
        options: DeliveryOptions | None = None,
    ) -> AsyncGenerator[Receipt, None]:
        """As :meth:`SmtpClient.send_many`; the messages may come from an async iterable."""
        session, connection = self.conversation()
        talk = send_many(session, partial=partial, at_hand=isinstance(messages, Sequence))
        known = session.usable
        body = parcels(messages, known, options) if never_waits(messages) else aparcels(messages, known, options)
        try:
            async with AsyncTold(connection, talk, body) as receipts:
                async for receipt in receipts:
                    yield receipt
        finally:
            if isinstance(body, AsyncGenerator):
                await body.aclose()

    noop = awaiting(Session.noop)
    reset = awaiting(Session.reset)
    verify = awaiting(Session.verify)

    async def quit(self) -> None:
        """As :meth:`SmtpClient.quit`."""
        if self._connection is None or self._session is None or self._connection.closed:
            return
        await self._connection.run(self._session.quit())
        await self._connection.close()

    async def close(self) -> None:
        """As :meth:`SmtpClient.close`."""
        if self._connection is not None:
            await self._connection.close()

    def conversation(self) -> tuple[Session, AsyncConnection]:
        """The session and the connection it is performed on."""
        if self._session is None or self._connection is None:
            raise self._not_connected()
        return self._session, self._connection

    async def _connect(self, *, login: bool) -> None:
        if self.is_connected:
            raise connected_already()
        self._note_connecting()
        deadline = time.monotonic() + self._settings.timeouts.connect
        try:
            await self._open(self._settings.tls, deadline, login=login)
        except CertificateError as error:
            await self._open(self._settings.tls.after_verdict(error), deadline, login=login)

    async def _open(self, tls: Tls, deadline: float, *, login: bool) -> None:
        settings = self._settings
        left = max(deadline - time.monotonic(), 0.001)
        stream = await aconnect(settings.endpoint, tls, seconds=left, source=settings.source_address)
        connection = AsyncConnection(stream, settings.timeouts, settings.transcript, settings.endpoint)
        connection.within(deadline)
        session = settings.session(stream.peer, stream.local)
        session.may_be_gone = connection.has_input
        try:
            await connection.run(enter(session, settings, login=login))
        except BaseException:
            connection.abort()
            raise
        connection.within(math.inf)
        self._session, self._connection = session, connection
