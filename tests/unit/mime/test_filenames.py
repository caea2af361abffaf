import pytest

from mailwright.mime import filenames


@pytest.mark.parametrize(
    ("declared", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("..", ""),
        (". .", ""),
        ("", ""),
        ("a/", ""),
        ("nul", "_nul"),
        ("COM1.txt", "_COM1.txt"),
        ("console.txt", "console.txt"),
        ("a\r\nb\0.txt", "ab.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        (".profile", ".profile"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_never_leads_anywhere(declared: str, safe: str) -> None:
    assert filenames.safe(declared) == safe
