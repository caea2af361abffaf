import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linear import assert_linear
from mailwright.grammar import address, authres, date, folding, ids, lexer, lists, params, trace, words
from mailwright.grammar import mailboxes as reading
from mailwright.grammar.address import Address, AddressList, Group, parse_list
from mailwright.grammar.domains import check as check_domain
from mailwright.grammar.lexer import unfold

fair = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
tricky = st.sampled_from([*' "\\,;:<>@()[].=?_aé你🎉', "=?utf-8?q?", "?=", "  ", "x" * 90, "evil@bad.com, "])
texts = st.one_of(st.text(fair, max_size=120), st.lists(tricky, max_size=40).map("".join))
domains = st.sampled_from(["b.c", "example.com", "[192.0.2.1]", "localhost", "x" * 60 + ".org"])
locals_ = st.one_of(st.text(fair, min_size=1, max_size=60), st.lists(tricky, min_size=1, max_size=9).map("".join))
mailboxes = st.builds(Address, texts, locals_, domains)
ascii_mailboxes = st.builds(
    Address, texts, st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1), domains
)
groups = st.builds(Group, texts.filter(bool), st.lists(ascii_mailboxes, max_size=4))


READERS: list[Callable[[str | bytes], object]] = [
    parse_list,
    words.decode,
    params.parse,
    date.parse,
    ids.parse_list,
    trace.parse_received,
    authres.parse,
    lists.parse_commands,
    lists.parse_id,
]


def value(field: bytes) -> str:
    assert field.endswith(b"\r\n")
    lines = field[:-2].split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    assert all(line[:1] in (b" ", b"\t") and line.strip(b" \t") for line in lines[1:])
    assert b"\n" not in field.replace(b"\r\n", b"")
    return unfold(field.decode().partition(":")[2])


@given(mailboxes)
def test_an_address_reads_back(address: Address) -> None:
    assert Address.parse(str(address)) == address
    assert Address.parse(address.addr_spec) == Address("", address.local, address.domain)


@given(st.lists(st.one_of(ascii_mailboxes, groups), min_size=1, max_size=6))
def test_a_folded_address_field_reads_back(items: list[Address | Group]) -> None:
    for utf8 in (False, True):
        field = folding.addresses("Reply-To", AddressList(items), utf8=utf8)
        assert list(parse_list(value(field), strict=True)) == items
        assert utf8 or field.isascii()


@given(st.one_of(texts, st.text(st.characters(exclude_categories=["Cs"]))))
def test_encoded_words_read_back(text: str) -> None:
    if "\r" in text or "\n" in text:
        text = text.replace("\r", "").replace("\n", "")
    encoded = words.encode(text)
    assert words.decode(encoded) == text
    assert encoded == text or all(len(word) <= 75 for word in encoded.split(" "))


@given(texts, st.booleans())
def test_an_unstructured_field_reads_back(text: str, utf8: bool) -> None:
    field = folding.unstructured("Subject", text, utf8=utf8)
    assert words.decode(value(field)).strip(" \t") == text.strip(" \t")


@given(st.one_of(st.text(max_size=200), st.lists(tricky, max_size=60).map("".join)))
def test_readers_never_raise(text: str) -> None:
    for item in parse_list(text).mailboxes:
        assert Address.parse(str(item)) == item
    for read in READERS:
        read(text)


@given(st.binary(max_size=200))
def test_readers_never_raise_on_bytes(data: bytes) -> None:
    for read in READERS:
        read(data)


@given(texts, texts)
def test_parameters_read_back(first: str, second: str) -> None:
    field = folding.parameters("Content-Disposition", "attachment", [("filename", first), ("x", second)])
    parsed = params.parse(value(field))
    assert (parsed.value, dict(parsed.params)) == ("attachment", {"filename": first, "x": second})


zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(9998, 1, 1), timezones=zones)  # noqa: DTZ001, RUF100


@given(moments)
def test_dates_read_back(when: datetime) -> None:
    assert date.parse(date.format(when)) == when.replace(microsecond=0)


# --- what is written or refused --------------------------------------------------------------------------------------

