"""Faces: a dialogue's method as a method of the blocking and of the async client, one line each.

``noop = blocking(Session.noop)`` gives the client a ``noop`` with the same parameters, docstring and result; the type
checkers see them through ``ParamSpec``. A face reaches its conversation through :meth:`BlockingFace.conversation`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from mailwright.dialogue import Dialogue
from mailwright.net.performers import AsyncConnection, Connection

__all__ = ["AwaitingFace", "BlockingFace", "awaiting", "blocking"]

P = ParamSpec("P")
R = TypeVar("R")
S_co = TypeVar("S_co", covariant=True)
S = TypeVar("S")


class BlockingFace(Protocol[S_co]):
    """A blocking client."""

    def conversation(self) -> tuple[S_co, Connection]:
        """The session and the connection it is performed on.

        Raises:
            NotConnected: there is none.
        """
        ...


def blocking(method: Callable[Concatenate[S, P], Dialogue[R]]) -> Callable[Concatenate[BlockingFace[S], P], R]:
    """Make a blocking client's method of a session's."""

    @functools.wraps(method)
    def call(face: BlockingFace[S], /, *args: P.args, **kwargs: P.kwargs) -> R:
        session, connection = face.conversation()
        return connection.run(method(session, *args, **kwargs))

    return _with_result(call)


class AwaitingFace(Protocol[S_co]):
    """An async client."""

    def conversation(self) -> tuple[S_co, AsyncConnection]:
        """The session and the connection it is performed on.

        Raises:
            NotConnected: there is none.
        """
        ...


def awaiting(
    method: Callable[Concatenate[S, P], Dialogue[R]],
) -> Callable[Concatenate[AwaitingFace[S], P], Coroutine[Any, Any, R]]:
    """Make an async client's method of a session's."""

    @functools.wraps(method)
    async def call(face: AwaitingFace[S], /, *args: P.args, **kwargs: P.kwargs) -> R:
        session, connection = face.conversation()
        return await connection.run(method(session, *args, **kwargs))

    return _with_result(call)


C = TypeVar("C", bound=Callable[..., object])


def _with_result(call: C) -> C:
    """Let documentation and editors see the result instead of the dialogue that leads to it."""
    result = call.__annotations__.get("return")
    if isinstance(result, str) and result.startswith("Dialogue["):
        result = result[len("Dialogue[") : -1]
        call.__annotations__ = {**call.__annotations__, "return": result}
        # inspect would look through to the method behind, whose result is the dialogue
        vars(call)["__signature__"] = inspect.signature(call).replace(return_annotation=result)
    return call
