import email
from email import policy
from email.message import EmailMessage
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest

from mailwright.mime import Message, Outgoing, parse
from mailwright.mime.fitting import Transport
from mailwright.smtp.data import DotStuffer


def on_the_wire(data: bytes) -> bytes:
    """What SMTP makes of it, and what SIZE speaks of (RFC 1870 5)."""
    stuffer = DotStuffer()
    return (stuffer.feed(data) + stuffer.finish()).removesuffix(b".\r\n")


def whole(outgoing: Outgoing, *, utf8: bool = False) -> bytes:
    data = b"".join(outgoing.chunks(utf8))
    assert outgoing.size(utf8) in (len(data), len(on_the_wire(data)))
    return data


def test_our_message() -> None:
    message = Message(from_="a@b.c", to="x@y.z", text="ü")
    outgoing = Outgoing.of(message)
    assert whole(outgoing) == message.to_bytes()
    assert [outgoing.eight_bit, outgoing.international, outgoing.streams_from_disk] == [False] * 3
    message.from_ = "jörg@b.c"
    strange = Outgoing.of(message)
    assert strange.international
    assert whole(strange, utf8=True) == message.to_bytes()
    with pytest.raises(ValueError, match="jörg"):
        strange.chunks()


def test_raw_bytes_go_as_they_are() -> None:
    raw = b"From: a@b.c\nBcc: x@y\n\nbody \xff\n"
    for given in (raw, bytearray(raw), memoryview(raw)):
        outgoing = Outgoing.of(given)
        assert whole(outgoing) == raw
        assert outgoing.eight_bit
        assert not outgoing.international
    assert not Outgoing.of(b"Subject: x\r\n\r\ny").eight_bit
    assert Outgoing.of("To: x@y,\r\n jörg@x.y\r\n\r\n".encode()).international
    assert not Outgoing.of("Subject: jörg@x.y\r\n\r\nTo: jörg@x.y".encode()).international
    assert len(list(Outgoing.of(b"x" * 5_000_000).chunks())) > 1


def test_a_file_is_scanned_and_streamed(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(b"Subject: x\r\n\r\n" + b"y" * 600_000 + b"\xff")
    outgoing = Outgoing.of(path)
    assert outgoing.eight_bit
    assert outgoing.streams_from_disk
    assert not outgoing.international
    assert whole(outgoing) == path.read_bytes()
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(ValueError, match=r"mail\.eml.*changed"):
        list(outgoing.chunks())
    path.write_bytes("To: jörg@x.y\n\n".encode())
    assert Outgoing.of(path).international
    with pytest.raises(FileNotFoundError):
        Outgoing.of(tmp_path / "none")


def test_the_standard_library_message_is_not_touched() -> None:
    message = EmailMessage()
    message["From"] = "a@b.c"
    message["To"] = "x@y.z"
    message["Bcc"] = "secret@x.y"
    message.set_content("Grüße\n")
    outgoing = Outgoing.of(message)
    raw = whole(outgoing)
    assert message["Bcc"] == "secret@x.y"
    assert b"secret" not in raw
    assert b"\n" not in raw.replace(b"\r\n", b"")
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert parsed.get_content() == "Grüße\r\n"
    old = MIMEText("From me\nü", "plain", "utf-8")
    old["To"] = "x@y.z"
    assert b"\n" not in whole(Outgoing.of(old)).replace(b"\r\n", b"")


def test_raw_eight_bit_is_told() -> None:
    message = email.message_from_bytes(b"From: a@b.c\nContent-Transfer-Encoding: 8bit\n\ncaf\xe9\n")
    outgoing = Outgoing.of(message)
    assert outgoing.eight_bit
    assert whole(outgoing).endswith(b"caf\xe9\r\n")


def test_international_addresses_of_the_standard_library() -> None:
    message = EmailMessage(policy=policy.SMTPUTF8)
    message["From"] = "jörg@b.c"
    message["To"] = "x@y.z"
    message.set_content("x")
    outgoing = Outgoing.of(message)
    assert outgoing.international
    assert "From: jörg@b.c\r\n".encode() in whole(outgoing, utf8=True)
    with pytest.raises(ValueError, match=r"jörg@b\.c"):
        outgoing.chunks(False)


def test_a_header_smuggled_by_an_encoded_word_does_not_leave() -> None:
    source = "From: a@b.c\nTo: x@y.z\nSubject: =?utf-8?q?hi=0ABcc:_evil=40x?=\n\nx"
    message = email.message_from_string(source, policy=policy.SMTP)
    message["X-Copy"] = str(message["Subject"]).replace("\n", "")
    try:
        raw = whole(Outgoing.of(message))
    except ValueError as error:
        assert "bcc" in str(error)  # noqa: PT017 - either answer is right
    else:
        assert b"\nBcc" not in raw


@pytest.mark.parametrize("wrong", ["/tmp/x.eml", None, 5, ["x"]])
def test_other_types_are_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="a message to send is"):
        Outgoing.of(wrong)


@pytest.mark.parametrize("raw", [b"", b"a", b"a\n", b"a\r", b"a\r\n", b"\n\r\n\r", b"\r\n\n\n\ra", b"\r\r\n"])
def test_the_size_of_bytes_is_what_they_have_on_the_wire(raw: bytes) -> None:
    assert Outgoing.of(raw).size() == len(on_the_wire(raw))