odd_words = st.one_of(
    st.text(fair, max_size=12), st.lists(tricky, max_size=4).map("".join), st.sampled_from(["by", "a", "1"])
)
maybe = st.one_of(st.none(), odd_words)
seen = st.one_of(st.none(), st.builds(trace.TcpInfo, maybe, st.sampled_from(["192.0.2.1", "2001:db8::1", "x"])))
lines = st.builds(
    trace.Received,
    from_=maybe,
    by=maybe,
    via=maybe,
    with_=maybe,
    id=maybe,
    for_=maybe,
    from_tcp=seen,
    by_tcp=seen,
    comments=st.lists(odd_words, max_size=3).map(tuple),
    date=moments,
    other=st.lists(st.tuples(odd_words, odd_words), max_size=2).map(tuple),
)
keywords = st.sampled_from(["spf", "dkim", "x-y", "DMARC"])
properties_ = st.builds(authres.Property, st.one_of(st.just(""), keywords), st.one_of(keywords, odd_words), odd_words)
findings = st.builds(
    authres.MethodResult,
    keywords,
    keywords,
    st.one_of(st.none(), st.integers(0, 9)),
    odd_words,
    st.lists(properties_, max_size=3).map(tuple),
    odd_words,
)
verdicts = st.builds(
    authres.AuthenticationResults,
    odd_words,
    st.lists(findings, max_size=3).map(tuple),
    st.one_of(st.none(), st.integers(0, 9)),
    st.one_of(st.none(), st.integers(0, 60)),
)


@given(lines)
def test_a_received_line_reads_back_or_is_refused(line: trace.Received) -> None:
    try:
        written = str(line)
    except ValueError:
        return
    assert line.date is not None
    assert trace.parse_received(written) == replace(line, date=line.date.replace(microsecond=0))


@given(verdicts)
def test_authentication_results_read_back_or_are_refused(verdict: authres.AuthenticationResults) -> None:
    try:
        written = str(verdict)
    except ValueError:
        return
    assert authres.parse(written) == verdict


@given(st.lists(st.tuples(st.sampled_from(["https://a.b/", "mailto:a@b"]), texts), max_size=4), texts)
def test_list_fields_read_back(commands: list[tuple[str, str]], name: str) -> None:
    written = str(lists.ListCommands([lists.ListCommand(url, comment) for url, comment in commands]))
    read = lists.parse_commands(written).commands
    assert [(each.url, each.comment.split()) for each in read] == [(url, comment.split()) for url, comment in commands]
    again = lists.parse_id(str(lists.ListId(name, "a.b")))
    assert again is not None
    assert again.name.split() == name.split()


# --- the short ways read what the long ways read ---------------------------------------------------------------------

PARAMETER_BITS = (
    "text/plain",
    ";",
    " ",
    "charset",
    "=",
    '"utf-8"',
    "utf-8",
    "name*0",
    "*",
    "boundary",
    '"a;b"',
    '"a b"',
    "x",
    "'",
    "/",
    "é",
    '""',
    "n=a b=c",
)
ADDRESS_BITS = (
    '"a, b"',
    "Bob",
    "=?utf-8?q?h=C3=BC?=",
    "<a@b.c>",
    "a@b.c",
    ",",
    " ",
    "\t",
    ".",
    "J.",
    "<",
    ">",
    "@",
    '"',
    "(c)",
    ":",
    ";",
    "=?utf-8?q?,?=",
    '""',
)


