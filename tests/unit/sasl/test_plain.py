"""PLAIN and LOGIN say what their specifications say, and no more."""

from __future__ import annotations

import pytest

from mailwright.sasl import Login, Password, Plain, parse_plain

TIM = Password("tim", "tanstaaftanstaaf")


def test_plain_says_the_message_of_the_specification() -> None:
    plain = Plain(TIM)  # RFC 4616 4
    assert not plain.done
    assert plain.first() == b"\0tim\0tanstaaftanstaaf"
    assert plain.done


def test_plain_is_utf_8() -> None:
    assert Plain(Password("jürgen", "pässword✓")).first() == "\0jürgen\0pässword✓".encode()


def test_plain_repeats_itself_for_a_server_that_asks_with_an_empty_challenge() -> None:
    plain = Plain(TIM)
    assert plain.first() == plain.next(b"")


def test_plain_refuses_a_challenge_that_says_something() -> None:
    with pytest.raises(ValueError, match="knows no challenges"):
        Plain(TIM).next(b"prove it")


def test_login_waits_for_both_questions_and_does_not_read_them() -> None:
    login = Login(TIM)
    login.first()
    assert login.next(b"Username:") == b"tim"
    assert not login.done
    assert login.next(b"anything") == b"tanstaaftanstaaf"
    assert login.done


def test_login_refuses_a_third_question() -> None:
    login = Login(TIM)
    login.next(b"")
    login.next(b"")
    with pytest.raises(ValueError, match="nothing more"):
        login.next(b"")


@pytest.mark.parametrize("kind", [Plain, Login])
def test_both_reveal_the_password(kind: type[Plain | Login]) -> None:
    assert kind(TIM).reveals_secret
    assert kind(TIM).name == kind.__name__.upper()


# --- the server's side ---


@pytest.mark.parametrize("message", [b"\0tim\0secret", b"tim\0tim\0secret"])
def test_a_plain_message_is_read(message: bytes) -> None:
    assert parse_plain(message) == ("tim", "secret")


@pytest.mark.parametrize("message", [b"", b"tim", b"\0tim", b"\0\0secret", b"\0tim\0", b"\0tim\0a\0b", b"\0\xff\0a"])
def test_what_is_no_plain_message_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"PLAIN|decode"):
        parse_plain(message)


def test_acting_for_somebody_else_is_refused() -> None:
    with pytest.raises(ValueError, match="another user"):
        parse_plain(b"root\0tim\0secret")
