import pytest

from mailwright.grammar import folding
from mailwright.grammar.lexer import unfold
from mailwright.grammar.lists import (
    URL_LIMIT,
    ListCommand,
    ListCommands,
    ListId,
    Unsubscribe,
    parse_commands,
    parse_id,
)

LEAVE = "https://example.com/u?id=1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<mailto:a@b.c?subject=leave>", [("mailto:a@b.c?subject=leave", "")]),
        ("<mailto:a@b>,<https://c.d/e>", [("mailto:a@b", ""), ("https://c.d/e", "")]),
        (
            "<mailto:a@b> (Use this (really)),\r\n <ftp://c.d/e>",
            [("mailto:a@b", "Use this (really)"), ("ftp://c.d/e", "")],
        ),
        ("<https://a.b/\r\n c d>", [("https://a.b/cd", "")]),
        ("(first) <https://a.b/> (=?utf-8?q?=C3=BCber?=) (two)", [("https://a.b/", "über two")]),
        ("<https://a.b/ü>", [("https://a.b/%C3%BC", "")]),
        ("<not a url>, <https://a.b/>, <x", [("https://a.b/", "")]),
        ("https://a.b/c, mailto:x@y", [("https://a.b/c", ""), ("mailto:x@y", "")]),
        ("<https://a.b/?x=1,2;3>", [("https://a.b/?x=1,2;3", "")]),
        ("<https://a.b/\0>", [("https://a.b/%EF%BF%BD", "")]),
        ("", []),
        ("NOT", []),
        ("<>", []),
        ("(<https://a.b/>", []),
    ],
)
def test_commands_are_read(text: str, expected: list[tuple[str, str]]) -> None:
    for source in (text, text.encode()):
        found = parse_commands(source)
        assert [(command.url, command.comment) for command in found.commands] == expected
        assert not found.is_closed


def test_a_lone_surrogate_is_no_reason_to_raise() -> None:
    assert parse_commands("<https://a.b/\udc80>").urls == ("https://a.b/%EF%BF%BD",)


@pytest.mark.parametrize("text", ["NO", "no", " NO (posting is closed) ", "NO\r\n"])
def test_no_is_no(text: str) -> None:
    assert parse_commands(text) == ListCommands(is_closed=True)
    assert str(parse_commands(text)) == "NO"


def test_commands_are_written() -> None:
    commands = ListCommands([ListCommand("mailto:a@b", "say (hi)"), ListCommand(LEAVE, "für alle")])
    assert str(commands) == f"<mailto:a@b> (say \\(hi\\)), <{LEAVE}> (=?utf-8?b?ZsO8ciBhbGxl?=)"
    assert parse_commands(str(commands)) == commands
    assert commands.urls == ("mailto:a@b", LEAVE)


@pytest.mark.parametrize(
    "url", ["", "example.com", "https://a b", "https://a>b", "https://<", "https://ü", "x:\r\nBcc:y", "x:\x7f"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not allowed"):
        ListCommand(url)
    with pytest.raises(ValueError, match="is not allowed"):
        Unsubscribe(url=url)


def test_comments_hold_no_controls_and_no_means_no() -> None:
    with pytest.raises(ValueError, match="LF"):
        ListCommand(LEAVE, "a\nb")
    with pytest.raises(ValueError, match="not both"):
        ListCommands([ListCommand(LEAVE)], is_closed=True)


# --- identifiers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"The, List" <announce.example.com>', ListId("The, List", "announce.example.com")),
        ("The List <announce.example.com>", ListId("The List", "announce.example.com")),
        ("=?utf-8?q?=C3=9Cber?= <a.b>", ListId("Über", "a.b")),
        ("<a.b> (comment)", ListId("", "a.b")),
        ("a.b.c", ListId("", "a.b.c")),
        ("<1234/5678.lists.example.com>", ListId("", "1234/5678.lists.example.com")),
        ("x <a.b", ListId("x", "a.b")),
        ("<a b.c>", ListId("", "ab.c")),
        ("a b", None),
        ("", None),
        ("<>", None),
        ("<" + "x" * 256 + ">", None),
        ("<ü.b>", None),
    ],
)
def test_list_identifiers_are_read(text: str, expected: ListId | None) -> None:
    assert parse_id(text) == expected
    assert parse_id(text.encode()) == expected


