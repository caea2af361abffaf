import quopri

import pytest

from mailwright.encodings import quoted


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"plain",
        "Grüße\r\n".encode(),
        b"trailing \r\ntab\t\r\nend ",
        b".\r\n..\r\n.x" + b"y" * 100,
        b"." * 300 + b"\r\n" + b"." * 76,
        b"From me\r\nFrom " * 3,
        b"From " * 60,
        b"x" * 75 + b"From here",
        b"=3D and =\r\n",
        b"x" * 500,
        bytes(range(0x20, 0x100)),
    ],
)
def test_what_is_encoded_is_decoded_and_lines_are_safe(text: bytes) -> None:
    encoded = quoted.encode(text)
    assert quoted.decode(encoded) == text
    assert quopri.decodestring(encoded).replace(b"\r\n", b"\n") == text.replace(b"\r\n", b"\n")
    assert encoded.isascii()
    for line in encoded.split(b"\r\n"):
        assert len(line) <= 76
        assert b"\n" not in line
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t"))


def test_white_space_at_the_end_of_an_encoded_line_is_no_text() -> None:
    assert quoted.decode(b"a \t\r\nb=  \r\nc") == b"a\r\nbc"


@pytest.mark.parametrize(("data", "expected"), [(b"=", b""), (b"=4", b"=4"), (b"=zz=3d", b"=zz="), (b"a=\nb", b"ab")])
def test_decoding_leaves_what_is_no_encoding(data: bytes, expected: bytes) -> None:
    assert quoted.decode(data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a=\r\nb", b"ab"),
        (b"a=4=\r\n1", b"aA"),
        (b"a==\n41", b"aA"),
        (b"a \t\r\nb \t", b"a\r\nb"),
        (b"a=C3=BC=", b"a\xc3\xbc"),
        (b"a=\r \nb", b"ab"),
        (b"=4x=\t \r\n", b"=4x"),
        (b"  =  x", b"  =  x"),
        (b"a\r", b"a\r"),
    ],
)
def test_pieces_decode_like_the_whole(data: bytes, expected: bytes) -> None:
    assert quoted.decode(data) == expected
    for cut in range(len(data) + 1):
        undo = quoted.Decoder()
        assert undo.feed(data[:cut]) + undo.feed(data[cut:]) + undo.finish() == expected
    undo = quoted.Decoder()
    assert b"".join([undo.feed(bytes([octet])) for octet in data]) + undo.finish() == expected
