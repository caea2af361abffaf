import dataclasses
import email
from email import policy
from email.message import EmailMessage
from email.message import Message as StdlibMessage
from typing import Any

import pytest

from mailwright.mime import Address, Envelope, Message


def specs(envelope: Envelope) -> list[str]:
    return [address.addr_spec for address in envelope.recipients]


def test_addresses_are_normalised_and_counted_once() -> None:
    envelope = Envelope(
        "A <a@b.c>", ["x@y.z", Address("X", "x", "Y.z"), "X@y.z", "q@bücher.example", "q@xn--bcher-kva.example"]
    )
    assert envelope.sender == Address("A", "a", "b.c")
    assert specs(envelope) == ["x@y.z", "X@y.z", "q@bücher.example"]
    assert Envelope(None, ["a@b"]).sender is None
    assert Envelope("", ["a@b"]).sender is None
    assert Envelope("a@b", "c@d").recipients == (Address("", "c", "d"),)
    with pytest.raises(dataclasses.FrozenInstanceError):
        envelope.sender = None  # type: ignore[misc]


def test_what_is_no_envelope_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a recipient"):
        Envelope("a@b.c", [])
    with pytest.raises(ValueError, match="TAB"):
        Envelope("a@b.c", ["a@b.c\tSIZE=1"])
    with pytest.raises(ValueError, match="exactly one"):
        Envelope("a@b.c", ["a@b.c,x@y.z"])
    wrong: Any = [1]
    with pytest.raises(TypeError, match="not int"):
        Envelope("a@b.c", wrong)


def test_our_message_names_its_envelope() -> None:
    message = Message(from_=["a@b.c", "second@b.c"], to=["t@x.y"], cc="g: c@x.y, t@x.y;", bcc="b@x.y", text="x")
    assert Envelope.of(message) == Envelope("a@b.c", ["t@x.y", "c@x.y", "b@x.y"])
    message.sender = "s@b.c"
    assert Envelope.of(message).sender == Address("", "s", "b.c")
    message.headers.add("To", "again@x.y")
    assert specs(Envelope.of(message)) == ["t@x.y", "again@x.y", "c@x.y", "b@x.y"]


def test_a_resent_message_goes_where_it_is_resent_to() -> None:
    message = Message(from_="a@b.c", to="t@x.y", text="x", headers={"Resent-From": "r@b.c", "Resent-To": "rt@x.y"})
    message.headers["Resent-Bcc"] = "rb@x.y"
    assert Envelope.of(message) == Envelope("r@b.c", ["rt@x.y", "rb@x.y"])
    message.headers["Resent-Sender"] = "rs@b.c"
    assert Envelope.of(message).sender == Address("", "rs", "b.c")


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="no sender; set from_"):
        Envelope.of(Message(to="a@b.c"))
    with pytest.raises(ValueError, match="no recipient; set to"):
        Envelope.of(Message(from_="a@b.c"))
    with pytest.raises(ValueError, match="Resent-To"):
        Envelope.of(Message(from_="a@b.c", to="x@y", headers={"Resent-From": "a@b.c"}))
    wrong: Any = "text"
    with pytest.raises(TypeError, match="not str"):
        Envelope.of(wrong)


def test_all_address_fields_of_the_standard_library_count() -> None:
    message = EmailMessage()
    message["From"] = "Jörg <a@b.c>"
    message["To"] = "one@x.y, Two <two@x.y>"
    message["Bcc"] = "b@x.y"
    assert specs(Envelope.of(message)) == ["one@x.y", "two@x.y", "b@x.y"]
    old = email.message_from_string("From: a@b.c\nTo: one@x.y\nTo: =?utf-8?q?T=2C_wo?= <two@x.y>\nCc: c@x.y\n\nx")
    assert Envelope.of(old) == Envelope("a@b.c", ["one@x.y", Address("T, wo", "two", "x.y"), "c@x.y"])
    parsed = email.message_from_string(old.as_string(), policy=policy.default)
    assert specs(Envelope.of(parsed)) == ["one@x.y", "two@x.y", "c@x.y"]


def test_a_recipient_nobody_can_read_is_not_left_out_silently() -> None:
    with pytest.raises(ValueError, match="Cc cannot be sent to as it stands"):
        Envelope.of(email.message_from_string("From: a@b.c\nTo: x@y.z\nCc: nobody at all\n\nx"))


@pytest.mark.parametrize("to", ["good@example.com, bad@", "a@example.com;b@example.com", "Foo, Bar <x@example.com>"])
def test_a_bad_recipient_beside_good_ones_stops_the_message(to: str) -> None:
    message = StdlibMessage()
    message["From"], message["To"] = "a@example.com", to
    with pytest.raises(ValueError, match="To cannot be sent to as it stands"):
        Envelope.of(message)
