from typing import Any

import pytest

from mailwright import grammar
from mailwright.grammar.address import LIST_LIMIT, Address, AddressList, Group, parse_list


def box(name: str, spec: str) -> Address:
    local, _, domain = spec.rpartition("@")
    return Address(name, local, domain)


@pytest.mark.parametrize(
    ("text", "name", "local", "domain"),
    [
        ("alice@example.com", "", "alice", "example.com"),
        ("Alice <alice@example.com>", "Alice", "alice", "example.com"),
        ('"Doe, Jane" <jane@x.y>', "Doe, Jane", "jane", "x.y"),
        ('"a@b> ORCPT=x"@c.d', "", "a@b> ORCPT=x", "c.d"),
        ("a@[192.0.2.1]", "", "a", "[192.0.2.1]"),
        ("a@[IPv6:2001:db8::1]", "", "a", "[IPv6:2001:db8::1]"),
        ("Jörg <jörg@bücher.example>", "Jörg", "jörg", "bücher.example"),
        ("=?utf-8?q?J=C3=B6rg?= <a@b.c>", "Jörg", "a", "b.c"),
        (r'"say \"hi\" \\" <a@b.c>', 'say "hi" \\', "a", "b.c"),
        ("(comment) a@b.c", "", "a", "b.c"),
        ("<a@b.c>", "", "a", "b.c"),
    ],
)
def test_one_mailbox_is_read(text: str, name: str, local: str, domain: str) -> None:
    address = Address.parse(text)
    assert (address.name, address.local, address.domain) == (name, local, domain)
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "alice",
        "@b.c",
        "a@",
        "a@b.c\tSIZE=1",
        "evil@q.r,x@y.z",
        "a@b.c, ",
        "a@b.c\r\nBcc: x@y.z",
        "a@b.c\n",
        "a\0@b.c",
        "a@b.c\x7f",
        '"a\r\nb"@c.d',
        "a@b@c.d",
        "a@b.c> SIZE=1",
        "a@b.c SIZE=1",
        "<a@b.c> SIZE=1",
        "<a@b.c",
        "a@b c.d",
        "a@b..c",
        "a..b@c.d",
        ".a@c.d",
        "a@b.c.",
        "a@[bad]",
        "a@[1.2.3.999]",
        "a@[IPv6:zz]",
        "g: a@b.c;",
        "<@x,@y:a@b.c>",
        '"unfinished <a@b.c>',
        "a@b.c (unfinished",
        "a\udc80@b.c",
        "Evil\u2028 <a@b.c>",
        "a@b＠c.d",
        "a@" + "x" * 64 + ".com",
        "a@b.c;x@y.z",
    ],
)
def test_what_is_not_exactly_one_mailbox_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Address.parse(text)


def test_the_refusal_names_the_value_and_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"'evil@q\.r,x@y\.z' is 2 addresses; exactly one mailbox is allowed"):
        Address.parse("evil@q.r,x@y.z")
    with pytest.raises(ValueError, match=r"U\+0009 \(TAB\) at index 5"):
        Address.parse("a@b.c\tSIZE=1")


