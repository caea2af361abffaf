import pytest

from mailwright.grammar import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?J=C3=B6rg?=", "Jörg"),
        ("=?UTF-8?B?SsO2cmc=?= x", "Jörg x"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),  # a character split between words
        ("=?utf-8?b?5L0=?= =?utf-8?b?oA==?=", "你"),
        ("=?utf-8?b?5L?= =?utf-8?b?2g?=", "你"),  # a group of digits split between words
        ("=?iso-8859-1?q?=FC?= =?utf-8?q?=C3=BC?=", "üü"),
        ("=?utf-8*de?q?x?=", "x"),
        ("=?nope?q?=C3=BC?=", "ü"),
        ("=?utf-8?b?!!!?=", ""),
        ("=?utf-8?q?a b_c?=", "a b c"),
        ("=?utf-8?b?SsO2 cmc=?=", "Jörg"),
        ("=?utf-8?b?SsO2 cm=?=", "=?utf-8?b?SsO2 cm=?="),  # a space where a digit was
        ("=?utf-8?b?SsO2 cm=?= =?utf-8?q?x?= y", "=?utf-8?b?SsO2 cm=?= x y"),
        ("Re:=?utf-8?q?=C3=A9?=,=?utf-8?q?t?=t", "Re:é,tt"),
        ("=?utf-8?q?=C3?= =?utf-8?b?qQ==?=", "é"),
        ("=?utf-8?q?=4?= =?utf-8?q?1?=", "A"),  # an octet split between words
        ("=?utf-8?q?=4?= =?utf-8?b?Qg==?=", "=4B"),
        ("=?utf-8?q?a=?= x", "a= x"),
        ("=?utf-8?q?a==41=?=", "a=A="),
        ("=?utf-8?q?a==\n=41?=", "a==\nA"),
        ("=?utf-8?b?5?= =?utf-8?b?L?= =?utf-8?b?2?= =?utf-8?b?g?= =?utf-8?b?QQ==?=", "你A"),
        ("=?utf-8?q?=EF=BB=BFx?=", "\ufeffx"),
        ("=??q?x?=", "=??q?x?="),
        ("=?utf-8?q?=C3=A9=?= x", "é= x"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?utf-8?q?unfinished", "=?utf-8?q?unfinished"),
        ("x=?utf-8?q?y?=z", "xyz"),
        ("=?utf-8?q?=0D=0ABcc:_x?=", "\r\nBcc: x"),
    ],
)
def test_decoding(text: str, expected: str) -> None:
    assert words.decode(text) == expected
    assert words.decode(text.encode()) == expected


@pytest.mark.parametrize(
    "text", ["", "plain text", "ü", "你好" * 60, "a" * 70 + "ü" * 70, "=?x?", " lead ü", "🎉" * 40, "a\tb\n"]
)
def test_encoding_reads_back_in_words_of_75(text: str) -> None:
    encoded = words.encode(text)
    assert words.decode(encoded) == text
    assert encoded.isascii()
    for word in encoded.split() if encoded != text else []:
        assert len(word) <= 75
        words.decode(word).encode()  # whole characters only
        assert "�" not in words.decode(word)


def test_ascii_is_left_alone_and_the_shorter_encoding_is_taken() -> None:
    assert words.encode("x" * 500) == "x" * 500
    assert words.encode("caf\u00e9 at noon").startswith("=?utf-8?q?")
    assert words.encode("你好").startswith("=?utf-8?b?")


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(ValueError, match="lone surrogate at index 1"):
        words.encode("a\udc80")


@pytest.mark.parametrize("piece", ["=?", "=?a?q?", "=?utf-8?q?x?= ", "=?utf-8?b?YQ?= ", " "])
def test_hostile_text_takes_little_time(piece: str) -> None:
    words.decode(piece * 100_000)


def test_octets_outside_words_may_have_a_charset_of_their_own() -> None:
    assert words.decode("oxygène".encode(), undeclared="iso-8859-1") == "oxygène"
    assert words.decode("oxygène".encode("latin-1"), undeclared="iso-8859-2") == "oxygčne"
    assert words.decode("oxygène".encode("latin-1")) == "oxygène"
    assert words.decode("oxygène".encode("latin-1"), undeclared="utf-8") == "oxyg\ufffdne"
    assert words.decode("oxygène".encode("latin-1"), undeclared="utf-16") == "oxyg\ufffdne"
    assert words.decode("oxygène".encode("latin-1"), undeclared="nobody knows") == "oxygène"


def test_a_byte_order_mark_in_a_word_is_a_character() -> None:
    assert words.decode(words.encode("\ufeffGrüße")) == "\ufeffGrüße"
    assert words.decode("=?utf-8?b?77u/WA==?= =?utf-8?b?77u/WQ==?=") == "\ufeffX\ufeffY"
