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


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"\xef\xbb\xbf\xc3\xbc", "iso-8859-1", "ü"),
        (b"\xef\xbb\xbf\xc3\xbc", "", "ü"),
        (b"\xff\xfeh\0i\0", "utf-16", "hi"),
        (b"\xfe\xff\0h\0i", "utf-16", "hi"),
        (b"h\0i\0", "utf-16", "hi"),
        (b"\xff\xfeh\0i\0", "", "hi"),
        ("שלום".encode("iso8859-8"), "iso-8859-8-i", "שלום"),
        ("한국".encode("cp949"), "ks_c_5601-1987", "한국"),
        ("Привет".encode("koi8-r"), "KOI8_R", "Привет"),
        (b"\xa4", "x-cp1252", "¤"),
        (b"\xfc", "unknown-8bit", "ü"),
        (b"abc", "hex", "abc"),
        (b"abc", "utf-8'", "abc"),
    ],
)
def test_marks_labels_and_aliases(data: bytes, name: str, expected: str) -> None:
    assert charset.decode(data, name) == expected


def test_every_label_leads_to_a_codec_that_exists() -> None:
    assert charset.codec("no-such-charset") == charset.codec("rot13x") == charset.codec("ü") == ""
    for label in charset.LABELS:
        name = charset.codec(label)
        assert name == "" or isinstance(b"".decode(name), str)
