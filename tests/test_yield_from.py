"""A dialogue that is called and not performed does nothing, silently. This reads the sources for that mistake.

Type checkers cannot see it: a generator is a fine value to drop. So the result of every call of a name that returns a
dialogue must go where a generator belongs: it is yielded from, returned, or passed on as an argument. Standing alone,
or being given a name, is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from types import GeneratorType

import pytest

from source_files import Source, made_up, nothing_wrong, package_sources

DIALOGUE = re.compile(r"\b(Dialogue|Telling)\b|\bGenerator\[[^\]]*\bTalk\b")
# Methods every list, dictionary, buffer or generator has: a call of one is judged by whom it is addressed to.
ORDINARY = {name for kind in (list, dict, set, bytes, bytearray, str, GeneratorType) for name in dir(kind)}
CONVERSING = {"self", "session", "wire"}
Functions = ast.FunctionDef | ast.AsyncFunctionDef


def dialogue_names(sources: Iterable[Source]) -> set[str]:
    """The functions and methods whose return annotation says they are dialogues."""
    return {node.name for node in _functions(sources) if _is_dialogue(node)}


def _functions(sources: Iterable[Source]) -> Iterator[Functions]:
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, Functions):
                yield node


def _is_dialogue(function: Functions) -> bool:
    returns = function.returns
    return returns is not None and DIALOGUE.search(ast.unparse(returns)) is not None


def other_names(sources: Iterable[Source]) -> set[str]:
    """The functions and methods that say they return something else. A name that is both cannot be judged alone."""
    return {node.name for node in _functions(sources) if not _is_dialogue(node)}


def dropped_dialogues(source: Source, names: set[str], shared: set[str]) -> list[str]:
    """Where this module calls a dialogue and does not perform it.

    Args:
        source: the module.
        names: what returns a dialogue, anywhere in the package.
        shared: those of them that elsewhere are the name of something else (``Client.quit`` beside ``Session.quit``).
            They are judged only inside dialogues, which have no business with clients.
    """
    return [
        f"{source.path}:{call.lineno}: {ast.unparse(call)[:60]} is never performed: yield from it"
        for function, call in _dropped_calls(source.tree)
        if _called(call) in names
        and (_called(call) not in shared or _is_conversation(function))
        and (_called(call) not in ORDINARY or _addressed(call) in CONVERSING)
    ]


def _dropped_calls(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Every call whose result is dropped or merely named, with the function it stands in."""
    todo: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
    while todo:
        function, node = todo.pop()
        if isinstance(node, Functions | ast.Lambda):
            function = node
        if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.Await):
            yield from ((function, call) for call in _calls_that_are(node.value))
        todo += [(function, child) for child in ast.iter_child_nodes(node)]


def _calls_that_are(value: ast.expr | None) -> list[ast.Call]:
    """The call this value is, or may be: ``a() if x else b()`` and ``x and a()`` are calls too."""
    if isinstance(value, ast.Call):
        return [value]
    if isinstance(value, ast.IfExp):
        return _calls_that_are(value.body) + _calls_that_are(value.orelse)
    if isinstance(value, ast.BoolOp):
        return [call for each in value.values for call in _calls_that_are(each)]
    return []


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _addressed(call: ast.Call) -> str:
    """The last name before the method's: ``session`` for ``self._session.noop()``."""
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    name = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
    return str(name).strip("_")


def _is_conversation(function: ast.AST) -> bool:
    return isinstance(function, Functions) and _is_dialogue(function)


# --- the package ---


def test_every_dialogue_that_is_called_is_performed() -> None:
    sources = package_sources()
    names = dialogue_names(sources)
    assert {"line", "exactly", "flush", "secure"} <= names, "the collector has gone blind"
    shared = names & other_names(sources)
    nothing_wrong(fault for source in sources for fault in dropped_dialogues(source, names, shared))


# --- the checker itself ---

DEFINITIONS = """
class Session:
    def noop(self) -> Dialogue[Reply]: ...
    def watch(self) -> "Telling[Event, None]": ...
    def raw(self) -> Generator[Talk, Answer, int]: ...
    def quit(self) -> dialogue.Dialogue[None]: ...
    def append(self) -> Dialogue[None]: ...
    def name(self) -> str: ...
class Client:
    def quit(self) -> None: ...
"""


def faults_in(body: str) -> list[str]:
    """What the checker says of a module with this text."""
    sources = [made_up("mailwright/a.py", DEFINITIONS), made_up("mailwright/b.py", body)]
    names = dialogue_names(sources)
    return dropped_dialogues(sources[1], names, names & other_names(sources))


def test_it_knows_dialogues_by_their_annotation() -> None:
    assert dialogue_names([made_up("mailwright/a.py", DEFINITIONS)]) == {"noop", "watch", "raw", "quit", "append"}


@pytest.mark.parametrize(
    "line",
    [
        "session.noop()",
        "noop()",
        "reply = session.noop()",
        "reply: Reply = session.raw()",
        "if reply := session.noop(): pass",
        "if True:\n        session.watch()",
        "reply = session.noop() if x else None",
        "x and session.noop()",
        "await session.noop()",
        "session.quit()",
        "session.append()",
        "self._session.append()",
    ],
)
def test_it_refuses_a_dialogue_that_is_dropped(line: str) -> None:
    assert len(faults_in(f"def talk() -> Dialogue[None]:\n    {line}")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "yield from session.noop()",
        "reply = yield from session.noop()",
        "if (reply := (yield from session.noop())): pass",
        "return session.noop()",
        "run(session.noop(), stream)",
        "reply = run(session.noop(), stream)",
        "name = session.name()",
        "session.other()",
        "parts.append(1)",
        "self.parts.append(1)",
    ],
)
def test_it_lets_pass_what_is_performed_or_handed_on(line: str) -> None:
    assert faults_in(f"def talk() -> Dialogue[None]:\n    {line}") == []


def test_a_name_shared_with_a_client_is_judged_inside_dialogues_only() -> None:
    assert faults_in("def each(client) -> Iterator[int]:\n    yield 1\n    client.quit()") == []
    assert len(faults_in("def close(session) -> Dialogue[None]:\n    session.quit()")) == 1
