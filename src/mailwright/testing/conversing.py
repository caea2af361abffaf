"""Playing a dialogue against a script, without sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar, overload

from mailwright.dialogue import Answer, Dialogue, Read, Secure, Talk, Tell, Telling, Write
from mailwright.errors import MailError
from mailwright.testing.script import FEEDS, Player, Script

__all__ = ["converse"]

R = TypeVar("R")
T = TypeVar("T")


@overload
def converse(dialogue: Dialogue[R], transcript: Script | str, body: Iterable[bytes] = ()) -> R: ...
@overload
def converse(dialogue: Callable[[], Dialogue[R]], transcript: Script | str, body: Iterable[bytes] = ()) -> R: ...
def converse(
    dialogue: Dialogue[R] | Callable[[], Dialogue[R]], transcript: Script | str, body: Iterable[bytes] = ()
) -> R:
    """Play a dialogue against a script, whole, by line and by byte.

    Args:
        dialogue: a function that begins it, called once for each way of feeding; or one that has begun, which can be
            played only once, and is fed by byte.
        transcript: the script.
        body: what it may pull.

    Returns:
        its result, the same for every way.

    Raises:
        AssertionError: it said something else than the script expects, or the ways of feeding differ in their result.
        Exception: what the dialogue itself raises, if it does so every way.
    """
    script = Script.parse(transcript) if isinstance(transcript, str) else transcript
    chunks = list(body)
    if not callable(dialogue):
        return _told(_outcome(dialogue, Player(script, "byte"), chunks))
    outcomes = [_outcome(dialogue(), Player(script, feed), chunks) for feed in FEEDS]
    for feed, outcome in zip(FEEDS[1:], outcomes[1:], strict=True):
        if _comparable(outcome) != _comparable(outcomes[0]):
            raise AssertionError(f"fed whole: {outcomes[0]!r}; fed by {feed}: {outcome!r}")
    return _told(outcomes[0])


@dataclass(frozen=True, slots=True)
class _Returned:
    value: object


@dataclass(frozen=True, slots=True)
class _Raised:
    error: Exception


def _outcome(dialogue: Dialogue[R], player: Player, body: list[bytes]) -> _Returned | _Raised:
    try:
        result = _play(dialogue, player, iter(body))
    except AssertionError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, it is the outcome to compare
        if isinstance(error, MailError) and error.in_step:
            player.expect_end()  # in step means that nothing is left to be said or heard
        return _Raised(error)
    player.expect_end()
    return _Returned(result)


def _comparable(outcome: _Returned | _Raised) -> object:
    if isinstance(outcome, _Returned):
        return outcome.value
    error = outcome.error
    return type(error), error.reference if isinstance(error, MailError) else str(error)


def _told(outcome: _Returned | _Raised) -> R:  # type: ignore[type-var]  # the one place where the result's type is lost
    if isinstance(outcome, _Raised):
        raise outcome.error
    return outcome.value  # type: ignore[return-value]  # as above


def _play(dialogue: Dialogue[R] | Telling[T, R], player: Player, body: Iterator[bytes]) -> R:
    answer: Answer = None
    error: MailError | None = None
    try:
        while True:
            request = dialogue.send(answer) if error is None else dialogue.throw(error)
            answer, error = None, None
            try:
                answer = None if isinstance(request, Tell) else _answered(request, player, body)
            except MailError as failure:
                error = failure
    except StopIteration as done:
        result: R = done.value
        return result


def _answered(request: Talk, player: Player, body: Iterator[bytes]) -> Answer:
    if isinstance(request, Read):
        return player.read()
    if isinstance(request, Write):
        player.hear(request.data)
        return None
    if isinstance(request, Secure):
        return player.secure(request.server_name)
    return next(body, None)
