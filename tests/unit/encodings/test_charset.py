import pytest

from mailwright.encodings import charset


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        ("ü".encode(), "utf-8", "ü"),
        (b"\xfc", "iso-8859-1", "ü"),
        (b"\x80", "ISO-8859-1", "€"),
        (b"\xfc", "", "ü"),
        ("ü".encode(), "us-ascii", "ü"),
        (b"\xfc", "no-such-charset", "ü"),
        (b"\xff", "utf-8", "�"),
        ("你".encode("gb18030"), "gb2312", "你"),
        (b"abc", "rot13", "abc"),
        (b"abc", "zlib", "abc"),
        (b"xn--", "punycode", "xn--"),
        (b"a", "x" * 1000, "a"),
        (b"a", "\0", "a"),
    ],
)
def test_decoding_never_raises(data: bytes, name: str, expected: str) -> None:
    assert charset.decode(data, name) == expected
