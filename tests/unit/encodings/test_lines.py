import pytest

from mailwright.encodings import lines

MIXED = b"a\r\nb\rc\nd\r\r\ne\n\rf\r"


def test_every_line_end_becomes_crlf() -> None:
    assert lines.canonical(MIXED) == b"a\r\nb\r\nc\r\nd\r\n\r\ne\r\n\r\nf\r\n"


@pytest.mark.parametrize("step", [1, 2, 3, 5, 50])
def test_streaming_sees_line_ends_across_chunks(step: int) -> None:
    chunks = [MIXED[at : at + step] for at in range(0, len(MIXED), step)]
    assert b"".join(lines.canonical_chunks([b"", *chunks])) == lines.canonical(MIXED)


def test_survey_tells_what_a_body_holds() -> None:
    facts = lines.survey(b"short\r\nlonger line\r\n\xff\xfe")
    assert (facts.length, facts.longest_line, facts.eight_bit) == (22, 11, 2)
    assert [facts.has_nul, facts.bare_cr, facts.bare_lf, facts.is_seven_bit] == [False] * 4
    assert lines.survey(b"a\0").has_nul
    assert lines.survey(b"a\rb").bare_cr
    assert lines.survey(b"a\nb").bare_lf
    assert lines.survey(b"a\r\nb").is_seven_bit
    assert lines.survey(b"").longest_line == 0
