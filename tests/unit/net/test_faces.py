"""A face keeps what a person and an editor see of the method behind it."""

from __future__ import annotations

import inspect

import pytest

from mailwright.errors import NotConnected
from mailwright.smtp import AsyncSmtpClient, Session, SmtpClient


@pytest.mark.parametrize("name", ["noop", "reset", "verify"])
def test_a_face_keeps_name_docstring_parameters_and_result(name: str) -> None:
    behind = getattr(Session, name)
    for face in (getattr(SmtpClient, name), getattr(AsyncSmtpClient, name)):
        assert (face.__name__, face.__doc__) == (behind.__name__, behind.__doc__)
        ours, theirs = inspect.signature(face), inspect.signature(behind)
        assert list(ours.parameters) == list(theirs.parameters)
        assert ours.return_annotation == "Reply"


def test_only_the_async_face_is_a_coroutine_function() -> None:
    assert inspect.iscoroutinefunction(AsyncSmtpClient.noop)
    assert not inspect.iscoroutinefunction(SmtpClient.noop)


def test_a_face_without_connection_says_so() -> None:
    with pytest.raises(NotConnected, match=r"no connection to a\.example:25"):
        SmtpClient("a.example", 25).noop()


@pytest.mark.anyio
async def test_an_async_face_without_connection_says_so() -> None:
    with pytest.raises(NotConnected, match=r"no connection to a\.example:25"):
        await AsyncSmtpClient("a.example", 25).verify("alice")