@pytest.mark.parametrize(
    ("name", "local", "domain"),
    [
        ("", "", "b.c"),
        ("", "a", ""),
        ("", "a\r", "b.c"),
        ("n\n", "a", "b.c"),
        ("\ud800", "a", "b.c"),
        ("", "a", "b c"),
        ("", "a", "b>c"),
        ("", "a", "[x"),
        ("", "a", "[IPv6:1.2.3.4]"),
        ("", "a", "x" * 64),
        ("", "a", ".".join(["x" * 60] * 5)),
        ("", "x" * 901, "b.c"),
        ("", "a", "b.c-"),
        ("", "a", "[2001:db8::1]"),
        ("", "é" * 500, "b.c"),
    ],
)
def test_a_value_that_cannot_be_a_mailbox_does_not_exist(name: str, local: str, domain: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Address(name, local, domain)


def test_local_parts_are_quoted_when_they_must_be() -> None:
    assert Address("", "a b", "c.d").addr_spec == '"a b"@c.d'
    assert Address("", 'a"\\', "c.d").addr_spec == r'"a\"\\"@c.d'
    assert Address("", "a..b", "c.d").addr_spec == '"a..b"@c.d'
    assert Address("", "o'hara+x", "c.d").addr_spec == "o'hara+x@c.d"


def test_international_addresses() -> None:
    address = Address("", "jörg", "bücher.example")
    assert address.is_international
    assert address.ascii_domain == "xn--bcher-kva.example"
    assert address.ascii_addr_spec == "jörg@xn--bcher-kva.example"
    assert not Address("", "joerg", "bücher.example").is_international
    assert Address("", "a", "faß.de").ascii_domain == "xn--fa-hia.de"  # IDNA 2008, not 2003


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (",, a@b.c ,,", [box("", "a@b.c")]),
        ("a@b.c (Alice)", [box("Alice", "a@b.c")]),
        ("Doe, John <j@x.y>", [box("Doe, John", "j@x.y")]),
        ("<@r.s,@t.u:j@x.y>", [box("", "j@x.y")]),
        ("<j@x.y", [box("", "j@x.y")]),
        ("<<j@x.y>>, b@c", [box("", "j@x.y"), box("", "b@c")]),
        ("a@b@c", []),
        ("alice@example.org(<bob@example.org>", [box("<bob@example.org>", "alice@example.org")]),
        ('"Foo <a@b>, c@d', [box("Foo", "a@b"), box("", "c@d")]),
        ("a . b @ c . d", [box("", "a.b@c.d")]),
        ('"a"."b"@c.d', [box("", "a.b@c.d")]),
        ("a@b;c@d", [box("", "a@b"), box("", "c@d")]),
        ("g: a@b, C <c@d>;, e@f", [Group("g", [box("", "a@b"), box("C", "c@d")]), box("", "e@f")]),
        ("undisclosed-recipients:;", [Group("undisclosed-recipients")]),
        ("g: a@b", [Group("g", [box("", "a@b")])]),
        ("John Q. Public <j@x.y>", [box("John Q. Public", "j@x.y")]),
        ("u@x.y <u@x.y>", [box("u@x.y", "u@x.y")]),
        ("a..b@c.d", [Address("", "a..b", "c.d")]),
        ("=?utf-8?q?evil=40x=2Ey=2C?= <a@b.c>", [box("evil@x.y,", "a@b.c")]),
        ("=?utf-8?q?hi=0ABcc:_evil=40x?= <a@b.c>", [box("hi�Bcc: evil@x", "a@b.c")]),
        ('"=?utf-8?q?J=C3=B6rg?=" <a@b.c>', [box("Jörg", "a@b.c")]),
        ("a@b.c,\r\n d@e.f\r\n", [box("", "a@b.c"), box("", "d@e.f")]),
        ("a@b.c\tSIZE=1", [box("", "a@b.c")]),
        # what MimeKit tolerates, and what is seen besides
        ("Doe, John, Jr. <j@x.y>", [box("Doe, John, Jr.", "j@x.y")]),
        ("Joe @ Work <joe@x.y>", [box("Joe @ Work", "joe@x.y")]),
        ("Joe [Sales] <joe@x.y>", [box("Joe [Sales]", "joe@x.y")]),
        ("root", []),
        ("root, a@b.c", [box("", "a@b.c")]),
        ("local-part (User Name)", []),
        ("a@b.c (x))", [box("x", "a@b.c")]),
        ("a@b.c), d@e.f", [box("", "a@b.c"), box("", "d@e.f")]),
        ("(a@b.c", []),
        ("<a@b.c, <d@e.f>", [box("", "a@b.c"), box("", "d@e.f")]),
        ("Foo <Foo <a@b.c>>", [box("Foo", "a@b.c")]),
        ("g:: a@b.c;", [Group("g", [box("", "a@b.c")])]),
        ("a: b: c@d; ;e@f", [Group("a", [box("", "c@d")]), box("", "e@f")]),
        ('"Foo, Bar <a@b.c>, d@e.f', [box("Foo, Bar", "a@b.c"), box("", "d@e.f")]),
        ("a.@x.y", [box("", "a.@x.y")]),
        ("webmaster\\@old.com@gate.com", [Address("", "webmaster@old.com", "gate.com")]),
        ("a\\@b", []),
        ("a@b.c., d@[1.2.3.4].", [box("", "a@b.c"), box("", "d@[1.2.3.4]")]),
        ("a@b.c..", []),
        ("'a@b.c', 'Al' <d@e.f>", [box("", "a@b.c"), box("'Al'", "d@e.f")]),
        ("'@b.c'", []),
        ("mailto:a@b.c, <mailto:d@e.f>", [box("", "a@b.c"), box("", "d@e.f")]),
        ("Foo; <a@b.c>", [box("", "a@b.c")]),
        ("a@b.c d@e.f", []),
        ("Undisclosed-Recipient:;@x.y", [Group("Undisclosed-Recipient")]),
        ("=?utf-8?q?Foo_=3Ca=40b=2Ec=3E?=", []),
        ("<>, <  >, @, ;, :, >, a@", []),
    ],
)
def test_tolerant_reading(text: str, expected: list[Address | Group]) -> None:
    assert list(parse_list(text)) == expected
    assert list(parse_list(text.encode())) == expected


