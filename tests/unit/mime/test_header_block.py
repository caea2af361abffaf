import pytest

from mailwright import mime
from mailwright.mime.defects import Defects
from mailwright.mime.header_block import HeaderBlock, read
from mailwright.mime.limits import Limits


def block(raw: bytes, begin: int = 0) -> tuple[HeaderBlock, list[str]]:
    defects = Defects(100)
    found = read(raw, raw.find, begin, len(raw), Limits(), {b"b": [0]}, defects)
    return found, [defect.kind for defect in defects.found]


def names(raw: bytes) -> list[bytes]:
    return [raw[begin : value - 1] for begin, value, _ in block(raw)[0].spans()]


@pytest.mark.parametrize(
    ("raw", "end", "fields"),
    [
        (b"A: 1\r\nB: 2\r\n\r\nbody", 14, [b"A", b"B"]),
        (b"A: 1\n 2\n\t3\nB: 4\n\nbody", 17, [b"A", b"B"]),
        (b"A: 1\n", 5, [b"A"]),
        (b"A: 1", 4, [b"A"]),
        (b"", 0, []),
        (b"\nbody", 1, []),
        (b"\r\nbody", 2, []),
        (b"A: 1\n--b\ntext", 5, [b"A"]),
        (b"A: 1\n--b:\n\ntext", 11, [b"A", b"--b"]),
        (b"A:\n\n", 4, [b"A"]),
        (b"A : 1\n\n", 7, [b"A "]),
        (b"\xc3\xbc: 1\n\n", 7, [b"\xc3\xbc"]),
    ],
)
def test_where_a_header_ends(raw: bytes, end: int, fields: list[bytes]) -> None:
    found, _ = block(raw)
    assert (found.end, names(raw)) == (end, fields)


@pytest.mark.parametrize(
    ("raw", "kinds", "end"),
    [
        (b"A: 1\nodd\nB: 2\n\n", ["header-line-odd"], 15),
        (b"A: 1\nodd\n more\nB: 2\n\n", [], 0),
        (b"A: 1\nodd\n\nbody", ["header-separator-missing"], 5),
        (b"From x Mon Nov  2 08:15:00 2026\nA: 1\n\n", ["mbox-line"], 38),
        (b">From x\nA: 1\n\n", ["mbox-line"], 14),
        (b" continues nothing\nA: 1\n\n", ["header-line-odd"], 25),
        (b"text at once", ["header-separator-missing"], 0),
    ],
)
def test_what_is_tolerated_in_a_header(raw: bytes, kinds: list[str], end: int) -> None:
    found, told = block(raw)
    if kinds:
        assert (told, found.end) == (kinds, end)
    assert found.find("nothing") is None


def test_a_name_is_found_in_sound_and_unsound_headers_alike() -> None:
    sound = b"Aa: 1\r\nB: 2\r\n more\r\naA: 3\r\n\r\n"
    for raw in (sound, b"From x\r\n" + sound):
        found, _ = block(raw)
        assert [raw[begin:end] for begin, _, end in found.find_all("aa")] == [b"Aa: 1\r\n", b"aA: 3\r\n"]
        span = found.find("b")
        assert span is not None
        assert raw[span[1] : span[2]] == b" 2\r\n more\r\n"
        assert len(found.spans()) == 3


def test_fields_show_text_and_keep_their_octets() -> None:
    raw = b"Received: one\r\nSUBJECT: =?utf-8?q?=C3=BC?=\r\n x\r\nreceived: two\r\n\r\n"
    headers = mime.parse(raw).headers
    assert headers["received"] == "one"
    assert headers.get_all("Received") == ["one", "two"]
    assert headers["subject"] == "ü x"
    field = headers.field("subject")
    assert field is not None
    assert field.raw == b"SUBJECT: =?utf-8?q?=C3=BC?=\r\n x\r\n"
    assert headers.keys() == ["Received", "SUBJECT", "received"]
    assert headers.get("none") is None
    assert len(headers) == 3
