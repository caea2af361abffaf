"""What is written reads back with the values it was given, by every way in and out; what is undone leaves no trace."""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mailwright import mime
from mailwright.mime import Address, AddressList, Group, Message, Part

# U+FEFF at a beginning is a byte order mark, which no reader takes for text.
fair = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff")
tricky = st.lists(
    st.sampled_from(
        ["=?utf-8?q?x?=", "=?", "?=", "a", "ü", "🎉", " ", "  ", "\\", '"', ",", ";", "x" * 80, "<a@b>", "(c)"]
    )
).map("".join)
# White space around a value is not part of it: the readers of headers have always trimmed it (RFC 5322 2.2.3).
texts = st.one_of(st.text(fair, max_size=80), tricky).map(lambda text: text.strip(" \t"))
bodies = st.one_of(
    st.text(st.one_of(fair, st.sampled_from("\n .-=>F\t")), max_size=300),
    st.lists(st.sampled_from(["From ", "--", ".", "\n", "=", " ", "x" * 998, "x" * 999, "ü", "--=_", ">"])).map(
        "".join
    ),
)
locals_ = st.one_of(
    st.from_regex(r"[a-z.+]{1,9}", fullmatch=True),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1),
)
addresses = st.builds(Address, texts, locals_, st.sampled_from(["example.com", "xn--bcher-kva.example", "[192.0.2.1]"]))
groups = st.builds(Group, texts.filter(bool), st.lists(addresses, max_size=2))
lists = st.lists(st.one_of(addresses, groups), min_size=1, max_size=3)
names = st.text(fair, min_size=1, max_size=60).filter(
    lambda name: name.replace("\\", "/").split("/")[-1].strip(" .") != ""
)
files = st.lists(st.tuples(names, st.binary(max_size=200)), max_size=3)
fields = st.lists(st.tuples(st.sampled_from(["X-One", "X-Two", "Comments", "Keywords"]), texts), max_size=4)
identifiers = st.lists(st.from_regex(r"<[a-z0-9.]{1,9}[a-z0-9]@[a-z]{1,9}>", fullmatch=True), max_size=5)


@st.composite
def messages(draw: st.DrawFn) -> tuple[Message, dict[str, Any]]:
    """A message, and what it was made of."""
    given_: dict[str, Any] = {
        "from_": draw(st.lists(addresses, min_size=1, max_size=2)),
        "to": draw(lists),
        "cc": draw(st.none() | lists),
        "reply_to": draw(st.none() | lists),
        "sender": draw(st.none() | addresses),
        "subject": draw(texts),
        "text": draw(st.none() | bodies),
        "html": draw(st.none() | bodies),
        "references": draw(identifiers),
        "headers": draw(fields),
    }
    try:
        return Message(**given_), given_
    except ValueError as error:  # a name that no line could hold is refused when it is given
        assume("cannot be written" not in str(error) or "octets" not in str(error))
        raise