@given(
    st.lists(st.sampled_from(["=", "_", " ", "4", "C", "c3", "=C3", "=bc", "x", "é", "\n", "\r", "\0"])).map("".join)
)
def test_the_quick_q_decoding_is_that_of_the_rfc(text: str) -> None:
    spaced = text.replace("_", " ").encode()
    assert words._q_decode(text) == re.sub(rb"=([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), spaced)


DATE_BITS = (
    "Fri, ",
    "21 Nov 1997 ",
    "1 ",
    "Foo ",
    "Jan ",
    "2024 ",
    "97 ",
    "09:55:06 ",
    "23:59:60 ",
    "+0100",
    "EST",
    " (C)",
    "PM",
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(DATE_BITS), max_size=7).map("".join))
def test_usual_dates_are_what_the_whole_grammar_reads(text: str) -> None:
    assert date.parse(text) == date.parse(f" {text}")  # a space in front rules the short way out


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PARAMETER_BITS), max_size=14).map("".join))
def test_simple_parameters_are_what_the_whole_grammar_reads(text: str) -> None:
    simple = params.parse(text)
    whole = params.parse(f"(a comment){text}")  # a comment rules the short way out
    assert (simple.value, dict(simple.params)) == (whole.value, dict(whole.params))


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(ADDRESS_BITS), max_size=10).map("".join))
def test_simple_addresses_are_what_the_whole_grammar_reads(text: str) -> None:
    simple = reading._simple_list(text, 99)
    if simple is not None:
        strictly, tolerantly = (reading._Reader(text, strict=strict, limit=99).read() for strict in (True, False))
        assert simple == strictly == tolerantly


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from([*ADDRESS_BITS, "[1.2.3.4]", "'", "\\", "\r\n ", "mailto", "é"]), max_size=12).map("".join)
)
def test_what_strict_reading_takes_tolerant_reading_takes_for_the_same(text: str) -> None:
    try:
        strictly = parse_list(text, strict=True)
    except ValueError:
        return
    assert parse_list(text).mailboxes == strictly.mailboxes


# --- linear time -----------------------------------------------------------------------------------------------------

PIECES = (
    *("(", ") ", "((a)", '"', '"a" ', "<", "<@", "<a@b>", "[1", "a@b,", "a ", "\\", "\\@", " ", "\r\n", "=", "%"),
    *("é ", "1:", "=?utf-8?q?", "=?utf-8?q?a?= ", "=?utf-8?b?Y?= ", "=?u?b?a b?= ", "a*0*=", "a*1=b;", "a=b c="),
    *(" (a)b", " (", "g: a@b;", "by a ", "from a (", "helo (1.2.3.4)", "a . ", "a=b (c) ", ";i=1", "<a:b> ("),
    *("mailto:", ">,<", "a*=%41;"),
)


NOW = datetime(2026, 11, 20, tzinfo=UTC)

# What else takes text that came by mail, or from a caller: also strictly, and what decides whether it can be written.
OTHERS: list[Callable[[str], object]] = [
    lexer.unfold,
    lexer.strip_comments,
    lexer.first_control,
    lexer.replace_controls,
    lexer.quote,
    lexer.unquote,
    words.encode,
    words.looks_encoded,
    address.display,
]
STRICT: list[Callable[[str], object]] = [
    partial(parse_list, strict=True),
    Address.parse,
    ids.check,
    params.format,
    check_domain,
    lambda text: lists.ListCommand("mailto:a@b", text),
    lambda text: str(lists.ListId(text, "a.b")),
    lambda text: lists.Unsubscribe(url=f"https://{text}"),
    lambda text: str(trace.Received(by=text, comments=(text,), date=NOW)),
    lambda text: str(authres.AuthenticationResults(text, (authres.MethodResult("spf", "pass", reason=text),))),
    lambda text: folding.addresses("To", parse_list(text)),
]


def attack(piece: str) -> Callable[[int], str]:
    return lambda size: f"from a; x={piece * size}"


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
@pytest.mark.parametrize("read", READERS, ids=lambda read: f"{read.__module__.rpartition('.')[2]}.{read.__name__}")
def test_readers_take_linear_time(read: Callable[[str | bytes], object], piece: str) -> None:
    assert_linear(read, attack(piece), size=1000, largest=8_000)


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_octets_that_are_no_utf8_take_linear_time(piece: str) -> None:
    def everything(raw: bytes) -> None:
        for read in READERS:
            read(raw)

    assert_linear(everything, lambda size: b"x: \xff" + piece.encode() * size, size=1000, largest=8_000)


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_what_begins_at_once_takes_linear_time(piece: str) -> None:
    def everything(text: str) -> None:
        for read in (*READERS, *OTHERS):
            read(text)

    assert_linear(everything, lambda size: piece * size + "x", size=1000, largest=8_000)


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
@pytest.mark.parametrize("number", range(len(STRICT)))
def test_what_is_refused_is_refused_in_linear_time(number: int, piece: str) -> None:
    def attempt(text: str) -> None:
        try:
            STRICT[number](text)
        except ValueError:
            pass

    assert_linear(attempt, lambda size: "a" + piece * size + "x", size=250, largest=8_000)
