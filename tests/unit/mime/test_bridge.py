import email
from email import policy
from email.message import EmailMessage
from email.message import Message as OldMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from mailwright.mime import Message


def sample() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Jörg <a@b.c>"
    message["To"] = "x@y.z"
    message["Bcc"] = "secret@x.y"
    message["Subject"] = "Grüße"
    message.set_content("Hello ü\n")
    message.add_alternative("<p>Hello</p>", subtype="html")
    message.add_attachment(b"\x00\x01", maintype="application", subtype="pdf", filename="ü.pdf")
    return message


def test_a_modern_message_is_converted() -> None:
    source = sample()
    before = source.as_bytes()
    message = Message.from_email(source)
    assert source.as_bytes() == before
    assert (message.subject, str(message.from_), str(message.bcc)) == ("Grüße", "Jörg <a@b.c>", "secret@x.y")
    assert (message.text, message.html) == ("Hello ü\n", "<p>Hello</p>\n")
    assert [part.filename for part in message.attachments] == ["ü.pdf"]
    assert message.attachments[0].content == b"\x00\x01"
    parsed = email.message_from_bytes(message.to_bytes(), policy=policy.default)
    assert parsed["bcc"] is None
    assert parsed.get_boundary() == source.get_boundary() or source.get_boundary() is None
    message.attach(b"more", name="more.txt")
    again = email.message_from_bytes(message.to_bytes(), policy=policy.default)
    assert [part.get_filename() for part in again.iter_attachments()] == ["ü.pdf", "more.txt"]


def test_an_old_message_is_converted() -> None:
    source: OldMessage = MIMEMultipart()
    source["Subject"] = "old"
    source["To"] = "a@b.c"
    source.attach(MIMEText("Grüße", "plain", "utf-8"))
    message = Message.from_email(source)
    assert message.text == "Grüße"
    assert message.subject == "old"


def test_a_line_end_smuggled_by_an_encoded_word_is_replaced() -> None:
    source = email.message_from_string("From: a@b.c\nSubject: =?utf-8?q?hi=0ABcc:_x=40y?=\n\nx", policy=policy.default)
    raw = Message.from_email(source).to_bytes()
    assert b"\nBcc" not in raw


def test_eight_bit_content_is_encoded() -> None:
    source = email.message_from_bytes(
        b"From: a@b.c\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\ncaf\xe9\n"
    )
    message = Message.from_email(source)
    assert message.to_bytes().isascii()
    assert message.text == "café\n"


def test_deep_nesting_takes_no_recursion() -> None:
    source = EmailMessage()
    source.set_content("inner")
    for _ in range(400):
        outer = MIMEMultipart()
        outer.attach(source)
        source = outer  # type: ignore[assignment]
    assert b"inner" in Message.from_email(source).to_bytes()


def test_enclosed_messages_and_signed_content_survive() -> None:
    raw = (
        b"From: a@b.c\r\nContent-Type: multipart/signed; boundary=sig; micalg=sha1\r\n\r\n--sig\r\n"
        b"Content-Type: message/rfc822"
        b"\r\n\r\nSubject: in\r\n\r\nbody\r\n--sig\r\nContent-Type: application/x\r\n\r\nsignature\r\n--sig--\r\n"
    )
    message = Message.from_email(email.message_from_bytes(raw))
    assert message.to_bytes() == raw.replace(b"\r\n\r\n", b"\r\nMIME-Version: 1.0\r\n\r\n", 1)
    enclosed = message.parts[0].message
    assert enclosed is not None
    assert enclosed.subject == "in"


def test_our_message_becomes_theirs() -> None:
    ours = Message(from_="Jörg <a@b.c>", bcc="s@x.y", subject="ü", text="Grüße\n", html="<p>")
    theirs = ours.to_email()
    assert isinstance(theirs, EmailMessage)
    assert (theirs["subject"], theirs["bcc"]) == ("ü", "s@x.y")
    international = Message(from_="jörg@b.c", text="x").to_email()
    assert "jörg@b.c" in str(international["from"])
