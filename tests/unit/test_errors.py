"""Errors carry facts, inherit what people catch, and stand in the tree their module draws."""

from __future__ import annotations

import builtins
import pickle
import re

import pytest

from mailwright import errors
from mailwright.errors import (
    AuthenticationFailed,
    Busy,
    CertificateError,
    ConnectError,
    ConnectionLost,
    ConnectRefused,
    ConnectTimeout,
    LimitExceeded,
    MailError,
    NotConnected,
    RecipientsRefused,
    Timeout,
)
from mailwright.net import Certificate
from mailwright.smtp import Reply

CLASSES = [
    kind for name in errors.__all__ if isinstance(kind := getattr(errors, name), type) and issubclass(kind, MailError)
]
IN_STEP = {
    "Refused",
    "AuthenticationFailed",
    "SenderRefused",
    "RecipientsRefused",
    "MessageRefused",
    "NotSupported",
    "CleartextCredentials",
    "Busy",
}
DRAWN = re.compile(
    r"^    (?P<indent>(?:│   |    )*)(?:├── |└── )(?P<name>\w+)(?: +\((?P<bases>[\w, ]+)\))?", re.MULTILINE
)


def drawn_tree() -> dict[str, tuple[str, set[str]]]:
    """Each class of the docstring's picture with its parent and the further bases in brackets."""
    path = ["MailError"]
    tree: dict[str, tuple[str, set[str]]] = {}
    for found in DRAWN.finditer(errors.__doc__ or ""):
        depth = len(found["indent"]) // 4 + 1
        del path[depth:]
        noted = set(re.findall(r"[A-Z]\w+", found["bases"] or ""))
        tree[found["name"]] = (path[-1], noted)
        path.append(found["name"])
    return tree


def test_the_tree_that_is_drawn_is_the_tree() -> None:
    real = {kind.__name__: kind.__bases__[0].__name__ for kind in CLASSES if kind is not MailError}
    assert {name: parent for name, (parent, _) in drawn_tree().items()} == real


@pytest.mark.parametrize("name", sorted(name for name, (_, bases) in drawn_tree().items() if bases))
def test_bases_in_brackets_are_bases(name: str) -> None:
    for base in drawn_tree()[name][1]:
        wanted = getattr(errors, base, None) or getattr(builtins, base)
        assert issubclass(getattr(errors, name), wanted)


def test_everything_public_in_the_module_is_exported() -> None:
    defined = {n for n, v in vars(errors).items() if isinstance(v, type) and issubclass(v, MailError)}
    assert defined <= set(errors.__all__)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_the_class_says_whether_the_connection_goes_on(kind: type[MailError]) -> None:
    assert kind.in_step is (kind.__name__ in IN_STEP)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (ConnectError, ConnectionError),
        (ConnectRefused, ConnectionRefusedError),
        (ConnectTimeout, ConnectionError),
        (ConnectTimeout, TimeoutError),
        (ConnectionLost, ConnectionError),
        (NotConnected, ConnectionError),
        (Timeout, TimeoutError),
    ],
)
def test_people_who_catch_builtins_catch_ours(kind: type[MailError], builtin: type[Exception]) -> None:
    with pytest.raises(builtin):
        raise kind("It failed.")


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_survives_pickling_with_its_facts(kind: type[MailError]) -> None:
    reply = Reply(550, "5.1.1", ("No such user",))
    shown = Certificate(b"der", "a.example")
    error = kind("It failed.", "Try again.", stage="data", host="h", port=25, reply=reply, peer_certificate=shown)
    error.in_doubt = True
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert vars(copy) == vars(error)
    assert str(copy) == "It failed. Try again."


def test_facts_of_single_classes_survive_pickling_too() -> None:
    refused = RecipientsRefused("No.")
    refused.refused = {"bob@example.com": Reply(550, None, ("no",))}
    certificate = CertificateError("No.")
    certificate.verify_code = 18
    limit = LimitExceeded("Too much.")
    limit.limit = "line"
    assert pickle.loads(pickle.dumps(refused)).refused == refused.refused
    assert pickle.loads(pickle.dumps(certificate)).verify_code == 18
    assert pickle.loads(pickle.dumps(limit)).limit == "line"


def test_a_reference_of_its_own_wins_over_the_classs() -> None:
    assert AuthenticationFailed("No.").reference == "auth-bad-credentials"
    assert AuthenticationFailed("No.", reference="auth-temporary-failure").reference == "auth-temporary-failure"


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_reference_is_a_stable_kind_of_name(kind: type[MailError]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", kind.default_reference)


def test_without_a_hint_there_is_no_space_behind_the_sentence() -> None:
    assert str(Busy("It is busy.")) == "It is busy."
    assert Busy("It is busy.").args == ("It is busy.",)


def test_the_place_is_noted_once() -> None:
    error = Timeout("It took long.")
    error.located("first.example", 25)
    error.located("second.example", 465)
    assert (error.host, error.port) == ("first.example", 25)


def test_an_os_error_keeps_its_sentence() -> None:
    error = ConnectError("No way.", "Try.", host="h", port=1)
    assert (error.errno, error.strerror) == (None, None)
    assert str(error) == "No way. Try."
