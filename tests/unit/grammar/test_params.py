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
        ("a/b; f=report (1).pdf", "a/b", {"f": "report (1).pdf"}),
        ("a/b; f=report(1).pdf; x=y", "a/b", {"f": "report(1).pdf", "x": "y"}),
        ("a/b; f=report (1.pdf; x=y", "a/b", {"f": "report (1.pdf", "x": "y"}),
        ('a/b; f="a (1).pdf" (c); x=y', "a/b", {"f": "a (1).pdf", "x": "y"}),
        ("(c) a/b (d); (e) x=y (f)", "a/b", {"x": "y"}),
        # what MimeKit tolerates
        ("a/b; f*=\"utf-8''%41\"", "a/b", {"f": "A"}),
        ("a/b; x=Google Docs\r\n of joe; y=z", "a/b", {"x": "Google Docs of joe", "y": "z"}),
        ("a/b; x=y garbage", "a/b", {"x": "y garbage"}),
        ("a/b; f*0*=utf-8''a%20; f*1=%20b", "a/b", {"f": "a %20b"}),
        ("multipart/multipart/mixed; x=y", "multipart/multipart/mixed", {"x": "y"}),
        ("text; x=y", "text", {"x": "y"}),
        ('"attachment"; x=y', "attachment", {"x": "y"}),
        ("; x=y", "", {"x": "y"}),
        ("", "", {}),
        (";;;=;=", "", {}),
    ],
)
def test_parameters_are_read(text: str, value: str, expected: dict[str, str]) -> None:
    parsed = params.parse(text)
    assert (parsed.value, dict(parsed.params)) == (value, expected)
    assert dict(params.parse(text.encode()).params) == expected


def test_no_more_are_read_than_the_limit() -> None:
    for text in ("a/b; x=1; y=2; z=3", "a/b; x=1; y=2 (c); z=3", "a/b; x*0=1; x*1=2; x*2=3"):
        whole, cut = params.parse(text, limit=3), params.parse(text, limit=2)
        assert not whole.is_cut
        assert cut.is_cut
        assert "".join(whole.params.values()) == "123"
        assert "".join(cut.params.values()) == "12"
    many = "a/b; x=1; " + "y=2; " * params.PARAMETER_LIMIT
    assert params.parse(many).is_cut
    assert not params.parse(many, limit=params.PARAMETER_LIMIT + 1).is_cut
    assert not params.parse("a/b" + "; x" * 3000).is_cut  # names without a value are none


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


@pytest.mark.parametrize(
    "piece", [";", '"', "a=", "a*0*=", "x y ", "(", "\\", "a=b c=", "   ", " (a)b", " (", "a (b) ", "a*1=b;"]
)
def test_hostile_parameters_take_little_time(piece: str) -> None:
    params.parse("a/b;" + piece * 100_000)
