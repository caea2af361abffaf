"""The lab keeps its word, as the standard library and swaks see it."""

from __future__ import annotations

import base64
import smtplib
import ssl
import subprocess

import pytest

from live.lab.daemon import group_exists
from live.lab.laboratory import Lab, open_lab
from live.lab.mailbox import Account
from live.lab.obstacles import program
from live.lab.postfix import SMALL_LIMIT

pytestmark = pytest.mark.live

MESSAGE = b"From: a@example.test\r\nSubject: hello\r\n\r\n..dots and words\r\n"


def submitting(lab: Lab, user: Account) -> smtplib.SMTP:
    """Log in as this user on the submission port."""
    smtp = smtplib.SMTP("localhost", lab.postfix.submission, timeout=20)
    try:
        smtp.starttls(context=lab.tls())
        smtp.login(user.address, user.password)
    except smtplib.SMTPException:
        smtp.close()
        raise
    return smtp


def test_what_is_submitted_arrives_in_the_mailbox(lab: Lab, user: Account) -> None:
    with submitting(lab, user) as smtp:
        smtp.sendmail(user.address, [user.address], MESSAGE)
    assert lab.mailbox(user).message().endswith(b"\r\n\r\n..dots and words\r\n")


def test_implicit_tls_shows_a_certificate_for_localhost_the_host_name_and_the_address(lab: Lab) -> None:
    for name in ("localhost", "127.0.0.1"):
        with smtplib.SMTP_SSL(name, lab.postfix.submissions, context=lab.tls(), timeout=20) as smtp:
            assert smtp.noop()[0] == 250
    with smtplib.SMTP("127.0.0.1", lab.postfix.smtp, timeout=20) as smtp:
        smtp._host = lab.host  # type: ignore[attr-defined]  # smtplib checks the certificate against it
        assert smtp.starttls(context=lab.tls())[0] == 220


def test_nobody_else_trusts_the_certificate(lab: Lab) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        smtplib.SMTP_SSL("localhost", lab.postfix.submissions, context=ssl.create_default_context(), timeout=20)


@pytest.mark.parametrize("password", ['pä:ss "wörd"', "a" * 200, "{PLAIN}"])
def test_a_password_may_be_any_text(lab: Lab, password: str) -> None:
    user = lab.user(password=password)
    credentials = base64.b64encode("\0".join(["", user.address, password]).encode())
    with smtplib.SMTP_SSL("localhost", lab.postfix.submissions, context=lab.tls(), timeout=20) as smtp:
        smtp.ehlo()
        assert smtp.docmd("AUTH PLAIN", credentials.decode())[0] == 235  # by hand: smtplib's own takes ASCII only


def test_a_wrong_password_is_535(lab: Lab, user: Account) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        submitting(lab, Account(user.address, "wrong"))
    assert refused.value.smtp_code == 535


def test_submission_wants_tls_and_then_a_login(lab: Lab, user: Account) -> None:
    with smtplib.SMTP("localhost", lab.postfix.submission, timeout=20) as smtp:
        assert smtp.ehlo()[0] == 250
        assert not smtp.has_extn("auth")
        assert smtp.mail(user.address)[0] == 530
        smtp.starttls(context=lab.tls())
        smtp.ehlo()
        assert smtp.has_extn("auth")
        assert smtp.mail(user.address)[0] == 250
        assert smtp.rcpt(user.address)[0] == 554


def test_strangers_may_not_relay(lab: Lab) -> None:
    with smtplib.SMTP("127.0.0.1", lab.postfix.smtp, timeout=20) as smtp:
        smtp.ehlo()
        smtp.mail("a@example.test")
        code, text = smtp.rcpt("somebody@example.net")
    assert (code, b"Relay access denied" in text) == (554, True)


def test_a_login_may_send_anywhere_and_nothing_leaves_the_machine(lab: Lab, user: Account) -> None:
    with submitting(lab, user) as smtp:
        assert smtp.sendmail(user.address, ["somebody@example.net", user.address], MESSAGE) == {}
    lab.mailbox(user).message()
    assert "relay=none" in lab.postfix.log_tail(200)


def test_an_unknown_recipient_is_550(lab: Lab) -> None:
    with smtplib.SMTP("127.0.0.1", lab.postfix.smtp, timeout=20) as smtp:
        smtp.ehlo()
        smtp.mail("a@example.test")
        assert smtp.rcpt(lab.stranger())[0] == 550


