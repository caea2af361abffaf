import io
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright import mime
from mailwright.mime import Message, Part

MIXED = (
    b"From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n\tboundary=b\r\n"
    b"\r\npreamble\r\n--b  \r\nContent-Type: text/plain\r\n\r\none\r\n--b\r\n"
    b"Content-Type: image/png\r\n\r\ntwo\r\n--b\r\n\r\nthree\r\n--b-- \r\nepilogue"
)
ONE = b"Content-Type: text/plain\r\n\r\none"
TWO = b"Content-Type: image/png\r\n\r\ntwo"
THREE = b"\r\nthree"
NEW = b"Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\nnew"
HEAD, TAIL = MIXED.partition(ONE)[0], b"\r\n--b-- \r\nepilogue"


def mixed(*parts: bytes) -> bytes:
    return HEAD + b"\r\n--b\r\n".join(parts) + TAIL


def shape(message: Message) -> list[tuple[str, bytes]]:
    # the line end behind an empty enclosed message is its own or the next boundary's
    return [(part.content_type, b"" if part.content == b"\r\n" else part.content) for part in message.walk()]


def assert_reads_back(message: Message) -> None:
    assert shape(mime.parse(message.to_bytes())) == shape(message)
    assert b"".join(message.chunks()) == message.to_bytes()
    assert message.size() == len(message.to_bytes())


# --- multiparts that are there --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (0, (NEW, ONE, TWO, THREE)),
        (1, (ONE, NEW, TWO, THREE)),
        (2, (ONE, TWO, NEW, THREE)),
        (3, (ONE, TWO, THREE, NEW)),
        (-1, (ONE, TWO, NEW, THREE)),
    ],
)
def test_a_part_is_inserted_and_no_other_octet_changes(index: int, expected: tuple[bytes, ...], end: bytes) -> None:
    message = mime.parse(MIXED.replace(b"\r\n", end))
    message.insert(index, Part.of_text("new"))
    # delimiters that were there keep their padding
    assert message.to_bytes().replace(b"--b  ", b"--b") == mixed(*expected).replace(b"--b  ", b"--b").replace(
        b"\r\n", end
    )
    assert_reads_back(message)


@pytest.mark.parametrize(
    ("index", "expected"), [(0, (TWO, THREE)), (1, (ONE, THREE)), (2, (ONE, TWO))], ids=["first", "middle", "last"]
)
def test_a_part_is_removed_with_one_delimiter(index: int, expected: tuple[bytes, ...]) -> None:
    message = mime.parse(MIXED)
    message.remove(message.parts[index])
    assert message.to_bytes() == mixed(*expected)
    assert_reads_back(message)


def test_many_changes_at_once() -> None:
    message = mime.parse(MIXED)
    one, two, three = message.parts
    message.replace(one, Part.of_text("new"))
    message.remove(three)
    message.append(Part.of_text("new"))
    two.headers["X-A"] = "1"
    assert message.to_bytes() == mixed(NEW, TWO.replace(b"\r\n\r\n", b"\r\nX-A: 1\r\n\r\n"), NEW)
    message.remove(two)
    assert message.to_bytes() == mixed(NEW, NEW)
    assert_reads_back(message)


def test_a_part_is_moved() -> None:
    message = mime.parse(MIXED)
    one, _, three = message.parts
    one.text = "changed"
    message.remove(one)
    message.insert(2, one)
    message.remove(three)
    assert [part.content for part in message.parts] == [b"two", b"changed"]
    assert_reads_back(message)


def test_parts_without_content_and_without_a_line_between_boundaries() -> None:
    message = mime.parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n--b--\n")
    assert len(message.parts) == 2
    message.insert(1, Part.of_text("new"))
    assert_reads_back(message)
    message.append(Part.of_text("last"))
    assert_reads_back(message)
    message.remove(message.parts[0])
    assert_reads_back(message)
    message.remove(message.parts[0])
    message.remove(message.parts[0])
    assert [part.text for part in mime.parse(message.to_bytes()).parts] == ["last"]


def test_nested_and_enclosed_multiparts() -> None:
    message = Message(from_="a@example.com", text="t", html="<i>h</i>")
    message.attach(Message(from_="b@example.com", text="inner", html="<p>"), name="m.eml")
    read = mime.parse(message.to_bytes())
    alternative, enclosed = read.parts
    alternative.append(Part.of_text("BEGIN:VCALENDAR", "calendar"))
    assert enclosed.message is not None
    enclosed.message.attach(b"x", name="x.bin")
    again = mime.parse(read.to_bytes())
    assert [part.content_type for part in again.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "message/rfc822",
    ]
    inner = again.parts[1].message
    assert inner is not None
    assert [part.content for part in inner.attachments] == [b"x"]


def test_parts_of_other_messages_are_copied_as_they_stand() -> None:
    source = mime.parse(MIXED)
    target = Message(from_="a@example.com", text="t", html="h")
    read = mime.parse(target.to_bytes())
    read.append(source.parts[1])
    assert b"\r\n" + TWO + b"\r\n--" in read.to_bytes()
    assert_reads_back(read)


