"""The message on the wire: dots stuffed at every split, and one single way to end."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from mailwright.smtp.data import DotStuffer, DotUnstuffer, LineEnder, Verbatim


def stuffed(*chunks: bytes) -> bytes:
    stuffer = DotStuffer()
    return b"".join([stuffer.feed(chunk) for chunk in chunks]) + stuffer.finish()


def unstuffed(chunks: Iterable[bytes]) -> tuple[bytes, bytes | None, bool]:
    unstuffer = DotUnstuffer()
    content = b""
    rest: bytes | None = None
    for chunk in chunks:
        if rest is not None:
            rest += chunk
            continue
        piece, rest = unstuffer.feed(chunk)
        content += piece
    return content, rest, unstuffer.bare


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (b"", b".\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a\r\n\r\n", b"a\r\n\r\n.\r\n"),
        (b".", b"..\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"..a\r\n.b", b"...a\r\n..b\r\n.\r\n"),
        (b"a.\r\nb.c", b"a.\r\nb.c\r\n.\r\n"),
        (b"a\nb", b"a\r\nb\r\n.\r\n"),
        (b"a\rb", b"a\r\nb\r\n.\r\n"),
        (b"a\r", b"a\r\n.\r\n"),
        (b"\r", b"\r\n.\r\n"),
        (b"a\r\r\nb", b"a\r\n\r\nb\r\n.\r\n"),
        (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r.\rb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r\n.\rb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\n.\r\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r\n.\r\nMAIL FROM:<x>", b"a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n"),
    ],
)
def test_stuffing_is_exact_at_every_split(content: bytes, wire: bytes) -> None:
    assert stuffed(content) == wire
    assert stuffed(*[bytes([octet]) for octet in content]) == wire
    for cut in range(len(content) + 1):
        assert stuffed(content[:cut], content[cut:]) == wire
        assert stuffed(content[:cut], b"", content[cut:]) == wire


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        (b".\r\n", b""),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"...a\r\n..b\r\n.\r\n", b"..a\r\n.b\r\n"),
        (b".a\r\n.\r\n", b"a\r\n"),
        (b"\r\n\r\n.\r\n", b"\r\n\r\n"),
    ],
)
def test_unstuffing_is_exact_at_every_split_and_keeps_what_follows(wire: bytes, content: bytes) -> None:
    following = b"QUIT\r\n"
    whole = wire + following
    assert unstuffed([whole]) == (content, following, False)
    assert unstuffed(bytes([octet]) for octet in whole) == (content, following, False)
    for cut in range(len(whole) + 1):
        assert unstuffed([whole[:cut], whole[cut:]]) == (content, following, False)


@pytest.mark.parametrize("end", [b"\n.\n", b"\r.\r", b"\r\n.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r\r\n"])
def test_no_other_end_ends_a_message_and_each_is_noted(end: bytes) -> None:
    smuggled = b"a" + end + b"MAIL FROM:<evil@example.com>\r\n"
    content, rest, _ = unstuffed([smuggled])
    assert rest is None
    assert content.startswith(b"a")
    _, rest, bare = unstuffed(bytes([octet]) for octet in smuggled + b".\r\n")
    assert (rest, bare) == (b"", True)


@pytest.mark.parametrize("end", [b"\n.\n", b"\r.\r", b"\r\n.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r\n"])
def test_what_we_stuff_holds_one_end_only(end: bytes) -> None:
    wire = stuffed(b"a" + end + b"b")
    assert wire.index(b"\r\n.\r\n") == len(wire) - 5
    assert wire.replace(b"\r\n", b"").isalpha() is False
    assert b"\r" not in wire.replace(b"\r\n", b"")
    assert b"\n" not in wire.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("chunks", "wire"),
    [
        ([], b""),
        ([b""], b""),
        ([b"a"], b"a\r\n"),
        ([b".\r\n..a\r\n"], b".\r\n..a\r\n"),
        ([b"a\r", b"\nb"], b"a\r\nb\r\n"),
        ([b"a\r", b"b\n", b"\r"], b"a\r\nb\r\n\r\n"),
        ([b"\xff\0\n"], b"\xff\0\r\n"),
    ],
)
def test_lines_for_a_chunk_end_in_crlf_and_keep_their_dots(chunks: list[bytes], wire: bytes) -> None:
    ender = LineEnder()
    assert b"".join([ender.feed(chunk) for chunk in chunks]) + ender.finish() == wire


def test_what_is_verbatim_is_not_touched() -> None:
    verbatim = Verbatim()
    assert verbatim.feed(b"\r.\n\0") + verbatim.finish() == b"\r.\n\0"
