"""The server's conversation: played by our own client without sockets, and by raw commands where a client must not."""

from __future__ import annotations

import base64

import pytest

from mailwright.dialogue import Dialogue
from mailwright.errors import AuthenticationFailed, RecipientsRefused, SenderRefused, Timeout
from mailwright.net import Security
from mailwright.sasl import Password
from mailwright.smtp import Policy, Receipt, Session
from mailwright.smtp.transaction import send
from unit.smtp.playing import Server, greeted, play
from unit.smtp.scripts import CONTENT, parcel

USERS = {"alice": "secret"}
BEGUN = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"


def codes(said: bytes) -> list[int]:
    """The code of each reply, however many lines it has."""
    return [int(line[:3]) for line in said.splitlines() if line[3:4] != b"-"]


# --- our client against our server ---


@pytest.mark.parametrize("to_client", [0, 1, 7])
@pytest.mark.parametrize("to_server", [0, 1, 7])
def test_a_whole_session_is_held_whatever_the_cuts(to_client: int, to_server: int) -> None:
    server = Server(Policy(users=USERS, offers_starttls=True, login_required=True), to_server)
    session = Session("client.example.com")

    def whole() -> Dialogue[Receipt]:
        yield from session.open(Security.STARTTLS, "mail.example.com")
        yield from session.login(Password("alice", "secret"))
        yield from session.noop()
        receipt = yield from send(session, parcel("bob@example.com", "eve@example.com", size=len(CONTENT)))
        yield from session.quit()
        return receipt

    receipt = play(whole(), server, [CONTENT], to_client)
    assert receipt.accepted == ("bob@example.com", "eve@example.com")
    assert (server.over, server.secured, session.is_secured) == (True, True, True)
    (caught,) = server.caught
    assert (caught.content, caught.username, caught.is_secured) == (CONTENT, "alice", True)
    assert [str(to) for to in caught.recipients] == ["bob@example.com", "eve@example.com"]
    assert caught.parameters == {"SIZE": str(len(CONTENT))}


def opened_with(server: Server) -> Session:
    session = Session("client.example.com", trusted_path=True)
    play(session.open(Security.NONE, "mail.example.com"), server)
    return session


def test_starttls_is_offered_until_it_is_done() -> None:
    server = Server(Policy(users=USERS, offers_starttls=True))
    session = Session("client.example.com")
    play(session.open(Security.NONE, "m"), server)
    assert "STARTTLS" in session.capabilities
    assert "AUTH" not in session.capabilities
    play(session.starttls("m"), server)
    assert "STARTTLS" not in session.capabilities
    assert session.capabilities.auth == {"PLAIN", "LOGIN"}


def test_a_wrong_password_is_refused_and_the_right_one_taken_afterwards() -> None:
    server = Server(Policy(users=USERS, cleartext_login=True))
    session = opened_with(server)
    with pytest.raises(AuthenticationFailed):
        play(session.login(Password("alice", "wrong")), server)
    assert play(session.login(Password("alice", "secret")), server).code == 235


def test_a_refused_message_is_followed_by_a_good_one_on_the_same_session() -> None:
    def refuse(role: str, address: str) -> tuple[int, str] | None:
        return (550, "5.1.1 who?") if (role, address) == ("recipient", "eve@example.com") else None

    server = Server(Policy(refuse=refuse))
    session = opened_with(server)
    with pytest.raises(RecipientsRefused):
        play(send(session, parcel("eve@example.com")), server, [CONTENT])
    assert play(send(session, parcel()), server, [CONTENT]).accepted == ("bob@example.com",)
    assert [caught.content for caught in server.caught] == [CONTENT]


def test_mail_is_taken_only_after_a_login_where_that_is_required() -> None:
    server = Server(Policy(users=USERS, cleartext_login=True, login_required=True))
    session = opened_with(server)
    with pytest.raises(SenderRefused) as caught:
        play(send(session, parcel()), server, [CONTENT])
    assert caught.value.reference == "auth-required-to-send"


