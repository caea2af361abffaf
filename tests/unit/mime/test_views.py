import pytest

from mailwright import mime
from mailwright.mime import Message


def multipart(kind: str, *parts: str, boundary: str = "b") -> str:
    inner = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={boundary}\n\n{inner}--{boundary}--"


PLAIN = "Content-Type: text/plain\n\nplain"
HTML = "Content-Type: text/html\n\n<p>"
IMAGE = "Content-Type: image/png\nContent-ID: <i>\n\n."
FILE = "Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment\n\nfile"


def parsed(text: str) -> Message:
    return mime.parse(text.encode())


@pytest.mark.parametrize(
    ("mail", "text", "html", "saved"),
    [
        (PLAIN, "plain", None, []),
        (HTML, None, "<p>", []),
        (multipart("alternative", PLAIN, HTML), "plain", "<p>", []),
        (multipart("alternative", PLAIN), "plain", None, []),
        (multipart("mixed", PLAIN, FILE), "plain", None, ["text/plain"]),
        (multipart("mixed", PLAIN, PLAIN), "plain\nplain", None, []),
        (multipart("mixed", PLAIN, IMAGE), "plain", None, ["image/png"]),
        (multipart("related", HTML, IMAGE), None, "<p>", []),
        (
            multipart("mixed", multipart("alternative", PLAIN, HTML, boundary="a"), FILE),
            "plain",
            "<p>",
            ["text/plain"],
        ),
        (
            multipart("alternative", PLAIN, multipart("related", HTML, IMAGE, boundary="r")),
            "plain",
            "<p>",
            [],
        ),
        (FILE, None, None, ["text/plain"]),
        ("Content-Type: application/pdf\n\n%", None, None, ["application/pdf"]),
        ("", "", None, []),
    ],
)
def test_what_a_person_reads_and_saves(mail: str, text: str | None, html: str | None, saved: list[str]) -> None:
    message = parsed(mail)
    assert (message.text, message.html) == (text, html)
    assert [part.content_type for part in message.attachments] == saved


def test_what_was_composed_reads_the_same_when_parsed() -> None:
    message = Message(from_="a@example.com", to="b@example.com", text="plain\n", html='<img src="cid:i">')
    message.embed(b"x", cid="i", type="image/png")
    message.attach(b"y", name="y.bin")
    message.attach(Message(from_="c@example.com", subject="inner", text="."))
    again = mime.parse(message.to_bytes())
    assert (again.text, again.html) == (message.text, message.html)
    assert [part.filename for part in again.attachments] == [part.filename for part in message.attachments]
    assert again.attachments[1].message is not None
    assert again.attachments[1].message.subject == "inner"
