import pytest

from mailwright.grammar import authres
from mailwright.grammar.authres import AuthenticationResults, MethodResult, Property

GMAIL = (
    "mx.google.com;\r\n       dkim=pass header.i=@example.com header.s=20230601 header.b=abc/+D==;\r\n"
    "       arc=pass (i=1 spf=pass spfdomain=example.net);\r\n"
    "       spf=pass (google.com: domain of bounce+x=y@example.com designates 192.0.2.1 as permitted sender) "
    'smtp.mailfrom="bounce+x=y@example.com";\r\n'
    "       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.com\r\n"
)
OFFICE = (
    "spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=contoso.com; dkim=pass (signature was verified)\r\n"
    " header.d=contoso.com;dmarc=pass action=none\r\n header.from=contoso.com;compauth=pass reason=100"
)


def result(
    method: str, outcome: str, *properties: tuple[str, str, str], comment: str = "", reason: str = ""
) -> MethodResult:
    return MethodResult(method, outcome, None, reason, tuple([Property(*each) for each in properties]), comment)


def test_gmail() -> None:
    assert authres.parse(GMAIL) == AuthenticationResults(
        "mx.google.com",
        (
            result(
                "dkim",
                "pass",
                ("header", "i", "@example.com"),
                ("header", "s", "20230601"),
                ("header", "b", "abc/+D=="),
            ),
            result("arc", "pass", comment="i=1 spf=pass spfdomain=example.net"),
            result(
                "spf",
                "pass",
                ("smtp", "mailfrom", "bounce+x=y@example.com"),
                comment="google.com: domain of bounce+x=y@example.com designates 192.0.2.1 as permitted sender",
            ),
            result("dmarc", "pass", ("header", "from", "example.com"), comment="p=NONE sp=NONE dis=NONE"),
        ),
    )


def test_office_365_does_not_say_who_it_is() -> None:
    found = authres.parse(OFFICE)
    assert found.authserv_id == ""
    assert found.results == (
        result("spf", "pass", ("smtp", "mailfrom", "contoso.com"), comment="sender IP is 192.0.2.1"),
        result("dkim", "pass", ("header", "d", "contoso.com"), comment="signature was verified"),
        result("dmarc", "pass", ("", "action", "none"), ("header", "from", "contoso.com")),
        result("compauth", "pass", reason="100"),
    )
    with pytest.raises(ValueError, match="authserv-id is empty"):
        str(found)


def test_arc_has_an_instance() -> None:
    found = authres.parse("i=2; mx.microsoft.com 1; spf=pass smtp.mailfrom=c.example; arc=none")
    assert (found.instance, found.authserv_id, found.version) == (2, "mx.microsoft.com", 1)
    assert [(each.method, each.result) for each in found.results] == [("spf", "pass"), ("arc", "none")]
    assert str(found) == "i=2; mx.microsoft.com 1; spf=pass smtp.mailfrom=c.example; arc=none"
    assert authres.parse("i=1; spf=pass").results == (result("spf", "pass"),)
    assert authres.parse("i=1").instance == 1


