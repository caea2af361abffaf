"""Parts have the numbers by which IMAP asks for them, and a tree that can be drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright import mime
from mailwright.mime import Message, Part
from mailwright.mime.outline import DEPTH_LIMIT, GUIDE_LIMIT, find, guide, harmless, places, shortened

# The example of RFC 9051 6.4.5.1, in the order of its table.
RFC_9051 = [
    ("", "multipart/mixed"),
    ("1", "text/plain"),
    ("2", "application/octet-stream"),
    ("3", "message/rfc822"),
    ("", "multipart/mixed"),
    ("3.1", "text/plain"),
    ("3.2", "application/octet-stream"),
    ("4", "multipart/mixed"),
    ("4.1", "image/gif"),
    ("4.2", "message/rfc822"),
    ("", "multipart/mixed"),
    ("4.2.1", "text/plain"),
    ("4.2.2", "multipart/alternative"),
    ("4.2.2.1", "text/plain"),
    ("4.2.2.2", "text/richtext"),
]


def whole(*parts: Part) -> Message:
    """A message of parts, read."""
    message = Message(from_="a@example.com")
    message.adopt(Part.of_parts("mixed", parts))
    return mime.parse(message.to_bytes())


def octets() -> Part:
    return Part.of_file(b"x", name="x.bin")


def example() -> Message:
    inner = Part.of_parts("alternative", [Part.of_text("a"), Part.of_text("b", "richtext")])
    fourth = [
        Part.of_file(b"GIF", name="x.gif"),
        Part.of_message(whole(Part.of_text("a"), inner)),
    ]
    third = Part.of_message(whole(Part.of_text("a"), octets()))
    return whole(Part.of_text("a"), octets(), third, Part.of_parts("mixed", fourth))


def deep(levels: int) -> bytes:
    lines = [b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(levels)]
    return b"".join([b"Subject: deep\n", *lines, b"\nx\n"])


def test_the_example_of_rfc_9051_has_its_numbers() -> None:
    assert [(place.path, place.part.content_type) for place in places(example())] == RFC_9051


def test_every_number_leads_to_its_part() -> None:
    message = example()
    for place in places(message):
        if place.path:
            assert find(message, place.path) is place.part


def test_a_message_of_one_part_has_part_1() -> None:
    message = mime.parse(b"Subject: x\n\nx")
    assert [place.path for place in places(message)] == ["1"]
    assert find(message, "1") is message


def test_a_message_that_is_nothing_but_another_message() -> None:
    message = mime.parse(b"Content-Type: message/rfc822\n\nSubject: in\n\nx")
    assert [place.path for place in places(message)] == ["1", "1.1"]
    assert find(message, "1.1") is message.message


@pytest.mark.parametrize(
    ("path", "nearby"),
    [
        ("5", "the message holds 1 to 4"),
        ("0", "the message holds 1 to 4"),
        ("1.1", "1 is text/plain and holds no parts"),
        ("3.3", "3 holds 3.1 to 3.2"),
        ("4.2.2.3", "4.2.2 holds 4.2.2.1 to 4.2.2.2"),
        ("10", "the message holds 1 to 4"),
        ("x" * 200, "the message holds 1 to 4"),
    ],
)
def test_a_part_that_is_not_there_is_told_with_what_is(path: str, nearby: str) -> None:
    with pytest.raises(ValueError, match="there is no part") as caught:
        find(example(), path)
    assert str(caught.value).endswith(f"; {nearby}")
    assert len(str(caught.value)) < 150


def test_the_only_part_of_a_multipart_is_named_alone() -> None:
    with pytest.raises(ValueError, match=r"the message holds 1$"):
        find(whole(Part.of_text("a")), "2")


def test_a_tree_is_drawn_in_either_alphabet() -> None:
    drawn = [guide(place, drawn=True) + place.path for place in places(example())]
    assert drawn[:6] == ["", "├── 1", "├── 2", "├── 3", "│   └── ", "│       ├── 3.1"]
    assert drawn[-4:] == [
        "            ├── 4.2.1",
        "            └── 4.2.2",
        "                ├── 4.2.2.1",
        "                └── 4.2.2.2",
    ]
    ascii_only = [guide(place, drawn=False) for place in places(example())]
    assert ascii_only[:6] == ["", "+-- ", "+-- ", "+-- ", "|   `-- ", "|       +-- "]


def test_depth_is_shown_to_a_limit_and_the_rest_is_told() -> None:
    message = mime.parse(deep(DEPTH_LIMIT + 50))
    shown = list(places(message))
    assert [place.depth for place in shown] == list(range(DEPTH_LIMIT + 1))
    assert [place.is_cut for place in shown] == [False] * DEPTH_LIMIT + [True]
    assert max(len(guide(place, drawn=True)) for place in shown) == 4 * GUIDE_LIMIT


def test_what_ends_at_the_limit_is_not_cut() -> None:
    shown = list(places(mime.parse(deep(3)), depth=3))
    assert (len(shown), shown[-1].is_cut) == (4, False)


def test_a_part_beyond_the_limit_is_found_all_the_same() -> None:
    message = mime.parse(deep(1000))
    *_, last = places(message, depth=5000)
    assert last.depth == 1000
    assert find(message, last.path) is last.part


def test_ten_thousand_parts_are_numbered() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000 + b"--b--\n"
    message = mime.parse(raw)
    *_, last = places(message)
    assert last.path == "10000"
    assert find(message, "10000").content == b"x"


@given(st.text())
def test_harmless_text_is_printable_and_printable_text_stays(text: str) -> None:
    made = harmless(text)
    assert made.isprintable()
    assert (made == text) is text.isprintable()


def test_a_long_word_is_shortened() -> None:
    assert shortened("a" * 80) == "a" * 80
    assert shortened("a" * 81) == "a" * 79 + "…"