@pytest.mark.parametrize("content", [b".", b"..\r\n.\r\n", b"a\r\n.\r\nQUIT\r\n", b"a\n.\nb", b"\r\n" * 50_000])
@pytest.mark.parametrize("step", [0, 1000])
def test_content_with_dots_arrives_with_its_dots(content: bytes, step: int) -> None:
    server = Server(step=step)
    play(send(opened_with(server), parcel()), server, [content])
    wanted = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert server.caught[0].content in (wanted, wanted + b"\r\n")
    assert server.caught[0].content.endswith(b"\r\n")


def test_an_odd_address_is_the_same_mailbox_on_both_sides() -> None:
    server = Server()
    odd = '"a@b> ORCPT=x"@c.example'
    play(send(opened_with(server), parcel(odd, sender=None)), server, [CONTENT])
    assert [to.addr_spec for to in server.caught[0].recipients] == [odd]
    assert server.caught[0].sender is None


# --- raw commands: the order of things ---


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (b"MAIL FROM:<a@b.example>\r\n", [503]),
        (b"AUTH PLAIN AGEAYg==\r\n", [503]),
        (b"RCPT TO:<a@b.example>\r\n", [503]),
        (b"DATA\r\n", [503]),
        (b"BDAT 3\r\nabcNOOP\r\n", [503, 250]),
        (b"EHLO\r\n", [501]),
        (b"HELO\r\n", [501]),
        (b"HELO x\r\n", [250]),
        (b"NOOP\r\nNOOP anything\r\nRSET\r\nVRFY a\r\nHELP\r\n", [250, 250, 250, 252, 214]),
        (b"noop\r\nnOoP\r\n", [250, 250]),
        (b"EXPN list\r\n", [500]),
        (b"\r\n", [500]),
        (b"N\xffOP\r\n", [500]),
        (b"NOOP\n", [500]),
        (b"NO\rOP\r\n", [500]),
        (b"STARTTLS\r\n", [502]),
        (b"STARTTLS now\r\n", [501]),
        (b"QUIT\r\n", [221]),
    ],
)
@pytest.mark.parametrize("step", [0, 1])
def test_before_a_greeting_little_is_possible(said: bytes, answers: list[int], step: int) -> None:
    server = Server(step=step)
    assert codes(server.said()) == [220]
    assert codes(server.hear(said)) == answers


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (b"MAIL FROM:<a@b.example>\r\nMAIL FROM:<a@b.example>\r\n", [250, 503]),
        (b"MAIL FROM:a@b.example\r\n", [501]),
        (b"MAIL FROM:<a@b.example> SIZE=x\r\n", [501]),
        (b"MAIL FROM:<a@b.example> SIZE=" + b"9" * 21 + b"\r\n", [501]),
        (b"MAIL FROM:<a@b.example> SIZE=50000000\r\n", [250]),
        (b"MAIL FROM:<a@b.example> SIZE=50000001\r\n", [552]),
        (b"MAIL FROM:<a@b.example>\r\nRCPT TO:<>\r\n", [250, 501]),
        (b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c\r\n", [250, 501]),
        (b"MAIL FROM:<a@b.example>\r\nDATA\r\n", [250, 503]),
        (b"MAIL FROM:<a@b.example>\r\nBDAT 2 LAST\r\nab", [250, 503]),
        (BEGUN + b"DATA now\r\n", [250, 250, 501]),
        (BEGUN + b"RSET\r\nDATA\r\n", [250, 250, 250, 503]),
        (BEGUN + b"EHLO again\r\nDATA\r\n", [250, 250, 250, 503]),
        (BEGUN + b"BDAT 2\r\nabDATA\r\n", [250, 250, 250, 503]),
        (BEGUN + b"BDAT x\r\nNOOP\r\n", [250, 250, 501]),
        (BEGUN + b"BDAT\r\n", [250, 250, 501]),
        (BEGUN + b"BDAT 2 FIRST\r\n", [250, 250, 501]),
        (BEGUN + b"BDAT -2\r\n", [250, 250, 501]),
    ],
)
@pytest.mark.parametrize("step", [0, 1])
def test_a_transaction_has_its_order(said: bytes, answers: list[int], step: int) -> None:
    assert codes(greeted(step=step).hear(said)) == answers


