"""Fields in the body of a report."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linear import assert_linear
from mailwright.encodings import base64
from mailwright.mime.status_fields import FIELDS_LIMIT, FieldGroup, FieldLines, check_pairs, groups
from mailwright.mime.typed_values import TypedAddress, TypedText


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_empty_lines_separate_groups(end: bytes) -> None:
    data = b"\n\nA: 1\nB:2\n\n \nC: 3\n\n\n".replace(b"\n", end)
    assert groups(data) == [[("A", "1"), ("B", "2")], [("C", "3")]]


def test_folding_becomes_single_spaces() -> None:
    assert groups(b"A: one\n\t two  three \n  four\n") == [[("A", "one two  three four")]]


def test_what_is_no_field_is_passed_over() -> None:
    assert groups(b" x\nsome text\nA : 1\nno colon\nb c: 2\n" + b"n" * 101 + b": 3\n") == [[("A", "1")]]
    assert groups(b"some prose.\n\nmore of it\n") == []


def test_controls_are_replaced_and_octets_read() -> None:
    assert groups(b"A: \x01\xe4\tb\0\n") == [[("A", "�ä b�")]]
    assert groups("A: ä".encode()) == [[("A", "ä")]]


def test_groups_that_are_base64_are_decoded() -> None:
    inner = base64.encode(b"B: 2\r\n\r\nC: 3\r\n")
    assert groups(b"A: 1\n\n" + inner) == [[("A", "1")], [("B", "2")], [("C", "3")]]
    assert groups(b"A: 1\n\nQUJDREVGR0hJSktMTU5PUA==\n") == [[("A", "1")]]


def test_fields_are_counted() -> None:
    assert sum(map(len, groups(b"A:\n" * (FIELDS_LIMIT + 5)))) == FIELDS_LIMIT
    assert sum(map(len, groups(b"A:\n\n" * (FIELDS_LIMIT + 5)))) == FIELDS_LIMIT


@given(st.lists(st.sampled_from([b"A: 1", b" x", b"", b"YWJj" * 8, b"\xff", b":", b"a:b:c", b"\0"])), st.binary())
def test_whatever_it_is_it_is_read(lines: list[bytes], rest: bytes) -> None:
    for group in groups(b"\n".join(lines) + rest):
        check_pairs(tuple([pair for pair in group if len(pair[0]) <= 76]))


UNITS = [b"A: 1\n", b" x\n", b"\n", b"A\n", b"YWJj", b"YWJj\n", b"((", b"A:" + b" " * 60, b"\r"]


@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear(unit: bytes) -> None:
    assert_linear(groups, lambda size: b"A: 1\n\n" + unit * size, largest=100_000)


def test_a_group_gives_what_was_not_taken() -> None:
    more = [("W", "Failed (x)"), ("B", "dns; x"), ("C", "rfc822;y")]
    group = FieldGroup([("A", "1"), ("a", "2"), ("Date", "soon"), *more])
    assert (group.text("a"), group.word("w"), group.typed("b")) == ("1", "failed", TypedText("dns", "x"))
    assert (group.address("c"), group.typed("c"), group.address("d")) == (TypedAddress("rfc822", "y"), None, None)
    assert (group.date("date"), group.texts("a"), group.text("a")) == (None, ("2",), "")
    assert group.rest() == (("Date", "soon"),)
    assert FieldGroup([("D", "1 Jan 0100 00:00:00 +0000")]).date("d") is None
    assert FieldGroup([("D", "1 Jan 2000 00:00:00 +0000")]).date("d") == datetime(2000, 1, 1, tzinfo=UTC)


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=400)


@given(words)
def test_what_is_written_is_read(text: str) -> None:
    value = text.strip(" ")
    lines = FieldLines(utf8=True)
    try:
        lines.add_all((("X", value),))
    except ValueError as error:
        assert "too long" in str(error)  # noqa: PT017  no other reason is good
        return
    assert groups(lines.to_bytes()) == [[("X", value)]]


def test_what_cannot_be_written_is_refused() -> None:
    lines = FieldLines(utf8=False)
    with pytest.raises(ValueError, match="utf8=True"):
        lines.add("X", "ä")
    with pytest.raises(ValueError, match="too long"):
        lines.add("X", "a " + "x" * 999)
    for name in ("", "a b", "a:", "ä", "x" * 77, "a\n"):
        with pytest.raises(ValueError, match="field name"):
            check_pairs(((name, "x"),))
    with pytest.raises(ValueError, match="field 'A'"):
        check_pairs((("A", "b\r\nC: d"),))
    lines.add("X", None)
    assert lines.to_bytes() == b""
