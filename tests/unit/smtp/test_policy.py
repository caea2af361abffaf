"""Who is admitted: the same comparison is made whether or not the user exists."""

from __future__ import annotations

import hmac

import pytest

from mailwright.smtp import Policy

POLICY = Policy(users={"alice": "secret", "jürgen": "pässword"})


@pytest.mark.parametrize(
    ("username", "password", "admitted"),
    [
        ("alice", "secret", True),
        ("jürgen", "pässword", True),
        ("alice", "Secret", False),
        ("alice", "", False),
        ("mallory", "secret", False),
        ("mallory", "", False),
        ("mallory", "\0", False),
    ],
)
def test_only_the_right_password_of_a_known_user_is_admitted(username: str, password: str, admitted: bool) -> None:
    assert POLICY.admits(username, password) is admitted


@pytest.mark.parametrize("username", ["alice", "mallory"])
def test_known_and_unknown_users_cost_one_constant_time_comparison(
    username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[bytes] = []
    real = hmac.compare_digest

    def counted(a: bytes, b: bytes) -> bool:
        compared.append(b)
        return real(a, b)

    monkeypatch.setattr("mailwright.smtp.policy.hmac.compare_digest", counted)
    POLICY.admits(username, "guess")
    assert compared == [b"guess"]


def test_passwords_are_not_in_the_repr() -> None:
    assert "secret" not in repr(POLICY)


def test_nobody_is_refused_by_default() -> None:
    assert Policy().refuse("sender", "alice@example.com") is None