@pytest.mark.parametrize("text", ["", "a@b,,junk", "Doe, John <j@x.y>", "a@b (", "<a@b", "g: a@b", "a@b;", "\x01a@b"])
def test_strict_reading_raises(text: str) -> None:
    with pytest.raises(ValueError, match="address list"):
        parse_list(text, strict=True)


@pytest.mark.parametrize(
    "text",
    [
        "a@b.c.",
        "'a@b.c'",
        "a\\@b@c",
        "a@b ((x)",
        "a@b (x\\)",
        "root",
        "a@b.c\r\nd@e",
        "a@b\n\n",
        "\ra@b",
    ],
)
def test_strict_reading_makes_no_concession(text: str) -> None:
    with pytest.raises(ValueError, match="address list"):
        parse_list(text, strict=True)


@pytest.mark.parametrize("text", ["a@b,\r\n c@d\r\n", "a@b,\n\tc@d\n", "a@b, c@d", " a@b,\r\n \r\n c@d "])
def test_strict_reading_takes_folding_and_the_end_of_the_field(text: str) -> None:
    assert [str(item) for item in parse_list(text, strict=True)] == ["a@b", "c@d"]


def test_no_more_mailboxes_and_groups_are_read_than_the_limit() -> None:
    plain, grouped = "a@b, c@d, e@f", "g: a@b, c@d;, é <e@f>"
    assert [str(item) for item in parse_list(plain, limit=3)] == ["a@b", "c@d", "e@f"]
    assert [str(item) for item in parse_list(plain, limit=2)] == ["a@b", "c@d"]
    assert [str(item) for item in parse_list(grouped, limit=2)] == ["g: a@b;"]
    assert [str(item) for item in parse_list(grouped, limit=3)] == ["g: a@b, c@d;"]
    assert list(parse_list(plain, limit=0)) == list(parse_list(grouped, limit=0)) == []
    assert len(parse_list(plain, strict=True, limit=3)) == 3
    for text in (plain, grouped):
        with pytest.raises(ValueError, match="more mailboxes and groups than are read"):
            parse_list(text, strict=True, limit=2)


def test_the_limit_is_far_from_what_people_write() -> None:
    assert len(parse_list("a@b," * LIST_LIMIT)) == len(parse_list("a@b," * (LIST_LIMIT + 1))) == LIST_LIMIT


def test_strict_reading_takes_the_whole_grammar() -> None:
    text = 'A <a@b.c>, "x, y" <d@e.f> (c (d)), grp: g@h.i, j@k.l;, m@[1.2.3.4]'
    assert [item.addr_spec for item in parse_list(text, strict=True).mailboxes] == [
        "a@b.c",
        "d@e.f",
        "g@h.i",
        "j@k.l",
        "m@[1.2.3.4]",
    ]


def test_latin1_bytes_are_read() -> None:
    assert parse_list(b"J\xf6rg <a@b.c>")[0].name == "Jörg"


def test_lists_flatten_and_write() -> None:
    items = grammar.address.parse_list('g: a@b;, "c, d" <e@f>')
    assert isinstance(items, AddressList)
    assert [str(item) for item in items.mailboxes] == ["a@b", '"c, d" <e@f>']
    assert str(items) == 'g: a@b;, "c, d" <e@f>'


@pytest.mark.parametrize("name", ["=?utf-8?q?x?=", " lead", "a  b", "", 'q"', "tab�", "A. B.", "x@y", "=?"])
def test_a_written_name_reads_back(name: str) -> None:
    address = Address(name, "a", "b.c")
    assert Address.parse(str(address)) == address


def test_groups_refuse_what_is_no_group() -> None:
    with pytest.raises(ValueError, match="needs a name"):
        Group("")
    with pytest.raises(ValueError, match="LF"):
        Group("a\nb")
    wrong: Any = "a@b"
    with pytest.raises(TypeError, match="is an Address"):
        Group("g", [wrong])


@pytest.mark.parametrize(
    "piece", ["(", "((a)", '"', '"\\', "<", "<@", "[", "a@b,", "a,", "a b ", "=?utf-8?q?", ":", ";", "@", "\\", "a."]
)
def test_hostile_lists_take_no_recursion_and_little_time(piece: str) -> None:
    parse_list(piece * 50_000)  # quadratic time would run into the test's time limit
