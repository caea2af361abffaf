"""Conversations with real servers, as data: each file is played in every world and with every cut.

A case is a text file ``conversations/<vendor>/<name>.txt``: a header of comments, then a script as
:mod:`mailwright.testing` describes it. Adding one needs no Python. The header's lines are ``# key: value``; any other
comment is for people.

``# perform:`` what the client does, words separated by spaces and performed in order on one session:

=============  ==================================================================================
``open``       greeting and EHLO; where the script says so, STARTTLS or TLS at once (see ``security``)
``login``      log in as ``alice@example.com`` with the password ``secret``
``send``       one message from ``alice@example.com``, the content ``Subject: hi``, a blank line, ``Hello.``
``send-many``  two such messages
``verify``     VRFY of the first recipient
``noop``, ``reset``, ``quit``  what they say
=============  ==================================================================================

``# expect:`` how it ends: facts separated by spaces. ``raises Name`` when it ends in an error of that class, followed
by facts about the error: ``reference=``, ``stage=``, ``code=``, ``enhanced=``, ``in_step=yes|no``, ``in_doubt=yes|no``.
Otherwise facts about the last receipt: ``accepted=`` and ``refused=`` (addresses, separated by commas; ``-`` for none),
``queue_id=``, ``code=``, ``enhanced=``; or about the session: ``username=``, ``offers=`` and ``lacks=`` (extensions,
separated by commas), ``size=``, ``greeting=``. A fact that is not named is not checked.

Further keys, each with a default: ``# security:`` (``none``, ``starttls``, ``starttls-if-offered``, ``tls``; default
``none``), ``# to:`` (recipients separated by commas; ``bob@example.com``), ``# partial:`` (``deliver``), ``# size:``
(what the message is said to have, in octets; unknown).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from mailwright import errors
from mailwright.dialogue import Dialogue, Item, Pull, Tell
from mailwright.errors import MailError
from mailwright.net import AsyncConnection, Connection, Security
from mailwright.sasl import Password
from mailwright.smtp import Envelope, Receipt, Reply, Session
from mailwright.smtp.parcel import Parcel
from mailwright.smtp.transaction import Partial, send, send_many
from mailwright.testing import AsyncMemoryStream, Feed, MemoryStream, Script, converse

FOLDER = Path(__file__).parent / "conversations"
FILES = sorted(FOLDER.glob("*/*.txt"))
FEEDS: tuple[Feed, ...] = ("whole", "line", "byte")
CONTENT = b"Subject: hi\r\n\r\nHello.\r\n"
KEYS = {"perform", "expect", "security", "to", "partial", "size"}
ALICE = Password("alice@example.com", "secret")


@dataclass
class Case:
    """One file."""

    script: str
    header: dict[str, str]

    @property
    def parcel(self) -> Parcel:
        recipients = self.header.get("to", "bob@example.com").split(",")
        size = self.header.get("size")
        return Parcel(Envelope("alice@example.com", recipients), None if size is None else int(size))

    @property
    def partial(self) -> Partial:
        return "abort" if self.header.get("partial") == "abort" else "deliver"

    @property
    def expected(self) -> dict[str, str]:
        words = self.header["expect"].split()
        if words[0] == "raises":
            words = [f"raises={words[1]}", *words[2:]]
        return dict(word.split("=", 1) for word in words)


@dataclass
class Course:
    """How a performance went."""

    session: Session
    receipts: list[Receipt] = field(default_factory=list)
    error: MailError | None = None


def read(path: Path) -> Case:
    text = path.read_text("utf-8")
    header: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if line.startswith("# ") and colon and key in KEYS:
            assert key not in header, f"{path} says {key} twice"
            header[key] = value.strip()
    return Case(text, header)


def performance(case: Case, course: Course) -> Dialogue[None]:
    """What the client does, as one dialogue."""
    session = course.session
    for step in case.header["perform"].split():
        if step == "open":
            yield from session.open(Security(case.header.get("security", "none")), "mail.example.com")
        elif step == "login":
            yield from session.login(ALICE)
        elif step == "send":
            course.receipts.append((yield from send(session, case.parcel, partial=case.partial)))
        elif step == "send-many":
            yield from sending_many(case, course)
        elif step == "verify":
            yield from session.verify(case.parcel.envelope.recipients[0].addr_spec)
        else:
            yield from SMALL_TALK[step](session)


SMALL_TALK: dict[str, Callable[[Session], Dialogue[Reply] | Dialogue[None]]] = {
    "noop": Session.noop,
    "reset": Session.reset,
    "quit": Session.quit,
}


def sending_many(case: Case, course: Course) -> Dialogue[None]:
    """Two messages in a row; what is told is kept."""
    telling = send_many(course.session, partial=case.partial)
    body: Iterator[bytes | Item] = iter([case.parcel, CONTENT, b""] * 2)
    request = next(telling)
    try:
        while True:
            if isinstance(request, Tell):
                course.receipts.append(request.value)
                request = telling.send(None)
            elif isinstance(request, Pull):
                request = telling.send(next(body, None))
            else:
                try:
                    answer = yield request
                except MailError as error:
                    request = telling.throw(error)
                else:
                    request = telling.send(answer)
    except StopIteration:
        pass


# --- holding a course against what is expected ---


def addresses(values: object) -> str:
    return ",".join(values) or "-" if isinstance(values, tuple | dict) else "-"


def facts(course: Course) -> dict[str, str]:
    """Everything an ``expect`` line may name."""
    session, error = course.session, course.error
    known = {"username": str(session.username), "size": str(session.capabilities.size)}
    known["greeting"] = session.capabilities.greeting
    reply = None
    if error is not None:
        known |= {"raises": type(error).__name__, "reference": error.reference, "stage": str(error.stage)}
        known |= {"in_step": yes_no(error.in_step), "in_doubt": yes_no(error.in_doubt)}
        reply = error.reply
    elif course.receipts:
        receipt = course.receipts[-1]
        known |= {"accepted": addresses(receipt.accepted), "refused": addresses(dict(receipt.refused))}
        known["queue_id"] = str(receipt.queue_id)
        reply = receipt.reply
    if reply is not None:
        known |= {"code": str(reply.code), "enhanced": str(reply.enhanced)}
    return known


def yes_no(value: bool) -> str:
    return "yes" if value else "no"


def hold(case: Case, course: Course) -> None:
    expected, known = case.expected, facts(course)
    assert ("raises" in expected) is (course.error is not None), f"it ended in {course.error!r}"
    for name, wanted in expected.items():
        if name in ("offers", "lacks"):
            for extension in wanted.split(","):
                assert (extension in course.session.capabilities) is (name == "offers"), extension
        else:
            assert known.get(name) == wanted, f"{name} is {known.get(name)}"


def course_of(perform: Callable[[Course], None]) -> Course:
    session = Session("client.example.com", trusted_path=True)
    course = Course(session)
    try:
        perform(course)
    except MailError as error:
        course.error = error
    return course


# --- the tests ---

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
each_feed = pytest.mark.parametrize("feed", FEEDS)


@each_file
def test_a_conversation_goes_as_expected_without_a_network(path: Path) -> None:
    case = read(path)
    courses: list[Course] = []

    def begin() -> Dialogue[None]:
        courses.append(Course(Session("client.example.com", trusted_path=True)))
        return performance(case, courses[-1])

    error: MailError | None = None
    try:
        converse(begin, case.script, [CONTENT])
    except MailError as raised:
        error = raised
    assert len(courses) == len(FEEDS)
    for course in courses:
        course.error = error
        hold(case, course)


@each_file
@each_feed
def test_a_conversation_goes_as_expected_in_blocking_code(path: Path, feed: Feed) -> None:
    case = read(path)
    stream = MemoryStream(case.script, feed)
    connection = Connection(stream)
    course = course_of(lambda course: connection.run(performance(case, course), [CONTENT]))
    hold(case, course)
    assert connection.closed is (course.error is not None and not course.error.in_step)
    stream.player.expect_end()


@each_file
@each_feed
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_conversation_goes_as_expected_in_async_code(path: Path, feed: Feed, backend: str) -> None:
    case = read(path)
    stream = AsyncMemoryStream(case.script, feed)
    connection = AsyncConnection(stream)

    def perform(course: Course) -> None:
        async def there() -> None:
            await connection.run(performance(case, course), [CONTENT])

        anyio.run(there, backend=backend)

    course = course_of(perform)
    hold(case, course)
    assert connection.closed is (course.error is not None and not course.error.in_step)
    stream.player.expect_end()


def test_there_are_conversations_of_every_vendor() -> None:
    assert len(FILES) >= 14
    assert len({path.parent.name for path in FILES}) >= 9


@each_file
def test_every_file_says_what_is_performed_and_expected(path: Path) -> None:
    case = read(path)
    assert case.header["perform"]
    assert Script.parse(case.script).steps
    raised = case.expected.get("raises")
    assert raised is None or issubclass(getattr(errors, raised), MailError)


def test_an_expectation_that_does_not_hold_is_noticed() -> None:
    case = Case("S: 220 hi\nC: EHLO client.example.com\nS: 250 mail", {"perform": "open", "expect": "greeting=other"})
    course = course_of(lambda course: Connection(MemoryStream(case.script)).run(performance(case, course)))
    with pytest.raises(AssertionError, match="greeting is mail"):
        hold(case, course)
    course.error = MailError("It failed.")
    with pytest.raises(AssertionError, match="it ended in"):
        hold(case, course)
