from datetime import UTC, datetime

import pytest

from mailwright.grammar import ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a@b>", ["<a@b>"]),
        ("<a@b>\r\n <c@d>, <e@f>", ["<a@b>", "<c@d>", "<e@f>"]),
        ('Your message of "Monday" <a@b>', ["<a@b>"]),
        ("<[1234]@x>", ["<[1234]@x>"]),
        ("<a @ b>", ["<a@b>"]),
        ("a@b c@d", ["<a@b>", "<c@d>"]),
        ("<>", []),
        # what MimeKit tolerates
        ("<a@@b> <a@b@c> <a@>", ["<a@@b>", "<a@b@c>", "<a@>"]),
        ("<a\x01@b>", ["<a@b>"]),
        ("<abc>", ["<abc>"]),
        ("<a@b", ["<a@b>"]),
        ("<a@b <c@d", ["<a@b>", "<c@d>"]),
        ("<abc", []),
        ("a@b>", ["<a@b>"]),
        ("<<a@b>>", ["<a@b>"]),
        ("(c <x@y>) <a@b>", ["<a@b>"]),
        ('"Joe <joe@x.y>" <a@b>', ["<a@b>"]),
        ("(never closed <a@b>", ["<a@b>"]),
        ('"never closed <a@b>', ["<a@b>"]),
        ("<a(b)@c> (d)", ["<a(b)@c>"]),
        ('<"a.b"@c>', ['<"a.b"@c>']),
        ("", []),
    ],
)
def test_identifiers_are_read(text: str, expected: list[str]) -> None:
    assert ids.parse_list(text) == expected
    assert ids.parse_list(text.encode()) == expected


def test_identifiers_are_made_from_domain_and_chance() -> None:
    made = ids.make("Example.com", b"12345678", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert made == "<20240102030405.3132333435363738@example.com>"
    with pytest.raises(ValueError, match="too few"):
        ids.make("example.com", b"1", datetime.now(UTC))


@pytest.mark.parametrize("text", ["", "a", "<a@b", "a@b>\r\nX: y", "<a b@c>", "<ü@x>", "<a@b><c@d>", "x" * 900 + "@y"])
def test_what_is_no_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="message identifier"):
        ids.check(text)


@pytest.mark.parametrize("piece", ["[", "<", "a@", "a.", "<a@", " ", "(", '"', "(<", '("', "(a) "])
def test_hostile_lists_take_little_time(piece: str) -> None:
    ids.parse_list(piece * 200_000)


def test_brackets_are_added() -> None:
    assert ids.check("a@b") == ids.check("<a@b>") == "<a@b>"