def test_ehlo_lists_what_can_be_done() -> None:
    server = Server(Policy(hostname="mail.example.com", size=1234))
    server.said()
    lines = server.hear(b"EHLO me\r\n").decode().splitlines()
    assert lines[0] == "250-mail.example.com"
    words = {line[4:] for line in lines[1:]}
    assert words == {"PIPELINING", "SIZE 1234", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES"}


# --- BDAT ---


@pytest.mark.parametrize("step", [0, 1])
def test_chunks_are_put_together_and_hold_anything(step: int) -> None:
    server = greeted(step=step)
    said = server.hear(BEGUN + b"BDAT 5\r\na\r\n.\rBDAT 0\r\nBDAT 4 LAST\r\n\n.\r\nNOOP\r\n")
    assert codes(said) == [250] * 6
    assert server.caught[0].content == b"a\r\n.\r\n.\r\n"


def test_an_empty_last_chunk_ends_the_message() -> None:
    server = greeted()
    assert codes(server.hear(BEGUN + b"BDAT 2\r\nabBDAT 0 last\r\n")) == [250] * 4
    assert server.caught[0].content == b"ab"


@pytest.mark.parametrize("step", [0, 1])
def test_chunks_that_grow_too_large_are_passed_over(step: int) -> None:
    server = greeted(Policy(size=10), step)
    said = server.hear(BEGUN + b"BDAT 6\r\nabcdefBDAT 5 LAST\r\nghijkNOOP\r\n")
    assert codes(said) == [250, 250, 250, 552, 250]
    assert codes(server.hear(BEGUN + b"BDAT 10 LAST\r\nabcdefghij")) == [250, 250, 250]
    assert [caught.content for caught in server.caught] == [b"abcdefghij"]


# --- DATA ---


def test_a_message_of_exactly_the_size_is_taken_and_one_octet_more_is_not() -> None:
    server = greeted(Policy(size=10))
    assert codes(server.hear(BEGUN + b"DATA\r\n")) == [250, 250, 354]
    assert codes(server.hear(b"12345678\r\n.\r\n")) == [250]
    assert codes(server.hear(BEGUN + b"DATA\r\n")) == [250, 250, 354]
    assert codes(server.hear(b"123456789\r\n.\r\nNOOP\r\n")) == [552, 250]
    assert len(server.caught) == 1


@pytest.mark.parametrize("end", [b"\n.\n", b"\r.\r", b"\r\n.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n"])
@pytest.mark.parametrize("step", [0, 1])
def test_a_smuggled_end_neither_ends_the_message_nor_lets_it_in(end: bytes, step: int) -> None:
    server = greeted(step=step)
    server.hear(BEGUN + b"DATA\r\n")
    smuggled = b"hello" + end + b"MAIL FROM:<evil@b.example>\r\nRCPT TO:<x@y.example>\r\nDATA\r\n"
    assert server.hear(smuggled) == b""
    assert codes(server.hear(b"bye\r\n.\r\n")) == [550]
    assert server.caught == []


def test_a_refused_message_ends_its_transaction() -> None:
    server = greeted()
    server.hear(BEGUN + b"DATA\r\n")
    assert codes(server.hear(b"a\nb\r\n.\r\nDATA\r\n")) == [550, 503]


# --- limits ---


def test_a_line_of_exactly_the_limit_is_read_and_a_longer_one_ends_it() -> None:
    server = greeted(Policy(line=100))
    assert codes(server.hear(b"NOOP " + b"x" * 93 + b"\r\n")) == [250]
    assert codes(server.hear(b"NOOP " + b"x" * 94 + b"\r\n")) == [500]
    assert server.over


def test_a_line_that_never_ends_is_cut_off() -> None:
    server = greeted(Policy(line=100), step=1)
    assert codes(server.hear(b"x" * 200)) == [500]
    assert server.over


def test_recipients_beyond_the_limit_are_asked_to_come_later() -> None:
    server = greeted(Policy(recipients=2))
    said = server.hear(b"MAIL FROM:<>\r\n" + b"RCPT TO:<a@b.example>\r\n" * 3 + b"DATA\r\n")
    assert codes(said) == [250, 250, 250, 452, 354]


def test_too_many_errors_end_the_conversation() -> None:
    server = greeted(Policy(errors=3))
    assert codes(server.hear(b"A\r\nB\r\nNOOP\r\nC\r\nD\r\n")) == [500, 500, 250, 500, 421]
    assert server.over


# --- login ---


def b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (b"AUTH PLAIN " + b64("\0alice\0secret") + b"\r\n", [235]),
        (b"auth plain " + b64("\0alice\0secret") + b"\r\n", [235]),
        (b"AUTH PLAIN\r\n" + b64("\0alice\0secret") + b"\r\n", [334, 235]),
        (b"AUTH LOGIN\r\n" + b64("alice") + b"\r\n" + b64("secret") + b"\r\n", [334, 334, 235]),
        (b"AUTH LOGIN " + b64("alice") + b"\r\n" + b64("secret") + b"\r\n", [334, 235]),
        (b"AUTH PLAIN " + b64("\0alice\0wrong") + b"\r\n", [535]),
        (b"AUTH PLAIN " + b64("bob\0alice\0secret") + b"\r\n", [501]),
        (b"AUTH PLAIN =\r\n", [501]),
        (b"AUTH PLAIN !!!\r\n", [501]),
        (b"AUTH PLAIN\r\n*\r\n", [334, 501]),
        (b"AUTH LOGIN\r\n*\r\n", [334, 501]),
        (b"AUTH LOGIN\r\n" + base64.b64encode(b"\xff") + b"\r\n", [334, 501]),
        (b"AUTH CRAM-MD5\r\n", [504]),
        (b"AUTH\r\n", [504]),
        (b"MAIL FROM:<>\r\nAUTH PLAIN " + b64("\0alice\0secret") + b"\r\n", [250, 503]),
        (b"AUTH PLAIN " + b64("\0alice\0secret") + b"\r\nAUTH PLAIN x\r\n", [235, 503]),
    ],
)
@pytest.mark.parametrize("step", [0, 1])
def test_every_end_of_a_login(said: bytes, answers: list[int], step: int) -> None:
    assert codes(greeted(Policy(users=USERS, cleartext_login=True), step).hear(said)) == answers


