"""Whatever a peer says, a conversation ends: in a result, or in one of our own errors, after so many turns at most."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.dialogue import Answer, Dialogue, Pull, Read, Secure, Tell, Telling, Write
from mailwright.errors import MailError
from mailwright.net import TlsFacts
from mailwright.smtp import Caught, Policy, Reception
from scenarios.sessions import whole_session

TURNS = 5_000  # far more than any of these conversations needs

# Hostile in earnest: nearly right replies and commands, between them anything at all.
replies = st.one_of(
    st.binary(min_size=1, max_size=40),
    st.sampled_from(
        [
            b"220 mail.example.com ESMTP\r\n",
            b"250-mail.example.com\r\n250-STARTTLS\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n",
            b"250 ok\r\n",
            b"235 ok\r\n",
            b"334 \r\n",
            b"334 !!!\r\n",
            b"354 go\r\n",
            b"421 bye\r\n",
            b"550-5.1.1 no\r\n",
            b"550 5.1.1 no\r\n",
            b"\x15\x03\x01\x00\x02\x02\x46",
            b"250",
            b"\n",
        ]
    ),
)
commands = st.one_of(
    st.binary(min_size=1, max_size=40),
    st.sampled_from(
        [
            b"EHLO client.example.com\r\n",
            b"MAIL FROM:<a@example.com>\r\n",
            b'RCPT TO:<"a b"@example.com> X=Y\r\n',
            b"DATA\r\n",
            b".\r\n",
            b"BDAT 5\r\nhello",
            b"BDAT 3 LAST\r\nabc",
            b"STARTTLS\r\n",
            b"AUTH PLAIN AGEAYg==\r\n",
            b"AUTH LOGIN\r\n",
            b"RSET\r\n",
            b"MAIL FROM:<>\n",
        ]
    ),
)


def play(talk: Dialogue[str] | Telling[Caught, None], said: list[bytes], body: list[bytes]) -> None:
    """Answer every request from what the peer says; then the peer closes."""
    answer: Answer = None
    try:
        for _ in range(TURNS):
            request = talk.send(answer)
            answer = None
            if isinstance(request, Read):
                answer = said.pop(0) if said else b""
            elif isinstance(request, Secure):
                answer = TlsFacts("TLSv1.3", "", 256, request.server_name, None)
            elif isinstance(request, Pull):
                answer = body.pop(0) if body else None
            else:
                assert isinstance(request, Write | Tell)
    except StopIteration:
        return
    raise AssertionError("it goes on and on")


@settings(max_examples=300)
@given(st.lists(replies, max_size=30))
def test_a_client_survives_any_server(said: list[bytes]) -> None:
    try:
        play(whole_session(), said, [b"Subject: hi\r\n\r\n"])
    except MailError:
        pass  # any other exception fails the test


@settings(max_examples=300)
@given(st.lists(commands, max_size=30))
def test_a_server_survives_any_client(said: list[bytes]) -> None:
    policy = Policy(users={"a": "b"}, cleartext_login=True, offers_starttls=True, size=1000, recipients=3, errors=5)
    play(Reception(policy).converse(), said, [])
