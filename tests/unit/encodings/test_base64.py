import base64 as witness

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.encodings import base64


@pytest.mark.parametrize("size", [0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 1000])
def test_lines_are_76_columns_ended_by_crlf_and_their_length_is_known(size: int) -> None:
    data = bytes(range(256)) * 4
    encoded = base64.encode(data[:size])
    assert witness.b64decode(encoded) == data[:size]
    assert len(encoded) == base64.encoded_length(size)
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    assert b"\n" not in encoded.replace(b"\r\n", b"")


@pytest.mark.parametrize("step", [1, 2, 56, 57, 58, 100, 4096])
def test_streaming_gives_what_encoding_at_once_gives(step: int) -> None:
    data = bytes(range(256)) * 9
    chunks = [data[at : at + step] for at in range(0, len(data), step)]
    assert b"".join(base64.encode_chunks([b"", *chunks, b""])) == base64.encode(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVs\r\n bG8=\r\n", b"hello"),
        (b"aGVsbG8", b"hello"),  # no padding
        (b"aGVsbG8=aGVsbG8=", b"hellohello"),  # glued together
        (b"a", b""),
        (b"!!aGVs*bG8\xff=", b"hello"),
        (b"====", b""),
    ],
)
def test_decoding_tolerates_rubbish(data: bytes, expected: bytes) -> None:
    assert base64.decode(data) == expected


@pytest.mark.parametrize(
    "pieces",
    [
        [b"Zg==", b"Zm8="],
        [b"Zg=", b"=Zm8="],
        [b"Zg", b"==Zm8"],
        [b"Z", b"g", b"=", b"=", b"Z", b"m", b"8", b"="],
        [b"Z g!=\r", b"\n=Z?m", b"8"],
    ],
)
def test_glued_texts_are_decoded_wherever_they_are_cut(pieces: list[bytes]) -> None:
    undo = base64.Decoder()
    assert b"".join([undo.feed(piece) for piece in pieces]) + undo.finish() == b"ffo"
    assert base64.decode(b"".join(pieces)) == b"ffo"


def test_a_last_digit_alone_is_dropped_in_a_stream_too() -> None:
    undo = base64.Decoder()
    assert undo.feed(b"Zm9vZ") == b"foo"
    assert undo.finish() == b""
    assert undo.finish() == b""


@given(
    st.lists(
        st.sampled_from([b"QUJD", b"Q", b"QQ", b"=", b"==", b"\r\n", b" ", b"-", b"_", b"!", b"\xff", b"/+", b"\0"])
    ).map(b"".join),
    st.integers(0, 20),
    st.integers(0, 40),
)
def test_both_ways_of_decoding_agree(data: bytes, begin: int, end: int) -> None:
    end = min(end, len(data))
    begin = min(begin, end)
    pieces = base64._pieces(data[begin:end])
    assert base64.decode(data, begin, end) == b"".join([base64._piece(piece) for piece in pieces])
    assert base64.decode(data[begin:end]) == base64.decode(data, begin, end)
