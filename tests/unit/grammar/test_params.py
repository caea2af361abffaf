import pytest

from mailwright.grammar import params


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("TEXT/Plain; Charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ('attachment; filename="a; b \\" c.txt"', "attachment", {"filename": 'a; b " c.txt'}),
        ("attachment; filename=a b.txt", "attachment", {"filename": "a b.txt"}),
        ("text/plain; charset=utf-8 format=flowed", "text/plain", {"charset": "utf-8", "format": "flowed"}),
        ('a/b; x="1" y="2"', "a/b", {"x": "1", "y": "2"}),
        ("a/b; filename*=utf-8''%e2%82%ac%20x", "a/b", {"filename": "€ x"}),
        ("a/b; filename*=iso-8859-1'en'%fc", "a/b", {"filename": "ü"}),
        ("a/b; f*1*=%bd; f*0*=utf-8''%e4; f*2*=%a0", "a/b", {"f": "你"}),  # out of order, a character split
        ('a/b; f*0="x"; f*1=y; f*2*=%20z', "a/b", {"f": "xy z"}),
        ("a/b; " + "; ".join([f"f*{n}={n % 10}" for n in range(12)]), "a/b", {"f": "012345678901"}),
        ("a/b; f=plain; f*=utf-8''ext", "a/b", {"f": "ext"}),
        ("a/b; f=1; f=2", "a/b", {"f": "1"}),
        ('a/b; f="=?utf-8?q?=C3=BC?="', "a/b", {"f": "ü"}),
        ("a/b (c); x=y (d)", "a/b", {"x": "y"}),
        ("a/b; novalue; x=y", "a/b", {"x": "y"}),
        ('a/b; x="unfinished', "a/b", {"x": "unfinished"}),
        ("a/b; f*0=x; f*2=z", "a/b", {"f": "x"}),
        ("", "", {}),
        (";;;=;=", "", {}),
    ],
)
def test_parameters_are_read(text: str, value: str, expected: dict[str, str]) -> None:
    parsed = params.parse(text)
    assert (parsed.value, dict(parsed.params)) == (value, expected)
    assert dict(params.parse(text.encode()).params) == expected


def test_names_are_looked_up_in_any_case() -> None:
    parsed = params.parse("a/b; ChArSeT=x")
    assert parsed.params["CHARSET"] == "x"
    assert "charset" in parsed.params
    with pytest.raises(KeyError):
        parsed.params["other"]


@pytest.mark.parametrize(
    "value", ["a.txt", "a b", 'q"\\', "ü" * 100, "x" * 500, "", "=?utf-8?q?x?=", "a'b%c*", "日本.pdf"]
)
def test_what_is_written_reads_back(value: str) -> None:
    written = params.format("attachment", {"filename": value, "x": "1"})
    assert written.isascii()
    assert params.parse(written).params["filename"] == value
    assert all(len(token) <= 77 for token in params.tokens("attachment", [("filename", value)]))


@pytest.mark.parametrize(
    ("name", "value"), [("a b", "x"), ("a*", "x"), ("", "x"), ("a", "x\r\n"), ("a", "\udc80"), ("a;b", "x")]
)
def test_what_cannot_be_written_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        params.format("attachment", {name: value})
    with pytest.raises(ValueError, match="cannot stand before parameters"):
        params.format("a b", {})


@pytest.mark.parametrize("piece", [";", '"', "a=", "a*0*=", "x y ", "(", "\\", "a=b c=", "   "])
def test_hostile_parameters_take_little_time(piece: str) -> None:
    params.parse("a/b;" + piece * 100_000)