def test_the_small_port_refuses_by_declared_and_by_true_size(lab: Lab, user: Account) -> None:
    with smtplib.SMTP("127.0.0.1", lab.postfix.small, timeout=20) as smtp:
        smtp.ehlo()
        assert smtp.mail("a@example.test", [f"size={SMALL_LIMIT + 1}"])[0] == 552
        smtp.rset()  # until then Postfix remembers the size it was told
        assert smtp.mail("a@example.test")[0] == 250
        assert smtp.rcpt(user.address)[0] == 250
        assert smtp.data(b"Subject: big\r\n\r\n" + b"0123456789\r\n" * (SMALL_LIMIT // 10))[0] == 552


def test_the_spartan_port_offers_next_to_nothing(lab: Lab) -> None:
    with smtplib.SMTP("127.0.0.1", lab.postfix.spartan, timeout=20) as smtp:
        smtp.ehlo()
        assert sorted(smtp.esmtp_features) == ["enhancedstatuscodes", "etrn", "size", "starttls", "vrfy"]


def test_the_cleartext_port_takes_a_password_without_tls(lab: Lab, user: Account) -> None:
    with smtplib.SMTP("127.0.0.1", lab.postfix.cleartext, timeout=20) as smtp:
        assert smtp.login(user.address, user.password)[0] == 235
        assert not smtp.has_extn("starttls")


def test_lmtp_delivers_without_an_mta(lab: Lab, user: Account) -> None:
    with smtplib.LMTP("127.0.0.1", lab.dovecot.lmtp) as lmtp:
        lmtp.sendmail("a@example.test", [user.address], MESSAGE)
    assert b"Subject: hello" in lab.mailbox(user).message()


def test_mailboxes_begin_empty_and_wait_for_what_comes(lab: Lab, user: Account) -> None:
    assert lab.mailbox(user).messages(0) == []
    with submitting(lab, user) as smtp:
        for word in (b"one", b"two"):
            smtp.sendmail(user.address, [user.address], b"Subject: " + word + b"\r\n\r\n")
    assert [b"Subject: one" in m for m in lab.mailbox(user).messages(2)] in ([True, False], [False, True])
    with pytest.raises(AssertionError, match=r"2 of 3 messages .*\n--- postfix, the end of its log"):
        lab.mailbox(user).messages(3, within=0.1)


def test_a_restart_cuts_the_session_and_keeps_the_ports(lab: Lab, user: Account) -> None:
    smtp = submitting(lab, user)
    lab.postfix.restart()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp.noop()
    smtp.close()
    with submitting(lab, user) as again:
        assert again.noop()[0] == 250


def test_a_stopped_server_refuses_connections(lab: Lab) -> None:
    lab.postfix.stop()
    assert not lab.postfix.running
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", lab.postfix.smtp, timeout=20)


def test_what_a_test_left_stopped_runs_again_in_the_next(lab: Lab) -> None:
    lab.postfix.stop()
    lab.ensure_running()
    with smtplib.SMTP("127.0.0.1", lab.postfix.smtp, timeout=20) as smtp:
        assert smtp.noop()[0] == 250


def test_two_labs_run_side_by_side_and_leave_nothing_behind(lab: Lab) -> None:
    with open_lab() as other:
        user = other.user()
        with submitting(other, user) as smtp:
            smtp.sendmail(user.address, [user.address], MESSAGE)
        other.mailbox(user).message()
        groups = [other.postfix.group, other.dovecot.group]
        assert all(map(group_exists, groups))
        assert lab.postfix.running
    assert not any(map(group_exists, groups))
    assert not other.ca.parent.exists()


@pytest.mark.skipif(program("swaks") is None, reason="swaks is not installed")
def test_swaks_agrees(lab: Lab, user: Account) -> None:
    def swaks(password: str) -> subprocess.CompletedProcess[str]:
        # Without TLS: swaks needs a Perl module for it that Debian only recommends.
        command = [program("swaks") or "swaks", "--server", f"127.0.0.1:{lab.postfix.cleartext}", "--auth", "PLAIN"]
        command += ["--auth-user", user.address, "--auth-password", password]
        command += ["--from", user.address, "--to", user.address]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    sent = swaks(user.password)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert b"This is a test mailing" in lab.mailbox(user).message()
    assert "535 5.7.8" in swaks("wrong").stdout
