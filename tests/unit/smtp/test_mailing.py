"""A message on its way: what the envelope must say of it, and who has to wait for its content."""

from __future__ import annotations

import email
from pathlib import Path
from typing import Literal

import pytest

from mailwright import Envelope, Message, NotSupported
from mailwright.mime import Sendable, parse
from mailwright.smtp import Capabilities, DeliveryOptions
from mailwright.smtp.mailing import Mailing, Packed, never_waits, pack, parcels
from mailwright.smtp.parcel import Parcel, Spoilt

KNOWS_UTF8 = Capabilities({"SMTPUTF8": (), "8BITMIME": ()})
TO_BOB = Envelope("alice@example.com", ["bob@example.com"])


def letter(text: str = "Hello.", to: str = "bob@example.com") -> Message:
    return Message(from_="alice@example.com", to=to, text=text)


def test_a_message_brings_its_envelope_its_size_and_its_content() -> None:
    message = letter()
    packed = pack(message, None, Capabilities())
    assert packed.parcel == Parcel(TO_BOB, len(message.to_bytes()), False, False, DeliveryOptions())
    assert b"".join(packed.chunks()) == message.to_bytes()
    assert not packed.reads_files


def test_an_international_message_is_made_only_for_a_server_that_knows_it() -> None:
    message = letter(to="jörg@example.com")
    packed = pack(message, None, KNOWS_UTF8)
    assert (packed.parcel.international, packed.parcel.eight_bit) == (True, True)
    assert b"".join(packed.chunks()) == message.to_bytes()
    refused = pack(message, None, Capabilities())
    assert (refused.parcel.international, refused.parcel.size) == (True, None)
    assert list(refused.chunks()) == []


@pytest.mark.parametrize("raw", [b"Bcc: eve@example.com\r\n\r\n", bytearray(b"x"), Path(__file__)])
def test_what_goes_out_as_it_is_needs_an_envelope(raw: Mailing) -> None:
    with pytest.raises(ValueError, match="give envelope="):
        pack(raw, None, Capabilities())  # type: ignore[arg-type]  # a pair is not among these
    assert pack(raw, TO_BOB, Capabilities()).parcel.envelope == TO_BOB  # type: ignore[arg-type]  # as above


def test_a_file_that_is_gone_is_noticed_before_a_word_is_said(tmp_path: Path) -> None:
    message = letter()
    (tmp_path / "gone.bin").write_bytes(b"x")
    message.attach(tmp_path / "gone.bin")
    assert pack(message, None, Capabilities()).reads_files
    (tmp_path / "gone.bin").unlink()
    with pytest.raises(FileNotFoundError):
        pack(message, None, Capabilities())


def test_parcels_stop_at_the_first_that_is_spoilt() -> None:
    pulled = list(parcels([letter("one"), b"no envelope", letter("three")], Capabilities(), None))
    assert [type(item) for item in pulled] == [Parcel, bytes, bytes, Spoilt]
    assert pulled[2] == b""


def test_a_refused_parcel_has_no_content() -> None:
    pulling = parcels([letter("one"), letter("two")], Capabilities(), None)
    first = next(pulling)
    assert isinstance(first, Parcel)
    first.is_refused = True
    assert next(pulling) == b""
    assert isinstance(next(pulling), Parcel)


def test_an_event_loop_pulls_what_is_there_and_waits_for_the_rest(tmp_path: Path) -> None:
    (tmp_path / "file.bin").write_bytes(b"x")
    with_file = letter()
    with_file.attach(tmp_path / "file.bin")
    assert never_waits([letter(), (letter(), TO_BOB), (b"raw", TO_BOB)])
    assert not never_waits([letter(), with_file])
    assert not never_waits([(tmp_path / "file.bin", TO_BOB)])
    assert not never_waits(letter() for _ in range(2))


# --- fitted to the server ---

NOTHING = Capabilities()
EIGHT_BIT = Capabilities({"8BITMIME": ()})
BINARY = Capabilities({"8BITMIME": (), "BINARYMIME": (), "CHUNKING": ()})
RAW = b"From: a@b.c\r\nTo: bob@example.com\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"


