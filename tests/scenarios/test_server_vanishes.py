"""The server closes or falls silent after each byte: a typed error, a closed connection, doubt where it is due."""

from __future__ import annotations

import anyio
import pytest

from mailwright.errors import ConnectionLost, MailError, Timeout
from mailwright.net import AsyncConnection, Connection, TlsFacts
from mailwright.testing import AsyncMemoryStream, MemoryStream, Script
from scenarios.sessions import BODY, SCRIPT, whole_session

SAID = sum(len(step.data) for step in Script.parse(SCRIPT).steps if step.who == "S")
VERDICT = SAID - len(b"250 2.0.0 Ok: queued as 4711\r\n221 2.0.0 Bye\r\n")
GOODBYE = SAID - len(b"221 2.0.0 Bye\r\n")
GO_AHEAD = VERDICT  # the body leaves only after the last byte of 354


class Breaking(MemoryStream):
    """A stream that breaks after so many bytes: it closes, or it falls silent."""

    def __init__(self, after: int, *, silent: bool) -> None:
        super().__init__(SCRIPT, "byte")
        self.left = after
        self.silent = silent

    def read(self, seconds: float) -> bytes:
        if self.left == 0:
            if self.silent:
                raise TimeoutError
            return b""
        self.left -= 1
        return super().read(seconds)


class AsyncBreaking(AsyncMemoryStream):
    """As :class:`Breaking`, awaited."""

    def __init__(self, after: int, *, silent: bool) -> None:
        super().__init__(SCRIPT, "byte")
        self._breaking = Breaking(after, silent=silent)

    async def read(self, seconds: float) -> bytes:
        await anyio.lowlevel.checkpoint()
        return self._breaking.read(seconds)

    async def write(self, data: bytes, seconds: float) -> None:
        self._breaking.write(data, seconds)

    async def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        return self._breaking.secure(server_name, seconds)


def check(after: int, error: MailError | None, *, silent: bool) -> None:
    """What must hold when the server broke after so many bytes."""
    if after >= GOODBYE:
        assert error is None  # the message was accepted; nobody needs the goodbye
        return
    assert isinstance(error, Timeout if silent else ConnectionLost), f"after {after} bytes: {error!r}"
    assert error.in_doubt == (after >= GO_AHEAD), f"after {after} bytes"
    assert error.stage


@pytest.mark.parametrize("silent", [False, True], ids=["closes", "falls silent"])
def test_in_blocking_code(silent: bool) -> None:
    for after in range(SAID + 1):
        connection = Connection(Breaking(after, silent=silent))
        error: MailError | None = None
        try:
            assert connection.run(whole_session(), BODY) == "4711"
        except MailError as caught:
            error = caught
        check(after, error, silent=silent)
        assert connection.closed == (error is not None)


@pytest.mark.anyio
@pytest.mark.parametrize("silent", [False, True], ids=["closes", "falls silent"])
async def test_in_asyncio_and_trio(silent: bool) -> None:
    for after in range(SAID + 1):
        connection = AsyncConnection(AsyncBreaking(after, silent=silent))
        error: MailError | None = None
        try:
            assert await connection.run(whole_session(), BODY) == "4711"
        except MailError as caught:
            error = caught
        check(after, error, silent=silent)
        assert connection.closed == (error is not None)