@pytest.mark.parametrize("name", ["", "Plain name", "A, B", 'q"\\', "Ünï, x", "=?utf-8?q?x?=", "a <b>"])
def test_a_list_identifier_reads_back(name: str) -> None:
    written = str(ListId(name, "a.b"))
    assert written.isascii()
    assert parse_id(written) == ListId(name, "a.b")


@pytest.mark.parametrize(
    ("name", "id_"), [("", ""), ("", "a b"), ("", "a>"), ("", "ü"), ("", "x" * 256), ("a\nb", "a.b"), ("", "a\r\n")]
)
def test_what_is_no_list_identifier_is_refused(name: str, id_: str) -> None:
    with pytest.raises(ValueError, match=r"list"):
        ListId(name, id_)


# --- leaving -------------------------------------------------------------------------------------------------------


def test_leaving_by_one_click() -> None:
    leaving = Unsubscribe("mailto:leave@example.com", LEAVE, one_click=True)
    assert leaving.fields() == [
        ("List-Unsubscribe", f"<{LEAVE}>, <mailto:leave@example.com>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]
    assert Unsubscribe(mailto="mailto:a@b").fields() == [("List-Unsubscribe", "<mailto:a@b>")]
    assert Unsubscribe(url="http://a.b/").fields() == [("List-Unsubscribe", "<http://a.b/>")]


def test_what_says_nothing_or_too_much_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a mailto: URL"):
        Unsubscribe()
    with pytest.raises(ValueError, match="needs an https: URL"):
        Unsubscribe(url="http://a.b/", one_click=True)
    with pytest.raises(ValueError, match="needs an https: URL"):
        Unsubscribe("mailto:a@b", one_click=True)
    with pytest.raises(ValueError, match="is no mailto: URL"):
        Unsubscribe(LEAVE)
    with pytest.raises(ValueError, match="goes into mailto"):
        Unsubscribe(url="mailto:a@b")
    with pytest.raises(ValueError, match="fit a line"):
        Unsubscribe(url="https://a.b/" + "x" * URL_LIMIT)


def test_urls_are_folded_between_and_never_broken() -> None:
    long = "https://example.com/" + "x" * 200
    for name, value in Unsubscribe("mailto:leave@example.com", long).fields():
        field = folding.commands(name, value)
        assert field == f"List-Unsubscribe: <{long}>,\r\n <mailto:leave@example.com>\r\n".encode()
    field = folding.commands("List-Help", f"<{long}>,<{LEAVE}>,<mailto:a@b> (" + "word " * 30 + ")")
    assert all(len(line) < 79 or line == f"List-Help: <{long}>,".encode() for line in field.split(b"\r\n"))
    assert parse_commands(unfold(field.decode().partition(":")[2])).urls == (long, LEAVE, "mailto:a@b")


def test_the_longest_url_fits_a_line_and_a_longer_one_is_refused() -> None:
    url = "https://a.b/".ljust(URL_LIMIT, "x")
    ((name, value),) = Unsubscribe(url=url).fields()
    assert max(map(len, folding.commands(name, value).split(b"\r\n"))) <= 998
    with pytest.raises(ValueError, match="too long for a line"):
        folding.commands("List-Unsubscribe", f"<{url}{'x' * 40}>")
    with pytest.raises(ValueError, match="ASCII"):
        folding.commands("List-Help", "<https://ü/>")


def test_white_space_in_a_url_is_no_part_of_it() -> None:
    assert folding.commands("List-Help", "<https://a.b/ c>") == b"List-Help: <https://a.b/c>\r\n"


@pytest.mark.parametrize("piece", ["<", "<a:b>", "(", "<a:b> (", "mailto:", "https://a ", ">,<", '"', "\\"])
def test_hostile_lists_take_little_time(piece: str) -> None:
    parse_commands(piece * 50_000)
    parse_id(piece * 50_000)
