"""EXTERNAL and ANONYMOUS say one thing."""

from __future__ import annotations

import pytest

from mailwright.sasl import Anonymous, AnonymousTrace, ClientCertificate, External


@pytest.mark.parametrize(
    ("mechanism", "message"),
    [
        (External(ClientCertificate()), b""),
        (External(ClientCertificate("jürgen@example.com")), "jürgen@example.com".encode()),
        (AnonymousTrace(Anonymous()), b""),
        (AnonymousTrace(Anonymous("sirhc")), b"sirhc"),  # RFC 4505 4
    ],
)
def test_they_say_it_at_once_and_again_when_asked_once(mechanism: External | AnonymousTrace, message: bytes) -> None:
    assert not mechanism.done
    assert mechanism.first() == message
    assert mechanism.done
    assert mechanism.next(b"") == message
    with pytest.raises(ValueError, match="knows no challenges"):
        mechanism.next(b"")


def test_they_answer_no_questions() -> None:
    with pytest.raises(ValueError, match="EXTERNAL knows no challenges"):
        External(ClientCertificate()).next(b"who?")
