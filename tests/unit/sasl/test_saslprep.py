"""SASLprep makes two spellings one, and refuses what it must (RFC 4013, RFC 4505 3)."""

from __future__ import annotations

import pytest
from scramp.utils import ScramException  # type: ignore[import-untyped]  # it has no types
from scramp.utils import saslprep as theirs

from mailwright.sasl import saslprep
from mailwright.sasl.saslprep import prepare_trace


@pytest.mark.parametrize(
    ("text", "prepared"),
    [("I\u00adX", "IX"), ("user", "user"), ("USER", "USER"), ("\u00aa", "a"), ("\u2168", "IX")],
)
def test_the_examples_of_rfc_4013_section_3(text: str, prepared: str) -> None:
    assert saslprep(text) == prepared
    assert saslprep(text, stored=False) == prepared


@pytest.mark.parametrize(("text", "why"), [("\u0007", r"C\.2\.1"), ("\u06271", "begin and end")])
def test_the_errors_of_rfc_4013_section_3(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        saslprep(text)


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("a\u00a0b", "a b"),
        ("a\u3000b", "a b"),
        ("a\u200bb", "ab"),
        ("a\ufe00b", "ab"),
        ("e\u0301", "é"),
        ("ﬁ", "fi"),
        ("\u0627\u0628", "\u0627\u0628"),
        ("\u06271\u0628", "\u06271\u0628"),
        ("", ""),
        ("\u00ad", ""),
    ],
)
def test_spaces_nothing_and_compatibility_characters(text: str, prepared: str) -> None:
    assert saslprep(text) == prepared


@pytest.mark.parametrize(
    ("character", "table"),
    [
        ("\x7f", r"C\.2\.1"),
        ("\u0085", r"C\.2\.2"),
        ("\ue000", r"C\.3"),
        ("\ufdd0", r"C\.4"),
        ("\ud800", r"C\.5"),
        ("\ufffd", r"C\.6"),
        ("\u2ff0", r"C\.7"),
        ("\u202e", r"C\.8"),
        ("\U000e0041", r"C\.9"),
    ],
)
def test_each_prohibited_table_is_refused_without_showing_the_text(character: str, table: str) -> None:
    with pytest.raises(ValueError, match=table) as caught:
        saslprep(f"hunter2{character}ü")
    assert "hunter2" not in str(caught.value)
    assert character not in str(caught.value)


def test_directions_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="mixes writing directions"):
        saslprep("\u0627a\u0628")
    with pytest.raises(ValueError, match="begin and end"):
        saslprep("1\u0627")


@pytest.mark.parametrize("text", ["\U0001f511", "a\u0221b"])
def test_unassigned_code_points_are_for_queries_only(text: str) -> None:
    with pytest.raises(ValueError, match=r"A\.1"):
        saslprep(text)
    assert saslprep(text, stored=False) == text


def test_every_code_point_of_the_basic_plane_is_as_another_implementation_has_it() -> None:
    def outcome(prepare: object, text: str) -> str | None:
        try:
            prepared: str = prepare(text)  # type: ignore[operator]
        except (ValueError, ScramException):
            return None
        return prepared

    # Joined to letters, so that neither side refuses a text that becomes empty.
    texts = [f"a{chr(number)}b" for number in range(0x10000)]
    assert [text for text in texts if outcome(saslprep, text) != outcome(theirs, text)] == []


@pytest.mark.parametrize("trace", ["", "sirhc", "alice@example.com", "\U0001f511", "naïve", "x" * 255])
def test_a_trace_is_left_as_it_is(trace: str) -> None:
    assert prepare_trace(trace) == trace


@pytest.mark.parametrize("trace", ["\n", "a\ud800", "x" * 256, "\u0627a", "a\u202e"])
def test_what_is_no_trace_is_refused(trace: str) -> None:
    with pytest.raises(ValueError, match=r"contains|at most 255|mixes"):
        prepare_trace(trace)
