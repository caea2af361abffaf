from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailwright.grammar.trace import Received, TcpInfo, parse_received

WHEN = datetime(2026, 11, 20, 11, 30, tzinfo=timezone(timedelta(hours=1)))
STAMP = "Fri, 20 Nov 2026 11:30:00 +0100"

VENDORS = {
    "postfix": (
        "from mail.example.org (mx1.example.org [192.0.2.1])\r\n"
        "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n\t key-exchange X25519)\r\n"
        "\t(No client certificate requested)\r\n"
        "\tby mx.example.com (Postfix) with ESMTPS id 4F1A2B\r\n"
        "\tfor <bob@example.com>; Fri, 20 Nov 2026 11:30:00 +0100 (CET)\r\n",
        Received(
            from_="mail.example.org",
            from_tcp=TcpInfo("mx1.example.org", "192.0.2.1"),
            by="mx.example.com",
            with_="ESMTPS",
            id="4F1A2B",
            for_="bob@example.com",
            comments=(
                "using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519",
                "No client certificate requested",
                "Postfix",
            ),
            date=WHEN,
        ),
    ),
    "postfix, no name, IPv6": (
        f"from x (unknown [IPv6:2001:db8::1]) by mx.example.com (Postfix) with ESMTP id A; {STAMP}",
        Received(
            from_="x",
            from_tcp=TcpInfo(None, "2001:db8::1"),
            by="mx.example.com",
            with_="ESMTP",
            id="A",
            comments=("Postfix",),
            date=WHEN,
        ),
    ),
    "postfix, local": (
        f"by mail.example.org (Postfix, from userid 1000) id 12AB; {STAMP}",
        Received(by="mail.example.org", id="12AB", comments=("Postfix, from userid 1000",), date=WHEN),
    ),
    "exim": (
        "from mail.example.org ([192.0.2.1]:45678 helo=said.example.org)\r\n"
        " by mx.example.com with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384\r\n"
        " (Exim 4.96) (envelope-from <a@example.org>) id 1r5abc-0004Xy-2T\r\n for bob@example.com; " + STAMP,
        Received(
            from_="mail.example.org",
            from_tcp=TcpInfo("mail.example.org", "192.0.2.1"),
            by="mx.example.com",
            with_="esmtps",
            id="1r5abc-0004Xy-2T",
            for_="bob@example.com",
            comments=(
                "[192.0.2.1]:45678 helo=said.example.org",
                "TLS1.3",
                "Exim 4.96",
                "envelope-from <a@example.org>",
            ),
            date=WHEN,
            other=(("tls", "TLS_AES_256_GCM_SHA384"),),
        ),
    ),
    "exim, no name": (
        f"from [192.0.2.1] (helo=said.example.org) by mx.example.com with smtp (Exim 4.96) id 1r5abc; {STAMP}",
        Received(
            from_="[192.0.2.1]",
            from_tcp=TcpInfo(None, "192.0.2.1"),
            by="mx.example.com",
            with_="smtp",
            id="1r5abc",
            comments=("helo=said.example.org", "Exim 4.96"),
            date=WHEN,
        ),
    ),
    "exchange": (
        "from AM0PR01.eurprd01.prod.exchangelabs.com (2603:10a6:208:ab::17) by\r\n"
        " DB9PR01.eurprd01.prod.exchangelabs.com (2603:10a6:10:1::5) with Microsoft SMTP\r\n"
        " Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id\r\n 15.20.7339.34; " + STAMP,
        Received(
            from_="AM0PR01.eurprd01.prod.exchangelabs.com",
            from_tcp=TcpInfo(None, "2603:10a6:208:ab::17"),
            by="DB9PR01.eurprd01.prod.exchangelabs.com",
            by_tcp=TcpInfo(None, "2603:10a6:10:1::5"),
            with_="Microsoft SMTP Server",
            id="15.20.7339.34",
            comments=("version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",),
            date=WHEN,
        ),
    ),
    "exchange, frontend": (
        f"from a.example (10.0.0.4) by b.example (10.0.0.5) with Microsoft SMTP Server id 15.1.2507.6 "
        f"via Frontend Transport; {STAMP}",
        Received(
            from_="a.example",
            from_tcp=TcpInfo(None, "10.0.0.4"),
            by="b.example",
            by_tcp=TcpInfo(None, "10.0.0.5"),
            with_="Microsoft SMTP Server",
            id="15.1.2507.6",
            via="Frontend Transport",
            date=WHEN,
        ),
    ),
    "windows smtp service": (
        f"from mail pickup service by HOST with Microsoft SMTPSVC; {STAMP}",
        Received(from_="mail pickup service", by="HOST", with_="Microsoft SMTPSVC", date=WHEN),
    ),
    "gmail": (
        "from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41])\r\n"
        "        by mx.google.com with SMTPS id a1sor123.0.2026.11.20\r\n        for <bob@example.com>\r\n"
        "        (Google Transport Security);\r\n        Fri, 20 Nov 2026 02:30:00 -0800 (PST)",
        Received(
            from_="mail-sor-f41.google.com",
            from_tcp=TcpInfo("mail-sor-f41.google.com", "209.85.220.41"),
            by="mx.google.com",
            with_="SMTPS",
            id="a1sor123.0.2026.11.20",
            for_="bob@example.com",
            comments=("Google Transport Security",),
            date=WHEN,
        ),
    ),
    "gmail, inside": (
        f"by 2002:a05:6512:3b2:b0:50b:f1f0:1234 with SMTP id x12csp1234567; {STAMP}",
        Received(by="2002:a05:6512:3b2:b0:50b:f1f0:1234", with_="SMTP", id="x12csp1234567", date=WHEN),
    ),
    "qmail": (
        f"from unknown (HELO mail.example.org) (192.0.2.1)\r\n  by mx.example.com with SMTP; {STAMP}",
        Received(
            from_="unknown",
            from_tcp=TcpInfo(None, "192.0.2.1"),
            by="mx.example.com",
            with_="SMTP",
            comments=("HELO mail.example.org",),
            date=WHEN,
        ),
    ),
    "qmail, with a name and a user": (
        f"from dsl.example.net (HELO ?10.0.0.7?) (joe@192.0.2.1) by mx.example.com with SMTP; {STAMP}",
        Received(
            from_="dsl.example.net",
            from_tcp=TcpInfo("dsl.example.net", "192.0.2.1"),
            by="mx.example.com",
            with_="SMTP",
            comments=("HELO ?10.0.0.7?", "joe@192.0.2.1"),
            date=WHEN,
        ),
    ),
    "yahoo": (
        f"from unknown (HELO localhost) (joe@192.0.2.1 with login)\r\n  by smtp.example.com with SMTP; {STAMP}",
        Received(
            from_="unknown",
            from_tcp=TcpInfo(None, "192.0.2.1"),
            by="smtp.example.com",
            with_="SMTP",
            comments=("HELO localhost", "joe@192.0.2.1 with login"),
            date=WHEN,
        ),
    ),
    "qmail, local": (
        f"(qmail 12345 invoked by uid 1000); {STAMP}",
        Received(comments=("qmail 12345 invoked by uid 1000",), date=WHEN),
    ),
    "sendmail": (
        "from mail.example.org (root@mx1.example.org [192.0.2.1] (may be forged))\r\n"
        "\tby mx.example.com (8.17.1/8.17.1) with ESMTPS id 3AKBU0xy012345\r\n"
        "\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO)\r\n\tfor <bob@example.com>; " + STAMP,
        Received(
            from_="mail.example.org",
            from_tcp=TcpInfo("mx1.example.org", "192.0.2.1"),
            by="mx.example.com",
            with_="ESMTPS",
            id="3AKBU0xy012345",
            for_="bob@example.com",
            comments=(
                "root@mx1.example.org [192.0.2.1] (may be forged)",
                "8.17.1/8.17.1",
                "version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO",
            ),
            date=WHEN,
        ),
    ),
    "sendmail, local": (
        f"(from root@localhost) by mail.example.org (8.15.2/8.15.2/Submit) id 0BC; {STAMP}",
        Received(by="mail.example.org", id="0BC", comments=("from root@localhost", "8.15.2/8.15.2/Submit"), date=WHEN),
    ),
    "dovecot": (
        "from mx.example.com ([127.0.0.1])\r\n\tby imap.example.com with LMTP\r\n\tid aB3dE1xyZ2UBAA\r\n"
        "\t(envelope-from <a@example.org>)\r\n\tfor <bob@example.com>; " + STAMP,
        Received(
            from_="mx.example.com",
            from_tcp=TcpInfo(None, "127.0.0.1"),
            by="imap.example.com",
            with_="LMTP",
            id="aB3dE1xyZ2UBAA",
            for_="bob@example.com",
            comments=("envelope-from <a@example.org>",),
            date=WHEN,
        ),
    ),
    "cyrus": (
        f"from localhost ([unix socket])\r\n\t by imap.example.com (Cyrus v2.5.10) with LMTPA; {STAMP}",
        Received(
            from_="localhost",
            by="imap.example.com",
            with_="LMTPA",
            comments=("[unix socket]", "Cyrus v2.5.10"),
            date=WHEN,
        ),
    ),
    "fetchmail": (
        f"from pop.example.org [192.0.2.1] by localhost with POP3 (fetchmail-6.4.37) for <joe@localhost> "
        f"(single-drop); {STAMP}",
        Received(
            from_="pop.example.org",
            from_tcp=TcpInfo(None, "192.0.2.1"),
            by="localhost",
            with_="POP3",
            for_="joe@localhost",
            comments=("fetchmail-6.4.37", "single-drop"),
            date=WHEN,
        ),
    ),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_server_is_understood(vendor: str) -> None:
    text, expected = VENDORS[vendor]
    assert parse_received(text) == expected
    assert parse_received(text.encode()) == expected


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_was_read_is_written_and_reads_back(vendor: str) -> None:
    received = VENDORS[vendor][1]
    assert parse_received(str(received)) == received


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Received()),
        (";", Received()),
        ("from", Received()),
        ("nonsense", Received(other=(("nonsense", ""),))),
        ("from a by b id c", Received(from_="a", by="b", id="c")),
        ("FROM a BY b; yesterday", Received(from_="a", by="b")),
        ("from a from b", Received(from_="a", other=(("from", "b"),))),
        ("from a (b [999.1.1.1])", Received(from_="a", comments=("b [999.1.1.1]",))),
        ("from a (never closed; by b", Received(from_="a", comments=("never closed; by b",))),
        ("id a\0b", Received(id="a\ufffdb")),
        ('for <"a b; c"@d.e>', Received(for_='"a b; c"@d.e')),
        ("by a foo bar baz", Received(by="a", other=(("foo", "bar"), ("baz", "")))),
    ],
)
def test_the_rest_is_read_as_far_as_it_goes(text: str, expected: Received) -> None:
    assert parse_received(text) == expected