# --- messages that are none -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Language: de\r\n\r\nHello\r\n",
        b"From: a@example.com\r\n\r\nHello",
        b"From: a@example.com\r\n",
        b"From: a@example.com",
        b"From: a@example.com\r\n\r\n",
        b"",
        b"A: b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n"
        b"--c\r\n\r\none\r\n--c\r\nContent-Type: text/html\r\n\r\n2\r\n--c--\r\n",
        b"A: b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntext",
        b"A: b\r\nContent-Type: multipart/mixed; boundary=unseen\r\n\r\ntext",
        b"A: b\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=",
    ],
)
def test_an_attachment_makes_a_multipart_around_what_was_there(raw: bytes, end: bytes) -> None:
    raw = raw.replace(b"\r\n", end)
    message = mime.parse(raw)
    body = message.parts[0].raw if message.content_type == "multipart/mixed" and message.parts else None
    before = [(part.content_type, part.content) for part in message.walk()]
    text = message.text
    part = message.attach(b"\0", name="x.bin")
    assert [part.content for part in message.attachments][-1:] == [b"\0"]
    again = mime.parse(message.to_bytes())
    assert shape(again) == shape(message) == [("multipart/mixed", b""), *before, ("application/octet-stream", b"\0")]
    assert body is None
    assert (again.text or "") == (text or "")
    header, separator, rest = raw.partition(end + end)
    if separator:
        assert rest in again.to_bytes()
    if b"Language" in header:
        assert again.headers.get("content-language") is None
        assert again.parts[0].headers["content-language"] == "de"
    message.remove(part)
    assert shape(mime.parse(message.to_bytes())) == [("multipart/mixed", b""), *before]


def test_what_was_wrapped_can_be_edited_and_wrapped_again() -> None:
    message = mime.parse(b"From: a@example.com\r\nContent-Type: text/html\r\nSubject: x\r\n\r\n<p>hi")
    message.embed(b"png", cid="logo", name="logo.png")
    assert message.content_type == "multipart/related"
    message.attach(b"x", name="x.bin")
    message.html = "<p>hü"
    message.subject = "y"
    again = mime.parse(message.to_bytes())
    assert [part.content_type for part in again.walk()] == [
        "multipart/mixed",
        "multipart/related",
        "text/html",
        "image/png",
        "application/octet-stream",
    ]
    assert (again.html, again.subject, again.defects) == ("<p>hü", "y", ())
    html = message.parts[0].parts[0]
    message.remove(html)
    assert [part.content_type for part in mime.parse(message.to_bytes()).walk()][1:3] == [
        "multipart/related",
        "image/png",
    ]
    assert pickle.loads(pickle.dumps(message)).to_bytes() == message.to_bytes()
    assert pickle.loads(pickle.dumps(message.parts[0])).raw == message.parts[0].raw
    assert pickle.loads(pickle.dumps(html)).content == html.content


def test_an_image_goes_beside_the_html() -> None:
    made = Message(from_="a@example.com", text="t", html="<img src=cid:a><img src=cid:b>")
    message = mime.parse(made.to_bytes())
    message.embed(b"a", cid="a", name="a.png")
    message.embed(b"b", cid="b", name="b.png")
    assert [part.content_type for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
    ]
    assert_reads_back(message)
    with pytest.raises(ValueError, match="used already"):
        message.embed(b"b", cid="b")
    with pytest.raises(ValueError, match="no HTML"):
        mime.parse(b"\r\ntext").embed(b"b", cid="b")


def test_a_large_file_is_streamed_into_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    _ = path.write_bytes(bytes(range(256)) * 4096)
    message = mime.parse(MIXED)
    assert not message.streams_from_disk
    message.attach(path)
    assert message.streams_from_disk
    out = io.BytesIO()
    assert message.write(out) == message.size()
    assert mime.parse(out.getvalue()).parts[3].content == path.read_bytes()
    unix = mime.parse(MIXED.replace(b"\r\n", b"\n"))
    unix.attach(path)
    assert mime.parse(unix.to_bytes()).parts[3].content == path.read_bytes()
    _ = path.write_bytes(b"short")
    with pytest.raises(ValueError, match="attach it again"):
        _ = list(message.chunks())


# --- messages that are composed -------------------------------------------------------------------------------------


def test_parts_of_a_message_that_is_composed() -> None:
    message = Message(from_="a@example.com", text="t", html="h")
    image = message.embed(b"i", cid="i")
    file = message.attach(b"f", name="f.bin")
    message.replace(file, Part.of_file(b"g", name="g.bin"))
    message.remove(image)
    assert [part.filename for part in message.attachments] == ["g.bin"]
    message.remove(next(part for part in message.walk() if part.content_type == "text/html"))
    assert (message.text, message.html) == ("t", None)
    message.replace(message.walk().__next__().parts[0], Part.of_text("u"))
    assert message.text == "u"
    with pytest.raises(ValueError, match="not in this message"):
        message.remove(file)


