from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright import mime
from mailwright.mime import Message

ME = "Bob <bob@company.com>"


def asked() -> Message:
    message = Message(
        from_="Jörg Müller <j@example.com>",
        to=[ME, "Carol <carol@company.com>"],
        cc=["dave@company.com", "J@Example.com"],
        subject="Bericht",
        date=datetime(2026, 11, 20, 11, 30, tzinfo=UTC),
        message_id="<2@example.com>",
        references=["<1@example.com>"],
        text="Hallo,\n\n> alt\nwie geht's?\n",
        html="<!DOCTYPE html><html><head><title>x</title></head><body class='a'>"
        '<p>Hallo <img src="cid:logo"></p></body></html>',
    )
    message.embed(b"png", cid="logo", name="logo.png")
    message.attach(b"pdf", name="bericht.pdf")
    return message


BOTH = pytest.mark.parametrize("message", [asked(), mime.parse(asked().to_bytes())], ids=["composed", "read"])


def types(message: Message) -> list[str]:
    return [part.content_type for part in mime.parse(message.to_bytes()).walk()]


# --- answers --------------------------------------------------------------------------------------------------------


@BOTH
def test_an_answer_continues_the_thread_and_quotes(message: Message) -> None:
    before = message.to_bytes()
    answer = message.reply(from_=ME, text="Gut.")
    assert str(answer.to) == "Jörg Müller <j@example.com>"
    assert (answer.cc, answer.subject) == ((), "Re: Bericht")
    assert answer.in_reply_to == "<2@example.com>"
    assert answer.references == ("<1@example.com>", "<2@example.com>")
    assert answer.text == ("Gut.\n\nOn 2026-11-20 at 11:30, Jörg Müller wrote:\n> Hallo,\n>\n>> alt\n> wie geht's?\n")
    assert types(answer) == ["text/plain"]
    assert message.to_bytes() == before


@BOTH
def test_an_answer_to_all_gives_nobody_two_copies(message: Message) -> None:
    answer = message.reply(from_=ME, text="Gut.", html="<p>Gut.</p>", to="all")
    assert str(answer.cc) == "Carol <carol@company.com>, dave@company.com"
    assert answer.html == (
        "<p>Gut.</p><p>On 2026-11-20 at 11:30, Jörg Müller wrote:</p>"
        '<blockquote type="cite"><p>Hallo <img src="cid:logo"></p></blockquote>'
    )
    assert types(answer) == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    bare = message.reply(from_=ME, text="Gut.", html="<p>Gut.</p>", quote=False)
    assert (bare.text, bare.html, types(bare)) == (
        "Gut.",
        "<p>Gut.</p>",
        ["multipart/alternative", "text/plain", "text/html"],
    )


@pytest.mark.parametrize(
    ("fields", "to"),
    [
        ("From: a@example.com\r\nReply-To: list@example.com, b@example.com", "list@example.com, b@example.com"),
        ("From: a@example.com", "a@example.com"),
        ("Sender: a@example.com", "a@example.com"),
        ("From: bob@company.com\r\nTo: team: x@example.com, y@example.com;", "x@example.com, y@example.com"),
        ("From: bob@company.com", "bob@company.com"),
    ],
)
def test_whom_an_answer_goes_to(fields: str, to: str) -> None:
    assert str(mime.parse(f"{fields}\r\n\r\n".encode()).reply(from_=ME).to) == to


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("x", "Re: x"),
        ("Re: x", "Re: x"),
        ("RE[2]: x", "RE[2]: x"),
        ("AW: x", "AW: x"),
        ("", "Re: "),
        ("Reform: x", "Re: Reform: x"),
        ("=?utf-8?q?a=0D=0ABcc:_evil@example.com?=", "Re: a\ufffd\ufffdBcc: evil@example.com"),
    ],
)
def test_the_subject_of_an_answer(subject: str, expected: str) -> None:
    answer = mime.parse(f"From: a@example.com\r\nSubject: {subject}\r\n\r\n".encode()).reply(from_=ME)
    assert answer.subject == expected
    assert mime.parse(answer.to_bytes()).subject.strip() == expected.strip()


