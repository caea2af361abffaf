import pytest

from mailwright.mime import composer


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "7bit"),
        (b"plain\r\n" * 500, "7bit"),
        (b"x" * 998, "7bit"),
        (b"x" * 998 + b"\r\n" + b"y" * 998 + b"\r\n", "7bit"),
        (b"x" * 999, "quoted-printable"),
        (b"a\0b", "quoted-printable"),
        (b"a\rb", "quoted-printable"),
        ("Grüße".encode() + b" and more ASCII" * 5, "quoted-printable"),
        ("你好".encode() * 20, "base64"),
    ],
)
def test_the_encoding_fits_the_text(data: bytes, expected: str) -> None:
    assert composer.choose(data) == expected
    name, wire = composer.encode_text(data)
    assert name == expected
    assert wire.isascii()
    assert all(len(line) <= 998 for line in wire.split(b"\r\n"))
