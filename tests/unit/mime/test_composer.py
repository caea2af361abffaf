import pytest

from mailwright import mime
from mailwright.mime import Message, composer


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


@pytest.mark.parametrize("name", ["Übersicht – Stand 2026.pdf", "plain.pdf", "長い" * 40 + ".pdf"])
def test_a_file_name_in_the_form_that_old_programs_read(name: str) -> None:
    message = Message(from_="a@example.com", text="t")
    message.attach(b"x", name=name, legacy_name=True)
    raw = message.to_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    part = mime.parse(raw).attachments[0]
    assert part.filename == name
    del part.headers["Content-Disposition"]  # old programs look here
    assert part.filename == name
    from email import message_from_bytes, policy

    parsed = message_from_bytes(raw, policy=policy.default).get_payload(1)
    assert parsed.get_filename() == name  # type: ignore[union-attr]
