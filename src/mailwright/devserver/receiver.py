"""A mail server that catches everything: for development, for tests, for the demo."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Self

import anyio
import anyio.from_thread
import anyio.to_thread

from mailwright.devserver.certificate import make_certificate
from mailwright.devserver.inbox import Inbox
from mailwright.net.listen import Bound, bind, serve
from mailwright.net.performers import AsyncConnection
from mailwright.net.streams import AnyioStream
from mailwright.net.tls import ServerTls, Tls
from mailwright.net.told import AsyncTold
from mailwright.smtp.policy import Caught, Policy
from mailwright.smtp.reception import Reception

__all__ = ["Receiver"]

_NAMES = ("localhost", "127.0.0.1", "::1")


class Receiver:
    """Catches mail on loopback, in a thread with ``with``, or in the running loop with ``async with``.

    Args:
        host: the address to listen at; loopback, unless you want others to reach it.
        port: for plaintext and STARTTLS; 0 takes a free one.
        tls_port: for TLS from the first byte; 0 takes a free one, ``None`` none.
        users: who may log in, with which password. Without any, no login is offered or needed.
        login_required: take mail only after a login.
        cleartext_login: offer the login without TLS, too.
        starttls: offer STARTTLS.
        certificate: to use instead of a self-made one; ``ca`` is what clients are to trust.
        hostname: the name to greet with.
        size: octets in a message.
        recipients: recipients of one message.
        save: a folder to write messages to.
        refuse: looks at ``("sender" | "recipient", address)`` and returns ``(code, text)`` to refuse it, or ``None``.
        on_mail: called with each message after it was kept.

    Attributes:
        inbox: what has been caught.
        port: the port for plaintext and STARTTLS, while it runs.
        tls_port: the port for TLS from the first byte, while it runs; 0 when there is none.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls_port: int | None = None,
        users: Mapping[str, str] | None = None,
        login_required: bool = False,
        cleartext_login: bool = False,
        starttls: bool = True,
        certificate: ServerTls | None = None,
        hostname: str = "localhost",
        size: int | None = None,
        recipients: int | None = None,
        save: str | os.PathLike[str] | None = None,
        refuse: Callable[[str, str], tuple[int, str] | None] | None = None,
        on_mail: Callable[[Caught], None] | None = None,
    ) -> None:
        if login_required and not users:
            raise ValueError("login_required without users would refuse everybody; give users={name: password}")
        self.host = host
        self.inbox = Inbox(save)
        self.port = self.tls_port = 0
        self._wanted = (port, tls_port)
        self._on_mail = on_mail
        self._certificate = self._given = certificate
        self._uses_tls = starttls or tls_port is not None
        defaults = Policy()
        self._policy = Policy(
            hostname=hostname,
            users=dict(users or {}),
            login_required=login_required,
            offers_starttls=starttls,
            cleartext_login=cleartext_login,
            size=defaults.size if size is None else size,
            recipients=defaults.recipients if recipients is None else recipients,
            refuse=refuse or defaults.refuse,
        )
        self._bound: list[Bound] = []
        self._tasks = AsyncExitStack()
        self._thread = ExitStack()
        self._files = ExitStack()

    @property
    def ca(self) -> Path:
        """What clients are to trust: ``Tls(ca=receiver.ca)``."""
        if self._certificate is None:
            raise ValueError("this receiver has no certificate: it was made with starttls=False and no tls_port")
        return Path(self._certificate.certificate)

    # In the running loop

    async def __aenter__(self) -> Self:
        self._prepare()
        try:
            group = await self._tasks.enter_async_context(anyio.create_task_group())
            self._tasks.callback(group.cancel_scope.cancel)
            for at, bound in enumerate(self._bound):
                group.start_soon(serve, bound, self._implicit if at else self._plain, self._certificate or Tls())
        except BaseException:
            self._release()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        try:
            await self._tasks.aclose()
        finally:
            self._release()

    # In a thread of its own

    def __enter__(self) -> Self:
        portal = self._thread.enter_context(anyio.from_thread.start_blocking_portal())
        try:
            self._thread.enter_context(portal.wrap_async_context_manager(self))
        except BaseException:
            self._thread.close()  # or its thread would keep the program from ending
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._thread.close()

    # One connection

    async def _plain(self, stream: AnyioStream) -> None:
        await self._receive(stream, implicit_tls=False)

    async def _implicit(self, stream: AnyioStream) -> None:
        await self._receive(stream, implicit_tls=True)

    async def _receive(self, stream: AnyioStream, *, implicit_tls: bool) -> None:
        connection = AsyncConnection(stream)
        async with AsyncTold(connection, Reception(self._policy).converse(implicit_tls=implicit_tls)) as told:
            async for caught in told:
                await anyio.to_thread.run_sync(self.inbox.add, caught)
                if self._on_mail is not None:
                    self._on_mail(caught)
        await connection.close()

    def _prepare(self) -> None:
        try:
            if self._uses_tls and self._certificate is None:
                folder = self._files.enter_context(tempfile.TemporaryDirectory(prefix="mailwright-"))
                names = dict.fromkeys((self._policy.hostname, *_NAMES))
                self._certificate = make_certificate(Path(folder), tuple(names))
            self._bound.extend(bind(self.host, port) for port in self._wanted if port is not None)
        except BaseException:
            self._release()
            raise
        self.port, self.tls_port = ([bound.port for bound in self._bound] + [0])[:2]

    def _release(self) -> None:
        for bound in self._bound:
            bound.close()
        self._bound.clear()
        self._files.close()
        self._certificate = self._given  # a self-made one is gone with its folder
