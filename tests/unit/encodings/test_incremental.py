from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.encodings import base64, incremental, quoted, uu, yenc
from mailwright.encodings.incremental import Identity, decode_chunks, decoder
from mailwright.encodings.opening import OPENS_WITHIN


@pytest.mark.parametrize("name", ["7bit", "8bit", "binary", "", "no-such-encoding"])
def test_what_is_not_encoded_stays(name: str) -> None:
    undo = decoder(name)
    assert isinstance(undo, Identity)
    assert undo.feed(b"=41\0\xff") == b"=41\0\xff"
    assert undo.finish() == b""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (" BASE64 ", base64.Decoder),
        ("Quoted-Printable", quoted.Decoder),
        ("x-uuencode", uu.Decoder),
        ("UUE", uu.Decoder),
        ("x-yenc", yenc.Decoder),
    ],
)
def test_encodings_are_known_by_their_names(name: str, kind: type) -> None:
    assert isinstance(decoder(name), kind)


def test_a_stream_gives_no_empty_pieces() -> None:
    assert list(decode_chunks([b"Z", b"", b"m9", b"v"], "base64")) == [b"foo"]
    assert list(decode_chunks([b"Zm8", b""], "base64")) == [b"fo"]
    assert list(decode_chunks([], "base64")) == []


def held_at_most(name: str, piece: bytes, times: int) -> int:
    """Octets that go in before as many come out."""
    undo = decoder(name)
    given = taken = most = 0
    for _ in range(times):
        given += len(piece)
        taken += len(undo.feed(piece))
        most = max(most, given - taken)
    return most


@pytest.mark.parametrize(
    ("name", "piece", "limit"),
    [
        ("quoted-printable", b" " * 1000, quoted.BLANKS_HELD),
        ("quoted-printable", b"x", 2),
        ("x-yenc", b"x" * 1000, OPENS_WITHIN),
        ("x-yenc", b"==", OPENS_WITHIN * 2),
    ],
)
def test_little_is_held_back_when_a_line_never_ends(name: str, piece: bytes, limit: int) -> None:
    times = 4 * OPENS_WITHIN // len(piece)
    assert held_at_most(name, piece, times) <= limit + len(piece) + (times if piece == b"==" else 0)


@pytest.mark.parametrize("size", [1000, 57 * 4096, 10**7])
def test_base64_goes_through_in_blocks_of_any_size(size: int) -> None:
    data = os.urandom(1_000_000)
    encoded = base64.encode(data)
    pieces = [encoded[at : at + size] for at in range(0, len(encoded), size)]
    assert b"".join(decode_chunks(pieces, "base64")) == data


def test_a_run_of_blanks_beyond_the_limit_stays_in_part() -> None:
    data = b"x" + b" " * (quoted.BLANKS_HELD + 10) + b"\r\n"
    assert quoted.decode(data) == b"x\r\n"
    assert b"".join(decode_chunks([data], "quoted-printable")) == b"x\r\n"
    assert b"".join(decode_chunks([data[:-2], data[-2:]], "quoted-printable")) == b"x" + b" " * 10 + b"\r\n"


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [
        ("base64", "photo.b64", "photo.jpg"),
        ("x-uue", "photo.uu", "photo.jpg"),
        ("quoted-printable", "wikipedia.qp", "wikipedia.txt"),
    ],
)
@pytest.mark.parametrize("size", [1, 77, 4096])
def test_files_of_others_are_decoded(corpora: Path, name: str, file: str, expected: str, size: int) -> None:
    folder = corpora / "mimekit/UnitTests/TestData/encoders"
    data = (folder / file).read_bytes()
    decoded = b"".join(decode_chunks([data[at : at + size] for at in range(0, len(data), size)], name))
    assert decoded.replace(b"\r\n", b"\n") == (folder / expected).read_bytes().replace(b"\r\n", b"\n")


LINES = st.lists(
    st.sampled_from([b"plain", b"\r\n", b"From x", b".", b"\xff" * 30, b"=", b" ", b"\t", b"a" * 75, b"b" * 200, b""])
).map(b"".join)


@given(LINES, st.lists(st.integers(0, 300), max_size=6), st.sampled_from(["base64", "quoted-printable", "8bit"]))
def test_what_is_encoded_in_pieces_decodes_to_what_went_in(text: bytes, cuts: list[int], encoding: str) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[begin:end] for begin, end in itertools.pairwise(places)]
    encoded = b"".join(incremental.encode_chunks(pieces, encoding))
    assert b"".join(incremental.decode_chunks([encoded], encoding)) == text
    if encoding == "quoted-printable":
        assert encoded == quoted.encode(text)


@given(LINES, st.integers(1, 90))
def test_a_line_that_never_ends_is_encoded_in_parts(text: bytes, limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quoted, "LINE_HELD", limit)
        encoded = b"".join(quoted.encode_chunks([text[at : at + 7] for at in range(0, len(text), 7)]))
    assert quoted.decode(encoded) == text
    assert all(len(line) <= 76 and line[:1] != b"." and line[:5] != b"From " for line in encoded.split(b"\r\n"))


def test_encodings_that_nobody_writes() -> None:
    with pytest.raises(ValueError, match="'x-uuencode' is not written; 7bit, 8bit, base64"):
        _ = incremental.encode_chunks([b""], "x-uuencode")
