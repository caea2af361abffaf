"""Defects say what, where and, to people, in words."""

import dataclasses

import pytest

from mailwright import mime
from mailwright.mime import KINDS, Defect
from mailwright.mime.defects import Defects

# A message with each of them, so that none is a name without a meaning.
MULTI = b"Content-Type: multipart/mixed; boundary=a\n\n"
EXAMPLES: dict[str, bytes] = {
    "mbox-line": b"From a Fri Nov 20 11:30:00 2026\nA: b\n\nx",
    "header-line-odd": b"A: b\nodd line\nC: d\n\nx",
    "header-separator-missing": b"A: b\n<html> and text\nmore text\n",
    "header-not-utf8": b"A: \xff\n\nx",
    "header-control": b"A: b\0c\n\nx",
    "field-repeated": b"Subject: a\nSubject: b\n\nx",
    "from-several": b"From: a@example.com, b@example.com\n\nx",
    "from-bidi": "From: a\u202eb <a@example.com>\n\nx".encode(),
    "from-disguised": b'From: "boss@example.com" <x@example.org>\n\nx',
    "from-lookalike": "From: a@аррӏе.com\n\nx".encode(),
    "date-invalid": b"Date: soon\n\nx",
    "addresses-invalid": b"To: nobody at all\n\nx",
    "line-ends-cr": b"A: b\rC: d\r\rx\r",
    "line-ends-mixed": b"A: b\r\nC: d\n\nx",
    "type-invalid": b"Content-Type: text\n\nx",
    "boundary-missing": b"Content-Type: multipart/mixed\n\nx",
    "boundary-not-found": MULTI + b"x",
    "boundary-unclosed": MULTI + b"--a\n\nx",
    "boundary-reused": MULTI + b"--a\n" + MULTI + b"--a\n\nx\n--a--\n--a--\n",
    "encoding-unknown": b"Content-Transfer-Encoding: rot13\n\nx",
    "encoding-forbidden": b"Content-Transfer-Encoding: base64\n" + MULTI + b"--a\n\nx\n--a--\n",
    "base64-invalid": b"Content-Transfer-Encoding: base64\n\nA!",
    "charset-unknown": b"Content-Type: text/plain; charset=klingon\n\nx",
}
BEYOND_LIMITS = {name for name in KINDS if name.endswith(("-too-many", "-too-large", "-too-deep", "-too-many-fields"))}


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_each_kind_is_found_where_it_is(kind: str) -> None:
    found = [defect for defect in mime.parse(EXAMPLES[kind]).defects if defect.kind == kind]
    assert found
    for defect in found:
        assert 0 <= defect.offset <= len(EXAMPLES[kind])
        assert str(defect).startswith(f"{kind} at {defect.offset}")
        assert KINDS[kind] in str(defect)


def test_there_is_an_example_of_every_kind() -> None:
    assert set(EXAMPLES) | BEYOND_LIMITS == set(KINDS)


def test_what_is_well_formed_has_none() -> None:
    assert mime.parse(b"From: a@example.com\r\nDate: Fri, 20 Nov 2026 11:30:00 +0000\r\n\r\nx\r\n").defects == ()


def test_a_defect_is_a_value() -> None:
    one = Defect("date-invalid", 3, "soon")
    assert one == Defect("date-invalid", 3, "soon")
    assert str(one).startswith("date-invalid at 3 (soon): ")
    assert "()" not in str(Defect("date-invalid", 3))
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.offset = 4  # type: ignore[misc]  # it is what must not work


def test_a_list_stops_growing() -> None:
    defects = Defects(2)
    for offset in range(5):
        defects.add("date-invalid", offset)
    assert [defect.offset for defect in defects.found] == [0, 1]


def test_the_kinds_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        KINDS["x"] = "y"  # type: ignore[index]  # it is what must not work
