import copy
import pickle

import pytest

from mailwright import mime
from mailwright.mime import Message, Outgoing, Part

RAW = (
    b"Received: a\r\nReceived: b\r\nFrom: =?utf-8?q?J=C3=B6rg?= <j@example.com>\r\n"
    b"Bcc: hidden@example.com\r\nSubject:no space\r\n  and folded  \r\nTo: x@example.com\r\n"
    b"Content-Type: multipart/mixed;\r\n\tboundary=b\r\n\r\npreamble\r\n--b  \r\n"
    b"Content-Type: text/plain; charset=iso-8859-1\r\nX-Odd:   1\r\n\r\ncaf\xe9\r\n--b\r\n"
    b"Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: BASE64\r\n\r\nAAEC\r\n\r\n--b\r\n"
    b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner text\r\n--b--\r\nepilogue"
)


def parts(message: Message) -> list[Part]:
    return list(message.walk())


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_only_the_field_that_was_set_changes(end: bytes) -> None:
    raw = RAW.replace(b"\r\n", end)
    message = mime.parse(raw)
    message.subject = "neu"
    expected = raw.replace(b"Subject:no space" + end + b"  and folded  ", b"Subject: neu")
    assert message.to_bytes() == expected
    message.headers["Received"] = "c"
    expected = expected.replace(b"Received: a" + end + b"Received: b", b"Received: c")
    assert message.to_bytes() == expected
    del message.headers["to"]
    expected = expected.replace(b"To: x@example.com" + end, b"")
    assert message.to_bytes() == expected
    message.headers.add("X-New", "1")
    expected = expected.replace(b"boundary=b" + end + end, b"boundary=b" + end + b"X-New: 1" + end + end, 1)
    assert message.to_bytes() == expected
    message.to = ["y@example.com"]
    assert message.to_bytes() == expected.replace(b"X-New: 1" + end, b"X-New: 1" + end + b"To: y@example.com" + end)


def test_fields_of_parts_and_of_enclosed_messages() -> None:
    message = mime.parse(RAW)
    _, text, image, enclosed = parts(message)
    del text.headers["X-Odd"]
    image.headers["Content-Type"] = "image/jpeg"
    assert enclosed.message is not None
    enclosed.message.subject = "outer"
    expected = RAW.replace(b"X-Odd:   1\r\n", b"").replace(b"image/png; name=a.png", b"image/jpeg")
    assert message.to_bytes() == expected.replace(b"Subject: inner", b"Subject: outer")
    assert enclosed.content == b"Subject: outer\r\n\r\ninner text"
    assert image.content_type == "image/jpeg"


def test_contents_are_replaced_where_they_stand() -> None:
    message = mime.parse(RAW)
    _, text, image, _ = parts(message)
    text.text = "thé"
    image.content = b"\xff\xfe"
    expected = RAW.replace(b"caf\xe9", b"th=E9").replace(b"AAEC\r\n\r\n", b"//4=\r\n\r\n")
    expected = expected.replace(b"X-Odd:   1\r\n", b"X-Odd:   1\r\nContent-Transfer-Encoding: quoted-printable\r\n")
    assert message.to_bytes() == expected
    assert (text.text, image.content) == ("thé", b"\xff\xfe")
    assert message.text == "thé"
    text.text = "日本\n--b\n"
    assert message.to_bytes().count(b"\n--b") == RAW.count(b"\n--b")
    again = parts(mime.parse(message.to_bytes()))[1]
    assert (again.text, again.charset) == ("日本\n--b\n", "utf-8")


def test_the_text_of_a_message_is_replaced() -> None:
    message = mime.parse(b"Subject: x\n\nold\n")
    message.text = "new\n"
    assert message.to_bytes() == b"Subject: x\n\nnew\n"
    with pytest.raises(ValueError, match="not one part but 0"):
        message.html = "<p>"
    with pytest.raises(ValueError, match="cannot be taken away"):
        message.text = None


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_an_encoded_message_is_encoded_again_when_it_changed(encoding: str) -> None:
    inner = {"base64": b"U3ViamVjdDogYQ0KDQp4DQo=\r\n", "quoted-printable": b"Subject: a\r\n\r\nx\r\n"}[encoding]
    raw = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: %s\r\n\r\n%s" % (encoding.encode(), inner)
    message = mime.parse(raw)
    assert message.message is not None
    assert message.message.subject == "a"
    assert message.to_bytes() == raw
    message.message.subject = "b"
    again = mime.parse(message.to_bytes()).message
    assert again is not None
    assert again.to_bytes() == b"Subject: b\r\n\r\nx\r\n"