def test_the_example_with_comments_everywhere() -> None:  # RFC 8601 B.7
    text = (
        "foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
        "   policy (A dot can go here) . (like that) expired\r\n"
        "  (this surprised me) = (as I wasn't expecting it) 1362471462"
    )
    found = authres.parse(text)
    assert (found.authserv_id, found.version) == ("foo.example.net", 1)
    (only,) = found.results
    assert (only.method, only.version, only.result) == ("dkim", 1, "fail")
    assert only.properties == (Property("policy", "expired", "1362471462"),)
    assert only.comment.startswith("Because I like it One yay wait for it")
    assert authres.parse(str(found)) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", AuthenticationResults("")),
        (";;;", AuthenticationResults("")),
        ("example.org 1; none", AuthenticationResults("example.org", version=1)),
        ("example.org; none;", AuthenticationResults("example.org")),
        ('"a b"; spf=none', AuthenticationResults("a b", (result("spf", "none"),))),
        ("a; SPF=Pass", AuthenticationResults("a", (result("spf", "pass"),))),
        (
            'a; dkim=fail reason="bad; signature"',
            AuthenticationResults("a", (result("dkim", "fail", reason="bad; signature"),)),
        ),
        ("a; spf=; dkim=pass", AuthenticationResults("a", (result("dkim", "pass"),))),
        ("a; =x; ?=y; dkim=pass x=", AuthenticationResults("a", (result("dkim", "pass", ("", "x", "")),))),
        ("a; auth=pass (never closed", AuthenticationResults("a", (result("auth", "pass", comment="never closed"),))),
        (
            "mx.example.com smtp.mail=a@b.c; spf=pass; sender-id=neutral",
            AuthenticationResults(
                "mx.example.com", (result("spf", "pass", ("smtp", "mail", "a@b.c")), result("sender-id", "neutral"))
            ),
        ),
        ("mx.example.com from=a.b", AuthenticationResults("mx.example.com")),
        ("a\0; spf=pass", AuthenticationResults("a\ufffd", (result("spf", "pass"),))),
        ("a x; spf=pass", AuthenticationResults("a", (result("spf", "pass"),))),
    ],
)
def test_the_rest_is_read_as_far_as_it_goes(text: str, expected: AuthenticationResults) -> None:
    assert authres.parse(text) == expected
    assert authres.parse(text.encode()) == expected


def test_results_are_written_as_the_grammar_says() -> None:
    found = AuthenticationResults(
        "example.com",
        (
            MethodResult(
                "dkim",
                "fail",
                1,
                "bad signature",
                (Property("header", "i", "@a.b"), Property("x", "y", "p q")),
                "no (key)",
            ),
            MethodResult("SPF", "Pass", reason="ok"),
        ),
    )
    written = (
        'example.com; dkim/1=fail (no \\(key\\)) reason="bad signature" header.i=@a.b x.y="p q"; spf=pass reason=ok'
    )
    assert str(found) == written
    assert authres.parse(written) == found
    assert found.find("Dkim") == found.results[:1]
    assert found.find("arc") == ()
    assert str(AuthenticationResults("a b", version=1)) == '"a b" 1; none'


@pytest.mark.parametrize(
    ("results", "why"),
    [
        (AuthenticationResults("a", instance=0), "instance 0"),
        (AuthenticationResults("a", instance=51), "instance 51"),
        (AuthenticationResults("a", (result("spf", "pass", ("a b", "c", "d")),)), "would not be read"),
        (AuthenticationResults("a", (result("spf", "pass", ("a", "c=", "d")),)), "would not be read"),
        (AuthenticationResults("a", (result("spf", "pass", ("", "", "d")),)), "would not be read"),
        (AuthenticationResults("a", (result("spf", "pass", reason="a  b"),)), "single spaces"),
        (AuthenticationResults("a", version=-1), "would not be read"),
    ],
)
def test_what_would_not_read_back_is_not_written(results: AuthenticationResults, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        str(results)


def test_what_could_end_a_line_is_refused_when_it_is_set() -> None:
    with pytest.raises(ValueError, match="authserv-id"):
        AuthenticationResults("a\r\nb")
    with pytest.raises(ValueError, match="no keyword"):
        MethodResult("a b", "pass")
    with pytest.raises(ValueError, match="no keyword"):
        MethodResult("spf", "")
    for wrong in (
        {"reason": "\n"},
        {"comment": "\x7f"},
    ):
        with pytest.raises(ValueError, match="spf result"):
            MethodResult("spf", "pass", None, wrong.get("reason", ""), (), wrong.get("comment", ""))
    with pytest.raises(ValueError, match="spf result"):
        MethodResult("spf", "pass", properties=(Property("a", "b", "\ud800"),))


@pytest.mark.parametrize("piece", [";", "a=", "(", '"', "a .", "a / ", "=", "\\", "a=b (c) ", ". "])
def test_hostile_results_take_little_time(piece: str) -> None:
    authres.parse("a; spf=pass " + piece * 50_000)
