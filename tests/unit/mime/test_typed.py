"""Fields of lists as values, read and set; what every message has is in test_message.py."""

import pytest

from linear import assert_linear
from mailwright.grammar import ListId, Unsubscribe
from mailwright.mime import Message, parse

MAILTO = "mailto:leave@lists.example.com?subject=leave"
CLICK = Unsubscribe(url="https://a.b/", one_click=True)
URL = "https://lists.example.com/leave?who=bob"


def read(*lines: str) -> Message:
    return parse("\r\n".join([*lines, "", "x"]).encode())


# --- how to leave a list ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way",
    [Unsubscribe(MAILTO), Unsubscribe(url=URL), Unsubscribe(MAILTO, URL), Unsubscribe(MAILTO, URL, one_click=True)],
)
def test_what_is_set_reads_back(way: Unsubscribe) -> None:
    message = Message(from_="news@example.com", text="x")
    message.unsubscribe = way
    assert message.unsubscribe == way
    assert parse(message.to_bytes()).unsubscribe == way


def test_one_click_has_a_field_of_its_own() -> None:
    message = Message(from_="news@example.com", text="x")
    message.unsubscribe = Unsubscribe(MAILTO, URL, one_click=True)
    assert message.headers["list-unsubscribe"] == f"<{URL}>, <{MAILTO}>"
    assert message.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    message.unsubscribe = Unsubscribe(MAILTO)
    assert "list-unsubscribe-post" not in message.headers


def test_none_deletes_both_fields_also_of_what_was_read() -> None:
    lines = [f"List-Unsubscribe: <{URL}>", "Subject: x", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    message = read(*lines)
    message.unsubscribe = None
    assert message.to_bytes() == b"Subject: x\r\n\r\nx"
    assert message.unsubscribe is None
    message.unsubscribe = None
    assert message.to_bytes() == b"Subject: x\r\n\r\nx"


def test_a_field_that_was_read_is_replaced_where_it_stands() -> None:
    message = read("List-Unsubscribe: <mailto:old@example.com>", "Subject: x")
    message.unsubscribe = Unsubscribe("mailto:new@example.com")
    assert message.to_bytes() == b"List-Unsubscribe: <mailto:new@example.com>\r\nSubject: x\r\n\r\nx"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Subject: x"], None),
        (["List-Unsubscribe: ask us"], None),
        (["List-Unsubscribe:"], None),
        (["List-Unsubscribe: <ftp://example.com/leave>"], None),
        ([f"List-Unsubscribe: <https://example.com/{'x' * 1000}>"], None),
        (["List-Unsubscribe: <MAILTO:a@b.c>, <mailto:d@e.f>"], Unsubscribe("MAILTO:a@b.c")),
        (["List-Unsubscribe: <http://a.b/>, <https://c.d/>"], Unsubscribe(url="https://c.d/")),
        (["List-Unsubscribe: <http://a.b/>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"], Unsubscribe(url="http://a.b/")),
        (["List-Unsubscribe: <https://a.b/>", "List-Unsubscribe-Post: yes"], Unsubscribe(url="https://a.b/")),
        (["List-Unsubscribe: <https://a.b/>", "List-Unsubscribe-Post: list-unsubscribe=ONE-CLICK "], CLICK),
        (["List-Unsubscribe-Post: List-Unsubscribe=One-Click"], None),
        (["List-Unsubscribe: (write) <mailto:a@b.c>,", "\t<https://a.b/ c>"], Unsubscribe("mailto:a@b.c", "https://a.b/c")),
    ],
)  # fmt: skip
def test_it_is_read_as_well_as_it_can_be(lines: list[str], expected: Unsubscribe | None) -> None:
    assert read(*lines).unsubscribe == expected


# --- the list ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "list_id",
    [
        ListId("", "news.example.com"),
        ListId("News", "news.example.com"),
        ListId('News (of), "all" <sorts>', "news.example.com"),
        ListId("Nachrichten aus Köln (täglich) — " + "ü" * 200, "a" * 255),
        ListId("=?utf-8?q?x?=", "news.example.com"),
    ],
)
def test_a_list_reads_back(list_id: ListId) -> None:
    message = Message(from_="news@example.com", text="x")
    message.list_id = list_id
    assert message.list_id == list_id
    raw = message.to_bytes()
    assert parse(raw).list_id == list_id
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("news.example.com", ListId("", "news.example.com")),
        ("<news.example.com>", ListId("", "news.example.com")),
        ("Köln <news.example.com>", ListId("Köln", "news.example.com")),
    ],
)
def test_a_list_is_set_as_text(text: str, expected: ListId) -> None:
    message = Message(from_="news@example.com", text="x")
    message.list_id = text
    assert parse(message.to_bytes()).list_id == expected


def test_none_deletes_the_list() -> None:
    message = read("List-Id: News <news.example.com>", "Subject: x")
    assert message.list_id == ListId("News", "news.example.com")
    message.list_id = None
    assert message.list_id is None
    assert message.to_bytes() == b"Subject: x\r\n\r\nx"
    assert read("List-Id: <>").list_id is None


@pytest.mark.parametrize("text", ["", "two words", "News <>", "a" * 256])
def test_what_names_no_list_is_refused(text: str) -> None:
    message = Message(from_="news@example.com")
    with pytest.raises(ValueError, match=r"list_id .* names no list; write announce\.example\.com or News <"):
        message.list_id = text
    assert "list-id" not in message.headers


@pytest.mark.parametrize("text", ["a\r\nBcc: x@y.z", "a\0b", "\ud800 <a.b>", "a\x7f <a.b>"])
def test_controls_are_refused_in_a_list(text: str) -> None:
    message = Message(from_="news@example.com")
    with pytest.raises(ValueError, match=r"list_id .* holds U"):
        message.list_id = text


@pytest.mark.parametrize("filling", ["<", "<a:b>,", "(", "<mailto:a@b.c> (x)", '"', "\r\n "])
def test_fields_of_lists_are_read_in_linear_time(filling: str) -> None:
    def look(message: Message) -> object:
        return message.unsubscribe, message.list_id

    def made(size: int) -> Message:
        value = (filling * size).encode()
        return parse(b"List-Unsubscribe: %s\r\nList-Id: %s\r\n\r\n" % (value, value))

    assert_linear(look, made, largest=65_536)
