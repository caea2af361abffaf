"""What a message is made from: texts whose lines flow, and when they do not (RFC 3676)."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linear import assert_linear
from mailwright.mime import Message, Part, parse

LONG = "The new teapots are here, and they are as round, as brown and as shiny as teapots ever were on this earth."
QUOTED = f"> {LONG}\n>> {LONG}\n> > {LONG}\n\n>no quote\n  indented\nFrom here\n-- \nAlice\n"


def composed(text: str, **given_: Any) -> Message:
    return Message(from_="alice@example.com", text=text, flowed=True, **given_)


def content_type(message: Message) -> str:
    return message.headers["content-type"]


def test_paragraphs_are_broken_and_joined_again() -> None:
    text = f"{LONG}\n\n{LONG} Tschüß!\n"
    message = composed(text)
    assert content_type(message) == "text/plain; charset=utf-8; format=flowed"
    assert (message.text, message.flowed, message.as_text()) == (text, True, text)
    again = parse(message.to_bytes())
    assert again.defects == ()
    assert max(map(len, (again.text or "").splitlines())) <= 72
    assert (again.flowed, again.as_text()) == (True, text)


def test_quotes_and_signatures_stay_what_they_are() -> None:
    message = composed(QUOTED)
    assert parse(message.to_bytes()).as_text() == QUOTED.replace(">> ", "> > ")
    assert (message.text, message.as_text()) == (QUOTED, QUOTED)
    assert "<p>" in message.as_html()
    assert "indented" in message.as_html()


@pytest.mark.parametrize("text", ["a \nb\n", "word " * 3 + "\n", f"> {LONG}  \n", "x" * 999 + "\n", " \n", ">  \n"])
def test_a_text_that_would_not_come_back_does_not_flow(text: str) -> None:
    message = composed(text)
    assert content_type(message).startswith("text/plain; charset=us-ascii")
    again = parse(message.to_bytes())
    assert (again.flowed, again.text, again.as_text()) == (False, text, text)


@given(st.text(st.sampled_from(" >-x\n\rF") | st.characters(exclude_categories=["Cs"]), max_size=300))
@example("-- ")
@example("> -- \n-- \n--\n")
@example(">>> \n>\n> x")
@example("From x\nFrom " + "y " * 60 + "z")
def test_every_text_comes_back_but_for_line_ends_and_the_spaces_between_quote_marks(text: str) -> None:
    message = composed(text, html="x")  # beside which the text keeps its end
    assert even(parse(message.to_bytes()).as_text()) == even(text)


def even(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line.replace(" ", "") if set(line) <= {">", " "} else line.replace("> ", ">") for line in lines]


def test_it_is_set_and_taken_back_at_any_time() -> None:
    message = Message(from_="alice@example.com", text=LONG)
    before = message.to_bytes()
    assert not message.flowed
    message.flowed = True
    assert b" \r\n" in message.to_bytes()
    assert message.text == LONG
    message.text = f"{LONG} {LONG}"
    assert "format=flowed" in content_type(message)
    message.text = LONG
    message.flowed = False
    assert message.to_bytes() == before


def test_fields_of_its_part_stay() -> None:
    message = Message(from_="alice@example.com", text=LONG, html="<p>x</p>")
    part = message.parts[0]
    part.headers["Content-Language"] = "en"
    message.flowed = True
    assert message.parts[0] is part
    assert part.headers["content-language"] == "en"
    assert "format=flowed" in part.headers["content-type"]


def test_there_may_be_no_text_yet_or_one_from_elsewhere() -> None:
    message = Message(from_="alice@example.com", flowed=True)
    message.flowed = True
    assert (message.text, message.as_text()) == (None, "")
    message.text, message.html = "x", "<p>x</p>"
    message.replace(message.parts[0], parse(b"Content-Type: text/plain; format=flowed\r\n\r\nab \r\ncd"))
    assert message.as_text() == "ab cd"
    message.text = None
    assert message.text is None


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="lone surrogate"):
        composed("a\ud800")


def test_html_and_files_stand_beside_it() -> None:
    message = composed(LONG, html="<p>x</p>")
    message.attach(b"1", name="one.bin")
    assert (message.as_text(), message.as_html()) == (LONG, "<p>x</p>")
    again = parse(message.to_bytes())
    assert (again.as_text(), again.html, len(again.attachments)) == (LONG, "<p>x</p>", 1)


def test_a_wider_transport_flows_as_well() -> None:
    message = composed(f"{LONG} Köln\n")
    assert parse(message.to_bytes(transport="8bit")).as_text() == f"{LONG} Köln\n"


def test_what_was_read_says_whether_it_flows() -> None:
    assert parse(b"Content-Type: text/plain; Format=Flowed\r\n\r\nx").flowed
    assert not parse(b"Content-Type: text/plain; format=fixed\r\n\r\nx").flowed
    assert not parse(b"\r\nx").flowed
    assert not parse(b"Content-Type: text/html; format=flowed\r\n\r\nx").flowed
    assert not parse(b"Content-Type: image/png\r\n\r\nx").flowed
    with pytest.raises(ValueError, match="flowed cannot be set: the text of a message that was read goes as it came"):
        parse(b"\r\nx").flowed = True


def test_a_body_from_elsewhere_flows_as_it_came() -> None:
    message = Message.from_email(composed(LONG).to_email())
    assert message.flowed
    assert message.as_text().rstrip("\n") == LONG
    for name, value in (("text", "y"), ("flowed", False)):
        with pytest.raises(ValueError, match=f"{name} cannot be set: this message's body came from elsewhere"):
            setattr(message, name, value)


@pytest.mark.parametrize("filling", [">", "> ", ">> x\n", " ", "-- \n", "x ", "x", "\r", ">>>>x\n"])
def test_flowing_takes_linear_time(filling: str) -> None:
    assert_linear(composed, lambda size: filling * size)


def test_a_part_within_an_attachment_is_exchanged_and_removed() -> None:
    message = Message(from_="alice@example.com", text="x")
    inner = [Part.of_text("a"), Part.of_text("b"), Part.of_text("c")]
    message.attach(b"1", name="one.bin")
    message.attach(Part.of_parts("digest", inner))
    message.replace(inner[0], Part.of_text("A"))
    message.remove(inner[1])
    assert [part.text for part in parse(message.to_bytes()).parts[-1].parts] == ["A", "c"]
    with pytest.raises(ValueError, match="is not in this message"):
        message.remove(inner[1])
