import pytest

from mailwright import mime


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        ("Bob <bob@example.com>", []),
        ("bob@example.com, eve@example.com", ["from-several"]),
        ("\u202emoc.knab <bob@example.com>", ["from-bidi"]),
        ('"service@bank.example" <eve@example.com>', ["from-disguised"]),
        ('"service@bank.example (via list)" <list@example.com>', ["from-disguised"]),
        ('"service\uff20bank.example" <eve@example.com>', ["from-disguised"]),
        ('"bob@Example.COM." <bob@example.com>', []),
        ('"Bob @ Work" <bob@example.com>', []),
        ("bob@\u0440\u0430ypal.example", ["from-lookalike"]),  # Cyrillic and Latin
        ("bob@xn--ypal-43d9g.example", ["from-lookalike"]),  # the same as A-label
        ("bob@\u0441\u0430\u0440\u0435.example", ["from-lookalike"]),  # Cyrillic only, reads as Latin
        ("bob@\u043c\u0443\u0437\u0435\u0439.example", []),  # Cyrillic with letters of its own
        ("bob@m\u00fcnchen.example", []),
        ("bob@\u65e5\u672c\u8a9ekanji.example", []),
        ("bob@\u4f8b\u3048.example", []),
        ("bob@xn--zzzzzzzzzz9999999.example", []),
    ],
)
def test_disguises_of_the_author(value: str, kinds: list[str]) -> None:
    assert [defect.kind for defect in mime.parse(f"From: {value}\r\n\r\n".encode()).defects] == kinds


def test_two_from_fields_are_told_together() -> None:
    defects = mime.parse(b"From: a@example.com\r\nFrom: b@example.com\r\n\r\n").defects
    assert [(defect.kind, defect.offset, defect.detail) for defect in defects] == [("field-repeated", 21, "From")]
