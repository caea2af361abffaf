import sys
from types import ModuleType

import pytest

from mailwright.encodings import charset
from mailwright.errors import NotSupported


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


class Detector(ModuleType):
    """Stands in for chardet, and counts what it is asked."""

    def __init__(self, answer: object) -> None:
        super().__init__("chardet")
        self.answer = answer
        self.asked: list[bytes] = []

    def detect(self, data: bytes) -> dict[str, object]:
        self.asked.append(data)
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"encoding": self.answer, "confidence": 0.9, "language": ""}


def stand_in(monkeypatch: pytest.MonkeyPatch, answer: object) -> Detector:
    detector = Detector(answer)
    monkeypatch.setitem(sys.modules, "chardet", detector)
    return detector


RUSSIAN = "Привет, как дела?".encode("koi8-r")


def test_undeclared_text_is_guessed_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = stand_in(monkeypatch, "KOI8-R")
    assert (
        charset.decode(RUSSIAN, detect=True) == charset.decode(RUSSIAN, "us-ascii", detect=True) == "Привет, как дела?"
    )
    assert charset.decode(RUSSIAN, "no-such-charset", detect=True) == "Привет, как дела?"
    assert charset.guess(RUSSIAN) == "koi8-r"
    asked = len(detector.asked)
    assert charset.decode(RUSSIAN) == RUSSIAN.decode("latin-1")
    assert charset.decode(RUSSIAN, "koi8-u", detect=True) == "Привет, как дела?"
    assert charset.decode("ü".encode(), detect=True) == "ü"
    assert charset.decode(b"\xff\xfeh\0", detect=True) == "h"
    assert charset.decode(b"\xff", "utf-8", detect=True) == "\ufffd"
    assert len(detector.asked) == asked


@pytest.mark.parametrize("answer", [None, "no-such-charset", "rot13", 7, ValueError("no"), RuntimeError("no")])
def test_a_guess_that_fails_is_none(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    stand_in(monkeypatch, answer)
    assert charset.guess(RUSSIAN) == ""
    assert charset.decode(b"\xfc", detect=True) == "ü"


def test_a_guess_takes_a_limited_part(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = stand_in(monkeypatch, None)
    charset.guess(b"\xfc" * 10 * charset.GUESSED_FROM)
    assert [len(data) for data in detector.asked] == [charset.GUESSED_FROM]


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chardet", None)
    with pytest.raises(NotSupported, match=r"mailwright\[detect\]"):
        charset.guess(b"\xfc")
    with pytest.raises(NotSupported, match=r"mailwright\[detect\]"):
        charset.decode(b"ascii", "utf-8", detect=True)
    assert charset.decode(b"\xfc") == "ü"


def test_the_real_package_guesses() -> None:
    pytest.importorskip("chardet", minversion="7")
    text = "Привет! Завтра мы встречаемся в десять часов утра у входа в большой зал, не опаздывай. " * 5
    assert charset.decode(text.encode("koi8-r"), detect=True) == text
