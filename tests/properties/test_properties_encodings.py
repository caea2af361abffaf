import base64 as witness
import itertools
import quopri

from hypothesis import given
from hypothesis import strategies as st

from mailwright.encodings import base64, charset, lines, quoted


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *[place % (len(data) + 1) for place in places]})
    return [data[begin:end] for begin, end in itertools.pairwise(marks)]


@given(st.binary(max_size=500), st.lists(st.integers(0, 500)))
def test_base64_streams_like_it_encodes(data: bytes, places: list[int]) -> None:
    encoded = base64.encode(data)
    assert b"".join(base64.encode_chunks(cut(data, places))) == encoded
    assert len(encoded) == base64.encoded_length(len(data))
    assert base64.decode(encoded) == data == witness.b64decode(encoded)


@given(st.binary(max_size=300))
def test_decoders_never_raise(data: bytes) -> None:
    base64.decode(data)
    quoted.decode(data)
    charset.decode(data, "utf-8")
    charset.decode(data, data.decode("latin-1"))


@given(st.one_of(st.binary(max_size=400), st.text(alphabet=".From =\r\n\té", max_size=400).map(str.encode)))
def test_quoted_printable_reads_back_in_safe_lines(data: bytes) -> None:
    text = lines.canonical(data)
    encoded = quoted.encode(text)
    assert quoted.decode(encoded) == text
    assert quopri.decodestring(encoded).replace(b"\r\n", b"\n") == text.replace(b"\r\n", b"\n")
    for line in encoded.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t", b"\r", b"\n"))


@given(st.text(alphabet="a\r\n", max_size=60).map(str.encode), st.lists(st.integers(0, 60)))
def test_line_ends_stream_like_they_are_made_canonical(data: bytes, places: list[int]) -> None:
    assert b"".join(lines.canonical_chunks(cut(data, places))) == lines.canonical(data)
    assert lines.canonical(lines.canonical(data)) == lines.canonical(data)
    facts = lines.survey(lines.canonical(data))
    assert not facts.bare_cr
    assert not facts.bare_lf