def test_no_login_is_taken_in_the_clear_and_none_where_nobody_can() -> None:
    attempt = b"AUTH PLAIN " + b64("\0alice\0secret") + b"\r\n"
    assert codes(greeted(Policy(users=USERS)).hear(attempt)) == [538]
    assert codes(greeted(Policy()).hear(attempt)) == [504]


# --- TLS ---


def test_what_was_said_before_tls_is_forgotten() -> None:
    server = greeted(Policy(offers_starttls=True))
    server.hear(b"MAIL FROM:<a@b.example>\r\n")
    assert codes(server.hear(b"STARTTLS\r\n")) == [220]
    server.become_tls()
    assert codes(server.hear(b"MAIL FROM:<a@b.example>\r\nEHLO x\r\nSTARTTLS\r\n")) == [503, 250, 503]


def test_plaintext_behind_starttls_is_never_obeyed() -> None:
    server = greeted(Policy(offers_starttls=True))
    assert codes(server.hear(b"STARTTLS\r\nMAIL FROM:<evil@b.example>\r\n")) == [220]
    assert server.over


# --- leaving ---


def test_a_client_that_hangs_up_ends_it_quietly() -> None:
    server = greeted()
    server.hang_up()
    assert (server.over, server.said()) == (True, b"")


def test_a_silent_client_is_told_and_left() -> None:
    assert codes(greeted().fail(Timeout("It said nothing."))) == [421]


def test_a_server_that_stops_says_so() -> None:
    server = greeted()
    assert server.stop() == b"421 4.3.2 localhost is shutting down\r\n"
    assert server.over


def test_pipelined_answers_leave_in_one_write() -> None:
    server = greeted()
    server._said.clear()
    server._go(BEGUN + b"DATA\r\n")
    assert len(server._said) == 1


def test_the_words_of_a_policy_add_no_reply() -> None:
    server = greeted(Policy(refuse=lambda _role, _address: (550, "5.7.1 No\r\n250 yes")))
    assert codes(server.hear(b"MAIL FROM:<a@b.example>\r\n")) == [550]


def test_no_recipient_joins_a_message_that_has_begun() -> None:
    server = greeted(Policy())
    said = server.hear(BEGUN + b"BDAT 1\r\nxRCPT TO:<late@d.example>\r\nBDAT 0 LAST\r\n")
    assert codes(said) == [250, 250, 250, 503, 250]
    assert [str(to) for to in server.caught[0].recipients] == ["c@d.example"]