def test_an_answer_to_the_list() -> None:
    posts = b"<https://example.com/post>, <mailto:l%69st@example.com?x=y> (the list)"
    raw = b"From: a@example.com\r\nList-Post: " + posts + b"\r\n\r\n"
    assert str(mime.parse(raw).reply(from_=ME, to="list").to) == "list@example.com"
    for post in (b"NO", b"<mailto:not an address>", b"<https://example.com>"):
        with pytest.raises(ValueError, match="nobody to answer: the message names no list"):
            _ = mime.parse(b"From: a@example.com\r\nList-Post: " + post + b"\r\n\r\n").reply(from_=ME, to="list")


def test_nobody_to_answer_and_nobody_known() -> None:
    with pytest.raises(ValueError, match="names no author"):
        _ = mime.parse(b"\r\n").reply(from_=ME)
    with pytest.raises(ValueError, match="to='everyone' is not known"):
        _ = asked().reply(from_=ME, to="everyone")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "references"),
    [
        ("", ()),
        ("Message-ID: <2@x>", ("<2@x>",)),
        ("Message-ID: <2@x>\r\nIn-Reply-To: <1@x>", ("<1@x>", "<2@x>")),
        ("Message-ID: <2@x>\r\nReferences: <1@x> <2@x>", ("<1@x>", "<2@x>")),
        ("Message-ID: <2 \xfc@x>", ()),
        (
            "Message-ID: <z@x>\r\nReferences: " + "\r\n ".join(f"<{n}@x>" for n in range(100)),
            ("<0@x>", *[f"<{n}@x>" for n in range(72, 100)], "<z@x>"),
        ),
    ],
)
def test_the_thread(fields: str, references: tuple[str, ...]) -> None:
    message = mime.parse(f"From: a@example.com\r\n{fields}\r\n\r\n".replace("\r\n\r\n\r\n", "\r\n\r\n").encode())
    answer = message.reply(from_=ME)
    assert answer.references == references
    assert mime.parse(answer.to_bytes()).references == references


# --- forwarding -----------------------------------------------------------------------------------------------------


@BOTH
def test_a_message_is_passed_on_with_everything(message: Message) -> None:
    before = message.to_bytes()
    passed = message.forward(from_=ME, to="eve@example.com", text="See below.\n")
    assert (passed.subject, str(passed.to)) == ("Fwd: Bericht", "eve@example.com")
    assert passed.text == (
        "See below.\n\n---------- Forwarded message ----------\nFrom: Jörg Müller <j@example.com>\n"
        "Date: Fri, 20 Nov 2026 11:30:00 +0000\nSubject: Bericht\n"
        "To: Bob <bob@company.com>, Carol <carol@company.com>\n"
        "Cc: dave@company.com, J@Example.com\n\nHallo,\n\n> alt\nwie geht's?\n"
    )
    read = mime.parse(passed.to_bytes())
    assert [part.content for part in read.attachments] == [b"pdf"]
    assert [part.cid for part in read.walk() if part.cid] == ["logo"]
    assert "Jörg Müller &lt;j@example.com&gt;" in (read.html or "")
    assert message.to_bytes() == before


@BOTH
def test_a_message_is_passed_on_as_it_is(message: Message) -> None:
    passed = message.forward(from_=ME, to="eve@example.com", text="See there.", as_attachment=True)
    read = mime.parse(passed.to_bytes())
    assert (read.text, types(passed)) == ("See there.", ["multipart/mixed", "text/plain", "message/rfc822"])
    assert read.parts[1].content == message.to_bytes()


def test_only_text_is_passed_on_as_text() -> None:
    passed = Message(from_="a@example.com", subject="Fw: x", text="t").forward(from_=ME, to="eve@example.com")
    assert passed.subject == "Fw: x"
    assert passed.html is None
    assert (passed.text or "").startswith("---------- Forwarded")


