import pytest

from mailwright.grammar.tokens import Token, tokens_of


@pytest.mark.parametrize(
    ("text", "expected", "faults"),
    [
        ("", [], 0),
        ("a.b@c", [("word", "a.b", False), ("@", "@", False), ("word", "c", False)], 0),
        (' "a\\"b" (c (d)) <', [("quoted", 'a"b', True), ("comment", "c (d)", True), ("<", "<", True)], 0),
        ("[1 .2]", [("literal", "[1.2]", False)], 0),
        ("=?utf-8?q?a,b:?= x", [("word", "=?utf-8?q?a,b:?=", False), ("word", "x", True)], 0),
        ("(open", [("comment", "open", False)], 1),
        ("(open\\)", [("comment", "open)", False)], 1),
        ('"open a', [("word", "open", False), ("word", "a", True)], 1),
        ("a\\@b", [("word", "a@b", False)], 1),
        ("a\\b\0]", [("word", "a", False), ("word", "b", False)], 3),
    ],
)
def test_text_is_cut_into_tokens(text: str, expected: list[Token], faults: int) -> None:
    told: list[str] = []
    assert tokens_of(text, told.append) == expected
    assert len(told) == faults
