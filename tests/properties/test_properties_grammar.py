from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.grammar import date, folding, ids, params, words
from mailwright.grammar import mailboxes as reading
from mailwright.grammar.address import Address, AddressList, Group, parse_list
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
    words.decode(text)
    params.parse(text)
    date.parse(text)
    ids.parse_list(text)


@given(st.binary(max_size=200))
def test_readers_never_raise_on_bytes(data: bytes) -> None:
    for read in (parse_list, words.decode, params.parse, date.parse, ids.parse_list):
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


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PARAMETER_BITS), max_size=14).map("".join))
def test_simple_parameters_are_what_the_whole_grammar_reads(text: str) -> None:
    simple = params.parse(text)
    whole = params.parse(f"(a comment){text}")  # a comment rules the short way out
    assert (simple.value, dict(simple.params)) == (whole.value, dict(whole.params))


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(ADDRESS_BITS), max_size=10).map("".join))
def test_simple_addresses_are_what_the_whole_grammar_reads(text: str) -> None:
    simple = reading._simple_list(text)
    if simple is not None:
        assert simple == reading._Reader(text, strict=True).read() == reading._Reader(text, strict=False).read()