def test_attachments_of_any_source_can_travel() -> None:
    raw = (
        b"From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\n"
        b"Content-Type: text/csv; name=a.csv\n\n1;\xfc\n--b\n"
        b"Content-Type: image/png; name=b.png\nContent-Transfer-Encoding: base64\n\nAAEC\nAwQ=\n--b\n"
        b"Content-Type: image/png; name=c.png\nContent-Transfer-Encoding: binary\n\n\0\xff\n--b\n"
        b"Content-Type: message/rfc822\n\nSubject: inner\n\ninner text\n--b--\n"
    )
    passed = mime.parse(raw).forward(from_=ME, to="eve@example.com")
    assert not passed.is_eight_bit
    read = mime.parse(passed.to_bytes())
    assert read.defects == ()
    assert [part.content for part in read.attachments] == [
        b"1;\xfc",
        bytes(range(5)),
        b"\0\xff",
        b"Subject: inner\r\n\r\ninner text",
    ]
    passed.attachments[0].headers["X-New"] = "1"
    assert mime.parse(raw).to_bytes() == raw


# --- templates ------------------------------------------------------------------------------------------------------


def test_the_next_message_of_its_kind() -> None:
    message = asked()
    message.headers["X-Campaign"] = "7"
    raw = b"Received: from x\r\nDKIM-Signature: v=1\r\nResent-To: x@example.com\r\n" + message.to_bytes()
    read = mime.parse(raw)
    made = read.template()
    assert made.headers.keys()[:5] == ["From", "To", "Cc", "Subject", "X-Campaign"]
    assert made.message_id != read.message_id
    made.to = "new@example.com"
    made.text = "Neu"
    made.html = "<p>Neu"
    again = mime.parse(made.to_bytes())
    assert (again.text, again.html, str(again.to)) == ("Neu", "<p>Neu", "new@example.com")
    assert [part.content for part in again.attachments] == [b"pdf"]
    assert [part.content_type for part in again.walk()] == [part.content_type for part in read.walk()]
    assert read.to_bytes() == raw


def test_a_message_that_is_a_file_is_a_template_too() -> None:
    made = mime.parse(
        b"Subject: x\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC"
    ).template()
    assert [(part.filename, part.content) for part in made.attachments] == [("a.png", b"\0\1\2")]
    assert "subject" not in made.attachments[0].headers


# --- whatever there is, as text and as HTML -------------------------------------------------------------------------


def test_a_message_as_text_and_as_html() -> None:
    html = mime.parse(b"Content-Type: text/html\r\n\r\n<p>Hello <b>you</b>")
    assert (html.text, html.as_text().strip(), html.as_html()) == (None, "Hello you", "<p>Hello <b>you</b>")
    text = mime.parse(b"\r\n1 < 2 \r\nand more")
    assert text.as_text() == "1 < 2 \nand more"
    assert "1 &lt; 2" in text.as_html()
    flowed = mime.parse(b"Content-Type: text/plain; format=Flowed; delsp=yes\r\n\r\nwrap \r\nped\r\n")
    assert flowed.as_text() == "wrapped\n"
    assert "wrapped" in flowed.as_html()
    image = mime.parse(b"Content-Type: image/png\r\n\r\n")
    assert (image.as_text(), image.as_html()) == ("", "")


@given(st.binary(max_size=300))
def test_any_mail_is_answered_passed_on_and_copied(raw: bytes) -> None:
    message = mime.parse(b"From: a@example.com\r\nX: y\r\n" + raw)
    for made in (
        message.reply(from_=ME, to="all", html="<p>"),
        message.forward(from_=ME, to="eve@example.com"),
        message.template(),
    ):
        assert b"\r\nBcc: " not in made.to_bytes()
    assert message.to_bytes() == b"From: a@example.com\r\nX: y\r\n" + raw