def test_a_line_is_written_as_the_grammar_says() -> None:
    received = Received(
        from_="a.example",
        from_tcp=TcpInfo("b.example", "2001:db8::1"),
        by="c.example",
        with_="ESMTPS",
        id="1",
        for_="x@y.z",
        comments=("a (b) \\",),
        date=WHEN,
        other=(("tls", "T"),),
    )
    assert str(received) == (
        "from a.example (b.example [IPv6:2001:db8::1]) by c.example with ESMTPS id 1 for <x@y.z> tls T "
        f"(a \\(b\\) \\\\); {STAMP}"
    )


@pytest.mark.parametrize(
    "received",
    [
        Received(by="x"),
        Received(by="two words", date=WHEN),
        Received(by="a;b", date=WHEN),
        Received(by="a(b)", date=WHEN),
        Received(from_="by", date=WHEN),
        Received(by="x", from_tcp=TcpInfo("h", "not an address"), date=WHEN),
        Received(by="", date=WHEN),
        Received(by="x", comments=("",), date=WHEN),
    ],
)
def test_what_would_not_read_back_is_not_written(received: Received) -> None:
    with pytest.raises(ValueError, match="Received field"):
        str(received)


def test_what_could_end_a_line_is_refused_when_it_is_set() -> None:
    with pytest.raises(ValueError, match="clause of a Received field"):
        Received(from_="a\r\nb")
    with pytest.raises(ValueError, match="clause of a Received field"):
        Received(id="\x7f")
    with pytest.raises(ValueError, match="clause of a Received field"):
        Received(for_="\ud800")
    with pytest.raises(ValueError, match="clause of a Received field"):
        Received(from_tcp=TcpInfo("a\nb", "192.0.2.1"))
    with pytest.raises(ValueError, match="comment of a Received field"):
        Received(comments=("a\nb",))
    with pytest.raises(ValueError, match="clause of a Received field"):
        Received(other=(("a\nb", "c"),))
    with pytest.raises(ValueError, match="naive"):
        Received(date=datetime(2026, 1, 1))  # noqa: DTZ001, RUF100


def test_a_date_of_whole_seconds_is_read_back() -> None:
    assert str(Received(by="x", date=datetime(2026, 1, 2, tzinfo=UTC))) == "by x; Fri, 02 Jan 2026 00:00:00 +0000"


@pytest.mark.parametrize("piece", ["(", "by ", "from a (", '"', "a;", "[1", "(1.2.3.4)", "\\", "helo "])
def test_hostile_lines_take_little_time(piece: str) -> None:
    parse_received("from " + piece * 50_000)
