"""Streams whose other end is a script behave as sockets do."""

from __future__ import annotations

import pytest

from mailwright.errors import Timeout
from mailwright.testing import AsyncMemoryStream, MemoryStream, Script

SCRIPT = "C: hello\nS: hi\n== tls\n== close"


def test_a_stream_plays_its_script() -> None:
    stream = MemoryStream(SCRIPT)
    stream.write(b"hello\r\n", 1)
    assert stream.read(1) == b"hi\r\n"
    assert stream.tls is None
    assert stream.secure("a.example", 1) is stream.tls
    assert stream.read(1) == b""
    assert (stream.peer, stream.is_open) == ("127.0.0.1", True)


@pytest.mark.anyio
async def test_an_async_stream_plays_its_script() -> None:
    stream = AsyncMemoryStream(Script.parse(SCRIPT), "byte")
    await stream.write(b"hello\r\n", 1)
    assert [await stream.read(1) for _ in range(4)] == [b"h", b"i", b"\r", b"\n"]
    assert await stream.secure("a.example", 1) is stream.tls
    assert await stream.read(1) == b""
    assert stream.player.event == "close"


@pytest.mark.parametrize("how", ["close", "abort"])
def test_a_stream_knows_that_it_was_closed(how: str) -> None:
    stream = MemoryStream("")
    getattr(stream, how)()
    assert not stream.is_open


@pytest.mark.anyio
async def test_an_async_stream_knows_that_it_was_closed() -> None:
    first, second = AsyncMemoryStream(""), AsyncMemoryStream("")
    await first.close()
    second.abort()
    assert (first.is_open, second.is_open) == (False, False)


@pytest.mark.anyio
async def test_silence_is_a_timeout() -> None:
    with pytest.raises(Timeout):
        await AsyncMemoryStream("== silence").read(1)