def test_what_follows_from_the_structure_cannot_be_set() -> None:
    message = mime.parse(RAW)
    _, text, _, enclosed = parts(message)
    with pytest.raises(ValueError, match="follows from the content"):
        message.headers["Content-Type"] = "text/plain"
    with pytest.raises(ValueError, match="follows from the content"):
        text.headers["Content-Transfer-Encoding"] = "base64"
    with pytest.raises(ValueError, match="it holds parts"):
        message.content = b"x"
    with pytest.raises(ValueError, match="it holds parts"):
        enclosed.content = b"x"
    with pytest.raises(ValueError, match="set content"):
        parts(message)[2].text = "x"
    with pytest.raises(ValueError, match="attach what it should be"):
        Message(text="x").attach(b"x", name="x").content = b"y"
    assert message.to_bytes() == RAW


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@example.com", "a\0", "\udc80"])
def test_no_value_adds_a_line(bad: str) -> None:
    message = mime.parse(RAW)
    with pytest.raises(ValueError, match=r"U\+"):
        message.subject = bad
    with pytest.raises(ValueError, match=r"U\+"):
        message.headers["X-A"] = bad
    assert message.to_bytes() == RAW


def test_a_decoded_control_character_is_never_written_by_another_field() -> None:
    message = mime.parse(b"Subject: =?utf-8?q?a=0D=0ABcc:_x=40example.com?=\r\n\r\n")
    with pytest.raises(ValueError, match=r"U\+000D"):
        message.headers["X-Copy"] = message.subject
    message.headers["X-Other"] = "1"
    assert mime.parse(message.to_bytes()).bcc == ()


def test_sending_takes_bcc_out_and_nothing_else() -> None:
    out = Outgoing.of(mime.parse(RAW))
    assert b"".join(out.chunks()) == RAW.replace(b"Bcc: hidden@example.com\r\n", b"")
    assert out.size() == len(RAW) - len(b"Bcc: hidden@example.com\r\n")
    assert out.eight_bit
    assert not out.international
    assert not Outgoing.of(mime.parse(b"Subject: x\r\n\r\nascii\r\n")).eight_bit
    assert Outgoing.of(mime.parse("To: jörg@example.com\r\n\r\n".encode())).international


def test_a_parsed_message_is_attached_as_it_came() -> None:
    inner = mime.parse(b"Subject: it\nBcc: h@example.com\n\n  as it came  \n")
    message = Message(from_="a@example.com", to="b@example.com", text="see")
    part = message.attach(inner)
    assert b"\r\n\r\nSubject: it\r\n\r\n  as it came  \r\n" in message.to_bytes()  # with the line ends of mail
    assert part.message is inner
    eight = Message(from_="a@example.com", to="b@example.com", text="see")
    eight.attach(mime.parse(b"Subject: it\r\n\r\n\xff\r\n"))
    assert eight.to_bytes().count(b"Content-Transfer-Encoding: 8bit") == 2
    assert Outgoing.of(eight).eight_bit


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_are_independent(copied: object) -> None:
    message = mime.parse(RAW)
    message.subject = "one"
    again = copied(message)  # type: ignore[operator]  # one of three
    assert again.to_bytes() == message.to_bytes()
    again.subject = "two"
    assert message.subject == "one"
    image = copied(parts(message)[2])  # type: ignore[operator]  # one of three
    assert image.content == b"\0\1\2"
    inner = copied(parts(message)[3].message)  # type: ignore[operator]  # one of three
    assert inner.subject == "inner"


def test_a_new_text_is_no_longer_flowed() -> None:
    message = mime.parse(b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n\r\nwrap \r\nped")
    assert message.as_text() == "wrapped"
    message.text = " indented\n>mark \nx \ny\n"
    again = mime.parse(message.to_bytes())
    assert again.as_text() == again.text == " indented\n>mark \nx \ny\n"
    assert again.headers["content-type"] == "text/plain; charset=utf-8"