def same(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def holds(read: Message, given_: dict[str, Any], attached: list[tuple[str, bytes]]) -> None:
    """Everything that was given is there again."""
    for name in ("from_", "to", "cc", "reply_to"):
        assert getattr(read, name) == AddressList(given_[name] or ())
    assert list(read.sender) == ([given_["sender"]] if given_["sender"] is not None else [])
    assert read.subject == given_["subject"]
    assert list(read.references) == given_["references"]
    for name in {name for name, _ in given_["headers"]}:
        assert read.headers.get_all(name) == [value for other, value in given_["headers"] if other == name]
    if given_["text"] is not None:
        assert same(read.text) == same(given_["text"])
    if given_["html"] is not None:
        assert same(read.html) == same(given_["html"])
    assert [part.content for part in read.attachments] == [content for _, content in attached]
    assert [defect for defect in read.defects if not defect.kind.startswith("from-")] == []


TRANSPORTS: list[Literal["7bit", "8bit", "binary"] | None] = [None, "7bit", "8bit", "binary"]


@pytest.mark.parametrize("transport", TRANSPORTS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(made=messages(), attached=files)
def test_what_is_written_reads_back(
    transport: Literal["7bit", "8bit", "binary"] | None,
    made: tuple[Message, dict[str, Any]],
    attached: list[tuple[str, bytes]],
) -> None:
    message, given_ = made
    shown = [message.attach(content, name=name, type="application/x-test").filename for name, content in attached]
    written = message.to_bytes(transport=transport)
    assert message.size(transport=transport) == len(written)
    read = mime.parse(written)
    holds(read, given_, attached)
    assert [part.filename for part in read.attachments] == shown
    assert read.to_bytes() == written
    holds(mime.parse(read.to_bytes(transport="7bit")), given_, attached)
    holds(mime.parse(message.to_bytes(utf8=True, transport=transport)), given_, attached)
    again = read.template()
    assert (again.subject, again.to, same(again.text)) == (read.subject, read.to, same(read.text))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(made=messages(), attached=files)
def test_every_way_in_reads_the_same(made: tuple[Message, dict[str, Any]], attached: list[tuple[str, bytes]]) -> None:
    message, given_ = made
    for name, content in attached:
        message.attach(content, name=name, type="application/x-test")
    raw = message.to_bytes()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "mail.eml"
        _ = path.write_bytes(raw)
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            ways: list[Any] = [raw, bytearray(raw), memoryview(raw), path, mapped]
            for way in ways:
                read = mime.parse(way)
                assert read.to_bytes() == raw
                holds(read, given_, attached)
                assert [part.offsets for part in read.walk()] == [part.offsets for part in mime.parse(raw).walk()]
                read.subject = "changed"
                assert mime.parse(read.to_bytes()).subject == "changed"
                del read


# --- what is undone leaves no trace ---------------------------------------------------------------------------------

ENDS = st.sampled_from([b"\r\n", b"\n"])
PIECES = st.lists(
    st.sampled_from(
        [
            *(
                b"Content-Type: text/plain\n\ntext",
                b"\n\n",
                b"Content-Type: text/html\n\n<p>x\n",
                b"\nx\n\n",
                b"",
                b"\n",
            ),
            b"Content-Type: message/rfc822\n\nSubject: x\n\ny\n",
            b"Content-Type: multipart/alternative; boundary=i\n\npre\n--i\n\nx\n--i\n\ny\n--i--\npost\n",
        ]
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """A multipart with all its odd corners, in either kind of line end."""
    body = b"".join([b"--o\n" + piece + b"\n" for piece in draw(PIECES)])
    pre, post = (
        draw(st.sampled_from([b"", b"preamble\n"])),
        draw(st.sampled_from([b"", b"--o--", b"--o--\n", b"--o-- \npost\n"])),
    )
    head = draw(
        st.sampled_from([b"", b"Subject: s\n", b"From x\nA: b\nodd\n", b"MIME-Version: 1.0\nTo: a@b.c,\n d@e.f\n"])
    )
    raw = head + b"Content-Type: multipart/mixed; boundary=o\n\n" + pre + body + post
    return raw.replace(b"\n", draw(ENDS))


@settings(max_examples=150, deadline=None)
@given(mails(), st.integers(0, 9), st.sampled_from(["insert", "append", "replace", "header", "subject", "move"]))
def test_a_change_that_is_undone_leaves_no_trace(raw: bytes, place: int, what: str) -> None:
    message = mime.parse(raw)
    children = message.parts
    old = children[place % len(children)]
    new = Part.of_text("new")
    if what == "insert":
        message.insert(place, new)
        assert len(message.to_bytes()) > len(raw)
        message.remove(new)
    elif what == "append":
        message.append(new)
        assert len(message.to_bytes()) > len(raw)
        message.remove(new)
    elif what == "replace":
        message.replace(old, new)
        _ = message.to_bytes()
        message.replace(new, old)
    elif what == "header":
        old.headers["X-Mine"] = "1"
        assert len(message.to_bytes()) > len(raw)
        del old.headers["X-Mine"]
    elif what == "subject":
        message.headers.add("X-Mine", "1")
        assert len(message.to_bytes()) > len(raw)
        del message.headers["X-Mine"]
    elif len(children) > 1:
        message.remove(old)
        _ = message.to_bytes()
        message.insert(place % len(children), old)
    assert message.to_bytes() == raw


@settings(max_examples=150, deadline=None)
@given(mails(), st.integers(0, 9), st.sampled_from(["insert", "remove", "replace", "text", "header"]))
def test_what_is_not_changed_keeps_every_octet(raw: bytes, place: int, what: str) -> None:
    message = mime.parse(raw)
    before = [part.raw for part in message.parts]
    index = place % len(before)
    old, new = message.parts[index], Part.of_text("new")
    expected = list(before)
    if what == "insert":
        message.insert(index, new)
        expected.insert(index, b"")
    elif what == "remove":
        if len(before) == 1:
            return
        message.remove(old)
        del expected[index]
    elif what == "replace":
        message.replace(old, new)
        expected[index] = b""
    elif what == "header":
        old.headers["X-Mine"] = "1"
        expected[index] = b""
    else:
        if old.text is None or old.message is not None:
            return
        old.text = "new"
        expected[index] = b""
    written = message.to_bytes()
    after = [part.raw for part in mime.parse(written).parts]
    assert len(after) == len(expected)
    assert [now for now, then in zip(after, expected, strict=True) if then] == [then for then in expected if then]
    offsets = mime.parse(raw).parts[0].offsets, mime.parse(raw).parts[-1].offsets
    assert offsets[0] is not None
    assert offsets[1] is not None
    assert written.startswith(raw[: offsets[0].begin]), "the header and the preamble"
    assert written.endswith(raw[offsets[1].end :]), "the last boundary and the epilogue"
