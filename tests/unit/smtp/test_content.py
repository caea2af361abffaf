"""The content of a message: chunks are counted right, a few may be unanswered, and a refused one ends it in step."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.dialogue import Dialogue, Item, Pull, Read, Write
from mailwright.errors import ConnectionLost, MessageRefused, ProtocolError
from mailwright.smtp.content import Content, in_chunks
from mailwright.smtp.data import LineEnder, Verbatim
from mailwright.smtp.session import Session
from mailwright.testing import converse
from unit.smtp.scripts import opened

MEGABYTE = 1 << 20
LINE = b"x" * 62 + b"\r\n"
LONG = LINE * (MEGABYTE // len(LINE))  # one chunk exactly


def chunked(session: Session, *, binary: bool = False) -> Dialogue[int]:
    owed = yield from in_chunks(session, Content(), Verbatim() if binary else LineEnder())
    yield from session.wire.flush()
    return owed


def performed(talk: Dialogue[int], body: Iterable[bytes], reply: bytes = b"250 ok\r\n") -> tuple[bytes, int, int]:
    """What was sent, how many replies were read, and how many are still owed."""
    chunks, sent, reads = iter(body), bytearray(), 0
    request: object = next(talk)
    try:
        while True:
            if isinstance(request, Write):
                sent += request.data
                assert len(request.data) < 3 * 65_536
                request = talk.send(None)
            elif isinstance(request, Read):
                reads += 1
                request = talk.send(reply)
            else:
                assert isinstance(request, Pull)
                request = talk.send(next(chunks, None))
    except StopIteration as done:
        return bytes(sent), reads, done.value


def counted(sent: bytes) -> tuple[list[int], bytes]:
    """Take chunks apart as a server does: by their counts, looking at nothing else."""
    sizes: list[int] = []
    content = b""
    while sent:
        line, _, sent = sent.partition(b"\r\n")
        words = line.split()
        assert words[0] == b"BDAT"
        assert words[2:] in ([], [b"LAST"])
        size = int(words[1])
        assert len(sent) >= size
        sizes.append(size)
        content += sent[:size]
        sent = sent[size:]
        assert (words[2:] == [b"LAST"]) is (not sent)
    return sizes, content


@pytest.mark.parametrize(
    ("body", "sizes"),
    [
        ([], [0]),
        ([b"a\r\n"], [3]),
        ([b"a"], [3]),
        ([b"a\nb\r", b"\n.\r\n"], [9]),
        ([LONG], [MEGABYTE]),
        ([LONG, b"a\r\n"], [MEGABYTE, 3]),
        ([LONG * 2], [MEGABYTE, MEGABYTE]),
        ([LONG, LONG, LONG, LONG, LONG, LONG, b"."], [MEGABYTE] * 6 + [3]),
    ],
)
def test_every_chunk_holds_what_it_says(body: list[bytes], sizes: list[int]) -> None:
    sent, _, _ = performed(chunked(opened("PIPELINING", "CHUNKING")), body)
    found, content = counted(sent)
    assert found == sizes
    ender = LineEnder()
    assert content == ender.feed(b"".join(body)) + ender.finish()
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")


@given(st.lists(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b"\xff"]), max_size=6).map(b"".join)))
def test_chunks_do_not_depend_on_how_the_content_is_cut(pieces: list[bytes]) -> None:
    body = [piece for piece in pieces if piece]
    session = opened("PIPELINING", "CHUNKING")
    assert counted(performed(chunked(session), body)[0]) == counted(performed(chunked(session), [b"".join(body)])[0])


def test_what_is_binary_is_not_touched() -> None:
    body = [b"\r", b"\n.\r\0\n", b"\xff"]
    sent, _, _ = performed(chunked(opened("CHUNKING"), binary=True), body)
    assert counted(sent) == ([7], b"".join(body))


def test_four_chunks_may_be_unanswered_where_the_server_takes_pipelines_and_one_elsewhere() -> None:
    assert performed(chunked(opened("PIPELINING", "CHUNKING")), [LONG] * 8)[1:] == (4, 3)
    assert performed(chunked(opened("CHUNKING")), [LONG] * 8)[1:] == (7, 0)


def big(times: int) -> str:
    return f"C| {f'BDAT {MEGABYTE}'}\\r\\n{LONG.decode()}\n".replace("\r\n", "\\r\\n") * times


def test_a_refused_chunk_ends_it_after_every_reply_that_is_owed() -> None:
    script = big(4) + "S: 552 5.3.4 too big\nS: 503 5.5.1 no\nS: 503 5.5.1 no\nS: 503 5.5.1 no"
    with pytest.raises(MessageRefused) as caught:
        converse(lambda: chunked(opened("PIPELINING", "CHUNKING")), script, [LONG] * 9)
    assert str(caught.value.reply) == "552 5.3.4 too big"
    assert caught.value.reference == "message-too-big"


def test_without_pipelines_nothing_is_sent_behind_a_refused_chunk() -> None:
    with pytest.raises(MessageRefused):
        converse(lambda: chunked(opened("CHUNKING")), big(1) + "S: 452 4.3.1 full", [LONG] * 9)


@pytest.mark.parametrize("reply", ["500 what?", "502 5.5.1 not implemented", "501 5.5.4 what?"])
def test_a_server_that_does_not_know_bdat_is_left(reply: str) -> None:
    with pytest.raises(ProtocolError, match="chunking=False") as caught:
        converse(lambda: chunked(opened("CHUNKING")), f"{big(1)}S: {reply}", [LONG] * 9)
    assert not caught.value.in_step


def test_a_server_that_hangs_up_between_chunks_is_heard_out() -> None:
    talk = chunked(opened("PIPELINING", "CHUNKING"))
    request: object = next(talk)
    while not isinstance(request, Write):
        request = talk.send(LONG)
    assert isinstance(talk.throw(ConnectionLost("The connection broke.")), Read)
    assert isinstance(talk.send(b"250 2.0.0 1048576 octets received\r\n"), Read)
    with pytest.raises(ConnectionLost, match=r"after the server said: 552 5\.3\.4 too big") as caught:
        talk.send(b"552 5.3.4 too big\r\n")
    assert caught.value.stage == "data"
    assert not caught.value.in_doubt


def test_content_is_bytes_and_skipping_stops_at_its_end() -> None:
    with pytest.raises(TypeError, match="content is bytes"):
        Content().took(Item())
    content = Content()
    skipping = content.skip()
    next(skipping)
    assert isinstance(skipping.send(b"rest"), Pull)
    with pytest.raises(StopIteration):
        skipping.send(b"")
    assert content.ended
    with pytest.raises(StopIteration):
        next(content.skip())
