import pytest

from mailwright.grammar import sections


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], {}),
        ([("a", "1"), ("a", "2")], {"a": "1"}),
        ([("a", "=?utf-8?q?=C3=BC?=")], {"a": "ü"}),
        ([("a", "plain"), ("a*0", "in"), ("a*1", "parts"), ("a*", "''whole")], {"a": "whole"}),
        ([("a", "plain"), ("A*0", "in"), ("a*1", "parts")], {"a": "inparts"}),
        ([("a*1", "b"), ("a*0", "a"), ("a*2", "c")], {"a": "abc"}),
        ([("a*0", "a"), ("a*2", "c")], {"a": "a"}),
        ([("a*1", "b"), ("a*2", "c")], {}),
        ([("a*0", "a"), ("a*0", "x"), ("a*1", "y")], {"a": "a"}),  # a second value begins, and is not glued on
        ([("a*01", "x"), ("a**", "y"), ("*", "z"), ("a*b", "w"), ("a*-1", "v"), ("a*99999", "u")], {}),
        ([("a*", "utf-8'de'%C3%BC")], {"a": "ü"}),
        ([("a*", "utf-8'%C3%BC")], {"a": "ü"}),
        ([("a*", "it's")], {"a": "it's"}),
        ([("a*", "name.pdf")], {"a": "name.pdf"}),
        ([("a*", "name%20.pdf")], {}),  # octets of a charset nobody named
        ([("a*", "nobody''name")], {}),  # a charset nobody knows, for nothing
        ([("a*", "nobody''%FC")], {"a": "ü"}),
        ([("a*", "unknown-8bit''%FC")], {"a": "ü"}),
        ([("a*", "utf-8''%FC"), ("a", "u")], {"a": "u"}),
        ([("a*", "utf-8''%FC")], {"a": "\ufffd"}),
        ([("a*0*", "utf-8''%FC"), ("a", "u")], {"a": "u"}),
        ([("a*", "utf-8''\udc80")], {"a": "\ufffd\ufffd\ufffd"}),
    ],
)
def test_values_are_put_together(pairs: list[tuple[str, str]], expected: dict[str, str]) -> None:
    found: dict[str, str] = {}
    for name, value in sections.join(pairs):
        found.setdefault(name.lower(), value)
    assert found == expected
