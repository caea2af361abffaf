"""A message on its way: what the envelope must say of it, and who has to wait for its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwright import Envelope, Message
from mailwright.smtp import Capabilities, DeliveryOptions
from mailwright.smtp.mailing import Mailing, never_waits, pack, parcels
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