def content(packed: Packed) -> bytes:
    return b"".join(packed.chunks())


def test_what_was_read_goes_as_it_came_where_the_server_takes_it_and_encoded_elsewhere() -> None:
    for message in (parse(RAW), email.message_from_bytes(RAW)):
        packed = pack(message, TO_BOB, EIGHT_BIT)
        assert packed.parcel.eight_bit
        assert content(packed) == RAW
        packed = pack(message, TO_BOB, NOTHING)
        assert not packed.parcel.eight_bit
        assert packed.parcel.size == len(made := content(packed))
        assert made.isascii()


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (RAW, "parse"),
        (parse(b"DKIM-Signature: v=1\r\n" + RAW), "DKIM-Signature"),
        (email.message_from_bytes(b"DKIM-Signature: v=1\r\n" + RAW), "DKIM-Signature"),
    ],
)
def test_what_cannot_be_encoded_is_refused_when_its_turn_comes(message: Sendable, why: str) -> None:
    packed = pack(message, TO_BOB, NOTHING)
    assert packed.parcel.obstacle is not None
    assert why in str(packed.parcel.obstacle)
    assert packed.parcel.obstacle.reference == "eight-bit-unsupported"
    assert content(packed) == b""
    with pytest.raises(NotSupported):
        packed.parcel.commands(NOTHING, is_secured=True)


def test_an_address_in_the_header_that_needs_smtputf8_is_named() -> None:
    obstacle = pack(letter(to="j\u00f6rg@example.com"), TO_BOB, EIGHT_BIT).parcel.obstacle
    assert obstacle is not None
    assert "j\u00f6rg@example.com" in str(obstacle)
    assert obstacle.reference == "smtputf8-unsupported"


def test_names_subjects_and_domains_need_no_smtputf8() -> None:
    message = Message(
        from_="alice@m\u00fcnchen.de", to="J\u00f6rg <bob@k\u00f6ln.de>", subject="Gr\u00fc\u00dfe", text="x"
    )
    packed = pack(message, None, NOTHING)
    commands = packed.parcel.commands(NOTHING, is_secured=True)
    assert [line for line, _, _ in commands] == [
        b"MAIL FROM:<alice@xn--mnchen-3ya.de>\r\n",
        b"RCPT TO:<bob@xn--kln-sna.de>\r\n",
    ]
    assert content(packed).isascii()


@pytest.mark.parametrize(
    ("body", "offered", "eight_bit", "binary"),
    [
        ("7bit", BINARY, False, False),
        ("8bit", NOTHING, False, False),
        ("8bit", BINARY, True, False),
        ("binary", EIGHT_BIT, True, False),
        ("binary", Capabilities({"8BITMIME": (), "BINARYMIME": ()}), True, False),
        ("binary", BINARY, False, True),
    ],
)
def test_what_is_composed_is_encoded_less_only_when_asked_and_offered(
    body: Literal["7bit", "8bit", "binary"], offered: Capabilities, eight_bit: bool, binary: bool
) -> None:
    message = letter("Gr\u00fc\u00dfe")
    message.attach(b"\0\xff" * 100, name="a.bin")
    packed = pack(message, None, offered, DeliveryOptions(body=body))
    assert (packed.parcel.eight_bit, packed.parcel.binary) == (eight_bit, binary)
    assert packed.parcel.size == len(made := content(packed))
    assert made.isascii() is (not eight_bit and not binary)
    assert (b"\0\xff" in made) is binary


def test_a_signed_message_is_not_encoded_anew_whatever_is_asked() -> None:
    message = letter("Gr\u00fc\u00dfe")
    message.headers.add("DKIM-Signature", "v=1; a=rsa-sha256")
    packed = pack(message, None, BINARY, DeliveryOptions(body="binary"))
    assert (packed.parcel.eight_bit, packed.parcel.binary) == (False, False)
    assert content(packed) == message.to_bytes()


def test_one_that_cannot_be_sent_does_not_stop_the_others() -> None:
    pulled = list(parcels([(RAW, TO_BOB), (b"x", TO_BOB)], NOTHING, None))
    assert [type(item) for item in pulled] == [Parcel, bytes, Parcel, bytes, bytes]
