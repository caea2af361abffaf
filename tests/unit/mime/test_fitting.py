import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright import mime
from mailwright.mime import Message

TEXT = "Grüße\n"
RAW = (
    "From: Jörg <j@example.com>\r\nSubject: Grüße\r\nContent-Type: multipart/mixed; boundary=b\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\nSchöne Grüße\r\n--b\r\nX-A: é\r\n\r\nplain\r\n--b--\r\n"
).encode()


def encodings(raw: bytes) -> list[str | None]:
    return [part.headers.get("content-transfer-encoding") for part in mime.parse(raw).walk()]


def contents(message: Message) -> list[tuple[str, bytes]]:
    return [(part.content_type, part.content) for part in message.walk() if part.message is None]


@pytest.mark.parametrize(
    ("transport", "expected"),
    [
        ("7bit", [None, None, "base64", "quoted-printable", "base64"]),
        ("8bit", ["8bit", "8bit", "8bit", "8bit", "base64"]),
        ("binary", ["binary", "8bit", "8bit", "8bit", "binary"]),
    ],
)
def test_each_part_is_encoded_no_more_than_it_must_be(transport: mime.Transport, expected: list[str | None]) -> None:
    message = Message(from_="a@example.com", text=TEXT, html=f"<p>plain words, many of them</p>{TEXT}")
    message.attach(b"\0\r\n--\n", name="x.bin")
    raw = message.to_bytes(transport=transport)
    assert encodings(raw) == expected
    assert contents(mime.parse(raw)) == contents(message)
    out = io.BytesIO()
    assert message.size(transport=transport) == len(raw) == message.write(out, transport=transport)
    assert out.getvalue() == raw
    assert message.to_bytes() == message.to_bytes(transport="7bit")  # the caller's message is as it was


def test_files_on_disk_are_streamed_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    _ = path.write_bytes(bytes(range(256)) * 2000)
    message = Message(from_="a@example.com", text="t")
    message.attach(path)
    assert path.read_bytes() in message.to_bytes(transport="binary")
    _ = path.write_bytes(b"")
    with pytest.raises(ValueError, match="attach it again"):
        _ = message.to_bytes(transport="binary")


def test_a_long_line_needs_binary() -> None:
    message = Message(from_="a@example.com", text="ü" * 600)
    assert encodings(message.to_bytes(transport="8bit")) == ["base64"]
    assert encodings(message.to_bytes(transport="binary")) == ["binary"]


def test_what_encloses_follows_what_is_enclosed() -> None:
    inner = Message(from_="b@example.com", text=TEXT)
    message = Message(from_="a@example.com", text="plain")
    message.attach(inner)
    raw = message.to_bytes(transport="8bit")
    assert encodings(raw) == ["8bit", "7bit", "8bit"]
    enclosed = mime.parse(raw).parts[1].message
    assert enclosed is not None
    assert enclosed.headers["content-transfer-encoding"] == "8bit"


def test_a_text_that_holds_the_boundary_stays_encoded() -> None:
    message = Message(from_="a@example.com", text=TEXT, html="<p>")
    boundary = message.to_bytes().partition(b'boundary="')[2].partition(b'"')[0].decode()
    message.text = f"ü\n--{boundary}--\n"
    raw = message.to_bytes(transport="8bit")
    assert contents(mime.parse(raw)) == contents(message)


def test_what_was_read_goes_as_it_came_unless_the_transport_is_named() -> None:
    message = mime.parse(RAW)
    assert message.to_bytes() == message.to_bytes(transport="8bit") == message.to_bytes(transport="binary") == RAW
    narrow = message.to_bytes(transport="7bit")
    assert narrow.isascii()
    assert message.to_bytes() == RAW
    again = mime.parse(narrow)
    assert contents(again) == contents(message)
    assert (again.subject, str(again.from_)) == ("Grüße", "Jörg <j@example.com>")
    assert encodings(narrow)[:2] == ["7bit", "base64"]
    assert again.to_bytes(transport="7bit") == narrow


def test_binary_that_was_read_is_encoded_for_less() -> None:
    raw = b"A: b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\0\r\n\xff" + b"x" * 2000
    message = mime.parse(raw)
    assert encodings(message.to_bytes(transport="8bit")) == encodings(message.to_bytes(transport="7bit")) == ["base64"]
    assert mime.parse(message.to_bytes(transport="8bit")).content == message.content


def test_what_was_read_and_attached_is_encoded_for_seven_bits() -> None:
    message = Message(from_="a@example.com", text="t")
    message.attach(mime.parse(RAW))
    assert not message.to_bytes().isascii()
    narrow = message.to_bytes(transport="7bit")
    assert narrow.isascii()
    enclosed = mime.parse(narrow).parts[1].message
    assert enclosed is not None
    assert contents(enclosed) == contents(mime.parse(RAW))


def test_signatures_are_never_broken() -> None:
    with pytest.raises(ValueError, match="DKIM-Signature"):
        _ = mime.parse(b"DKIM-Signature: v=1\r\n" + RAW).to_bytes(transport="7bit")
    signed = b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n" + RAW + b"\r\n--s\r\n\r\nsig\r\n--s--\r\n"
    with pytest.raises(ValueError, match="multipart/signed"):
        _ = mime.parse(signed).to_bytes(transport="7bit")
    assert mime.parse(signed).to_bytes(transport="8bit") == signed


def test_an_unknown_transport_is_an_error() -> None:
    with pytest.raises(ValueError, match="'9bit' is not known"):
        _ = Message(text="x").to_bytes(transport="9bit")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'9bit' is not known"):
        _ = mime.parse(RAW).to_bytes(transport="9bit")  # type: ignore[arg-type]


@given(st.text(max_size=300), st.sampled_from(["7bit", "8bit", "binary"]))
def test_every_text_reads_back_on_every_transport(text: str, transport: mime.Transport) -> None:
    message = Message(from_="a@example.com", text=text, html="<p>")
    raw = message.to_bytes(transport=transport)
    assert contents(mime.parse(raw)) == contents(message)
    if transport == "7bit":
        assert raw.isascii()
    if transport != "binary":
        assert max(map(len, raw.split(b"\r\n"))) <= 998