EIGHT = (
    b"From: a@b.c\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"Gr\xc3\xbc\xc3\x9fe\r\n"
)


def test_what_was_read_is_encoded_in_a_copy_for_a_seven_bit_server() -> None:
    message = parse(EIGHT)
    fitted = Outgoing.of(message).fitted("7bit")
    raw = whole(fitted)
    assert raw.isascii()
    assert not fitted.eight_bit
    assert parse(raw).text == "Gr\u00fc\u00dfe\n"
    assert message.to_bytes() == EIGHT


@pytest.mark.parametrize(
    "signed",
    [
        b"DKIM-Signature: v=1\r\n" + EIGHT,
        b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\xff\r\n--b\r\n\r\nsig\r\n--b--\r\n",
    ],
)
def test_what_is_signed_is_never_encoded_anew(signed: bytes) -> None:
    with pytest.raises(ValueError, match="sign"):
        Outgoing.of(parse(signed)).fitted("7bit")
    with pytest.raises(ValueError, match="sign"):
        Outgoing.of(email.message_from_bytes(signed)).fitted("7bit")


def test_bytes_and_files_are_not_encoded_anew(tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(EIGHT)
    for raw in (EIGHT, tmp_path / "mail.eml"):
        with pytest.raises(ValueError, match="sent as they are"):
            Outgoing.of(raw).fitted("7bit")


def test_a_message_of_the_standard_library_is_encoded_for_a_seven_bit_server() -> None:
    theirs = email.message_from_bytes(EIGHT)
    fitted = Outgoing.of(theirs).fitted("7bit")
    raw = whole(fitted)
    assert raw.isascii()
    assert not fitted.eight_bit
    assert parse(raw).text == "Gr\u00fc\u00dfe\n"
    assert theirs.as_bytes() == EIGHT.replace(b"\r\n", b"\n")


def test_what_is_composed_is_encoded_less_when_more_is_carried() -> None:
    message = Message(from_="a@b.c", to="x@y.z", text="Gr\u00fc\u00dfe " * 20)
    message.attach(b"\0\xff\r\n" * 50, name="a.bin")
    plain, eight, binary = (Outgoing.of(message), *(Outgoing.of(message).fitted(way) for way in ("8bit", "binary")))
    assert [(one.eight_bit, one.binary) for one in (plain, eight, binary)] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert b"\0\xff\r\n" * 50 in whole(binary)
    assert "Gr\u00fc\u00dfe".encode() in whole(eight)
    assert len(whole(binary)) < len(whole(eight)) < len(whole(plain))
    assert message.to_bytes().isascii()


@pytest.mark.parametrize("way", ["8bit", "binary"])
def test_a_signature_in_what_is_composed_keeps_it_as_it_is(way: Transport) -> None:
    message = Message(from_="a@b.c", to="x@y.z", text="Gr\u00fc\u00dfe")
    message.headers.add("DKIM-Signature", "v=1; a=rsa-sha256")
    with pytest.raises(ValueError, match="signed"):
        Outgoing.of(message).fitted(way)


def test_what_is_attached_to_a_signed_message_is_not_encoded_anew_either() -> None:
    message = Message(from_="a@b.c", to="x@y.z", text="see")
    message.attach(parse(EIGHT))
    assert whole(Outgoing.of(message).fitted("7bit")).isascii()
    message.headers.add("DKIM-Signature", "v=1; a=rsa-sha256")
    with pytest.raises(ValueError, match="signed"):
        Outgoing.of(message).fitted("7bit")


def test_who_needs_smtputf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes("To: x@y.z,\r\n j\u00f6rg@x.y\r\n\r\n".encode())
    theirs = EmailMessage(policy=policy.SMTPUTF8)
    theirs["To"] = "j\u00f6rg@x.y"
    theirs.set_content("x")
    ours = Message(from_="a@b.c", to="j\u00f6rg@x.y", bcc="zo\u00eb@x.y", text="x")
    for given in (path, path.read_bytes(), theirs, ours, parse(path.read_bytes())):
        assert Outgoing.of(given).stranger == "j\u00f6rg@x.y"
    assert Outgoing.of(Message(from_="a@b.c", to="J\u00f6rg <x@m\u00fcnchen.de>", text="x")).stranger == ""


def test_a_domain_is_written_in_ascii_unless_the_header_is_utf8() -> None:
    message = Message(from_="a@b.c", to="J\u00f6rg <x@m\u00fcnchen.de>", subject="\u00fc", text="x")
    outgoing = Outgoing.of(message)
    assert not outgoing.international
    assert b"<x@xn--mnchen-3ya.de>" in whole(outgoing)
    assert whole(outgoing).isascii()


@pytest.mark.parametrize(
    "raw", [b"", b"a", b"a\n", b"a\r", b"\n\r\n\r", b"\r\n\n\n\ra", b"\r\r\n", b"x" * 262_143 + b"\r\n"]
)
def test_the_size_of_a_file_is_what_it_has_on_the_wire(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(raw)
    assert Outgoing.of(tmp_path / "mail.eml").size() == len(on_the_wire(raw))


def test_the_size_of_what_was_read_is_what_it_has_on_the_wire() -> None:
    raw = b"Subject: x\n\na\nb\n"
    assert Outgoing.of(parse(raw)).size() == len(on_the_wire(raw))