def test_parts_of_a_body_from_elsewhere() -> None:
    message = Message.from_email(Message(from_="a@example.com", text="t", html="h").to_email())
    text, html = message.parts
    message.replace(text, Part.of_text("u"))
    message.remove(html)
    assert [part.text for part in message.parts] == ["u"]
    with pytest.raises(ValueError, match="not in a multipart"):
        message.remove(html)


def test_a_multipart_is_made_of_parts() -> None:
    parts = [Part.of_text("t"), Part.of_file(b"x", name="x.png", cid="x", inline=True)]
    report = Part.of_parts("related", parts, {"type": "text/plain"})
    report.append(Part.of_message(Message(from_="a@example.com", text="inner"), "m.eml"))
    assert report.headers.field("content-type").parameters.params["type"] == "text/plain"  # type: ignore[union-attr]
    assert [part.disposition for part in report.parts] == ["", "inline", "attachment"]
    with pytest.raises(ValueError, match="at least one"):
        _ = Part.of_parts("mixed", [])
    with pytest.raises(ValueError, match="cannot stand"):
        _ = Part.of_parts("mixed\r\nX: y", parts)
    with pytest.raises(ValueError, match="cannot stand"):
        _ = Part.of_text("x", "a b")


# --- what is refused ------------------------------------------------------------------------------------------------


def test_what_cannot_be_put_anywhere_is_refused() -> None:
    message = mime.parse(MIXED)
    one, *_ = message.parts
    with pytest.raises(ValueError, match="no multipart"):
        one.append(Part.of_text("x"))
    with pytest.raises(ValueError, match="into itself"):
        message.append(message)
    with pytest.raises(TypeError, match=r"Part\.of_text"):
        message.append("text")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="holds the boundary 'b'"):
        message.append(Part.of_text("--b\nas a delimiter"))
    with pytest.raises(ValueError, match="not in a multipart"):
        message.remove(mime.parse(MIXED).parts[0])
    assert message.to_bytes() == MIXED


@pytest.mark.parametrize("inner", [b"", b"\r\n--b\r\n\r\nx", b"\r\n--b\r\n\r\nx\r\n--b--"])
def test_a_boundary_that_two_multiparts_share_takes_nothing(inner: bytes) -> None:
    nested = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    message = mime.parse(nested + b"--b\r\n" + nested + inner + b"\r\n--b--\r\n")
    for part in [part for part in message.walk() if part.parts]:
        with pytest.raises(ValueError, match="another multipart has the boundary"):
            part.insert(0, Part.of_text("new"))


def test_the_last_part_stays() -> None:
    message = mime.parse(MIXED)
    for part in message.parts[:2]:
        message.remove(part)
    with pytest.raises(ValueError, match="only part"):
        message.remove(message.parts[0])
    assert message.to_bytes() == mixed(THREE)


def test_a_boundary_that_comes_later_is_an_error_and_no_other_structure() -> None:
    message = mime.parse(MIXED)
    inner = Message(from_="a@example.com", text="x")
    message.append(Part.of_message(inner))
    inner.text = "--b\nevil"
    with pytest.raises(ValueError, match="holds the boundary"):
        _ = message.to_bytes()


# --- any of it ------------------------------------------------------------------------------------------------------

leaves = st.sampled_from([b"\r\ntext", b"", b"\r\n", b"A: b\r\n\r\n", b"Content-Type: text/html\r\n\r\n<p>\r\n\r\n"])


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> bytes:
    if depth > 2 or draw(st.booleans()):
        return draw(leaves)
    boundary = b"b%d.%d" % (depth, draw(st.integers(0, 999)))
    parts = draw(st.lists(trees(depth + 1), min_size=1, max_size=3))
    kind = draw(st.sampled_from([b"mixed", b"alternative", b"digest"]))
    head = b"Content-Type: multipart/" + kind + b"; boundary=" + boundary + b"\r\n\r\n"
    inner = b"".join([b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts])
    return (
        head + inner + draw(st.sampled_from([b"--" + boundary + b"--", b"--" + boundary + b"--\r\nepilogue\r\n", b""]))
    )


@given(trees(), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(0, 9)), max_size=6))
def test_whatever_is_done_reads_back(raw: bytes, changes: list[tuple[int, int, int]]) -> None:
    message = mime.parse(raw)
    for kind, where, index in changes:
        parts = list(message.walk())
        part = parts[where % len(parts)]
        try:
            if kind == 0:
                message.attach(b"%d" % index, name="x.bin")
            elif kind == 1:
                part.insert(index, Part.of_text(f"new {index}"))
            elif kind == 2:
                message.remove(part)
            elif kind == 3:
                message.replace(part, Part.of_file(b"y", name="y.bin"))
            else:
                part.text = f"changed {index}"
        except ValueError:
            continue
    assert_reads_back(message)
