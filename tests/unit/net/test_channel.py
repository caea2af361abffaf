"""Two TLS machines shaking hands in memory, and every way in which they do not."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from mailwright.errors import CertificateError, ConnectionLost, MailError, TlsError, TlsModeMismatch
from mailwright.net import ServerTls, Tls, TlsFacts
from mailwright.net.channel import TlsChannel
from unit.net.certificates import NAME, authority, ca_file, made, self_signed_tls, server_tls

Talk = Generator[bytes, bytes, TlsFacts]


def client(settings: Tls, name: str = NAME) -> TlsChannel:
    return TlsChannel(settings.client_context(), settings.server_name or name, settings)


def server(settings: ServerTls, context: ssl.SSLContext | None = None) -> TlsChannel:
    return TlsChannel(context or settings.context(), None)


class Side:
    """One end of a handshake: what it has to send, and how it ended."""

    def __init__(self, channel: TlsChannel) -> None:
        self.channel = channel
        self.facts: TlsFacts | None = None
        self.error: MailError | None = None
        self._talk: Talk = channel.handshake()
        self._begun = False

    @property
    def over(self) -> bool:
        return self.facts is not None or self.error is not None

    def step(self, received: bytes) -> bytes:
        """Give it what was received; gives what it sends."""
        try:
            sent = self._talk.send(received) if self._begun else next(self._talk)
            self._begun = True
            return sent
        except StopIteration as done:
            self.facts = done.value
        except MailError as error:
            self.error = error
        return self.channel.outgoing()


def shaken(ours: TlsChannel, theirs: TlsChannel) -> tuple[Side, Side]:
    """Shake hands as far as it goes."""
    left, right = Side(ours), Side(theirs)
    said, answered = left.step(b""), right.step(b"")
    for _ in range(20):
        if said and not right.over:
            answered = right.step(said)
            said = b""
        if answered and not left.over:
            said = left.step(answered)
            answered = b""
        if left.over and (right.over or not said):
            break
    if answered and left.facts is not None:
        left.channel.decrypt(answered)
    return left, right


def failed(settings: Tls, theirs: TlsChannel, name: str = NAME) -> MailError:
    left, _ = shaken(client(settings, name), theirs)
    assert left.error is not None
    return left.error


# --- it works ---


def test_two_channels_agree_and_talk(tmp_path: Path) -> None:
    left, right = shaken(client(Tls(ca=ca_file(tmp_path))), server(server_tls(tmp_path)))
    assert left.facts is not None
    assert right.facts is not None
    assert (left.facts.version, left.facts.server_name) == ("TLSv1.3", NAME)
    assert left.facts.bits >= 128
    assert left.facts.certificate is not None
    assert left.facts.certificate.names == (NAME,)
    assert right.facts.certificate is None
    assert right.channel.decrypt(left.channel.encrypt(b"hello")) == b"hello"
    assert left.channel.decrypt(right.channel.encrypt(b"x" * 100_000)) == b"x" * 100_000


def test_half_a_record_says_nothing_yet(tmp_path: Path) -> None:
    left, right = shaken(client(Tls(ca=ca_file(tmp_path))), server(server_tls(tmp_path)))
    sealed = left.channel.encrypt(b"hello")
    assert right.channel.decrypt(sealed[:9]) is None
    assert right.channel.decrypt(sealed[9:]) == b"hello"


def test_words_in_one_segment_with_the_end_of_the_handshake_are_kept(tmp_path: Path) -> None:
    left, right = Side(client(Tls(ca=ca_file(tmp_path)))), Side(server(server_tls(tmp_path)))
    right.step(b"")
    finished = left.step(right.step(left.step(b"")))
    assert left.facts is not None
    right.step(finished + left.channel.encrypt(b"EHLO client.example.com\r\n"))
    assert right.facts is not None
    assert right.channel.decrypt(b"") == b"EHLO client.example.com\r\n"


def test_an_orderly_end_is_told_from_silence(tmp_path: Path) -> None:
    left, right = shaken(client(Tls(ca=ca_file(tmp_path))), server(server_tls(tmp_path)))
    goodbye = left.channel.farewell()
    assert goodbye
    assert right.channel.decrypt(goodbye) == b""


def test_last_words_before_the_end_are_heard(tmp_path: Path) -> None:
    left, right = shaken(client(Tls(ca=ca_file(tmp_path))), server(server_tls(tmp_path)))
    assert right.channel.decrypt(left.channel.encrypt(b"221 bye") + left.channel.farewell()) == b"221 bye"


def test_a_farewell_after_a_failure_is_harmless(tmp_path: Path) -> None:
    left, _ = shaken(client(Tls()), server(server_tls(tmp_path)))
    assert isinstance(left.channel.farewell(), bytes)


def test_another_name_may_be_asked_for(tmp_path: Path) -> None:
    settings = Tls(ca=ca_file(tmp_path), server_name=NAME)
    left, _ = shaken(client(settings, "127.0.0.1"), server(server_tls(tmp_path)))
    assert left.facts is not None
    assert left.facts.server_name == NAME


def test_an_address_can_be_the_name(tmp_path: Path) -> None:
    left, _ = shaken(client(Tls(ca=ca_file(tmp_path)), "127.0.0.1"), server(server_tls(tmp_path, "127.0.0.1")))
    assert left.facts is not None


def test_a_client_can_show_who_it_is(tmp_path: Path) -> None:
    ca = ca_file(tmp_path)
    authority().issue_cert("alice@example.com").private_key_and_cert_chain_pem.write_to_path(tmp_path / "alice.pem")
    settings = Tls(ca=ca, certificate=tmp_path / "alice.pem")
    _, right = shaken(client(settings), server(server_tls(tmp_path, client_ca=ca)))
    assert right.facts is not None
    assert right.facts.certificate is not None


# --- certificates that are not accepted ---


def test_an_unknown_authority_is_named_as_such_and_the_certificate_shown(tmp_path: Path) -> None:
    stranger = Tls(ca=made()[1].split(b"-----BEGIN PRIVATE", 1)[0])
    error = failed(stranger, server(server_tls(tmp_path)))
    assert isinstance(error, CertificateError)
    assert (error.reference, error.verify_code) in {("cert-unknown-ca", 20), ("cert-unknown-ca", 19)}
    assert error.peer_certificate is not None
    assert error.peer_certificate.names == (NAME,)
    assert error.stage == "certificate"


def test_a_self_signed_certificate_is_called_that_and_shown(tmp_path: Path) -> None:
    theirs = self_signed_tls(tmp_path)
    error = failed(Tls(ca=ca_file(tmp_path)), server(theirs))
    assert isinstance(error, CertificateError)
    assert (error.reference, error.verify_code) == ("cert-self-signed", 18)
    assert error.peer_certificate is not None
    after = Tls(verify=lambda _: True).after_verdict(error)
    left, _ = shaken(client(after), server(theirs))
    assert left.facts is not None


@pytest.mark.parametrize("name", ["other.example.com", "192.0.2.1"])
def test_a_wrong_name_lists_the_right_ones(name: str, tmp_path: Path) -> None:
    names = [f"m{number}.example.com" for number in range(7)]
    error = failed(Tls(ca=ca_file(tmp_path)), server(server_tls(tmp_path, *names)), name)
    assert isinstance(error, CertificateError)
    assert error.reference == "cert-hostname-mismatch"
    assert f"certificate of {name} is not accepted: it is for m0.example.com" in error.what
    assert "and 2 more" in error.what


def test_an_expired_certificate_says_since_when(tmp_path: Path) -> None:
    theirs = server_tls(tmp_path, not_after=datetime(2021, 5, 4, tzinfo=UTC))
    error = failed(Tls(ca=ca_file(tmp_path)), server(theirs))
    assert error.reference == "cert-expired"
    assert "it expired on 2021-05-04" in error.what


def test_a_certificate_of_the_future_points_at_the_clock(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    _, pem = made(subject=subject, begin=now + timedelta(days=1), end=now + timedelta(days=2))
    path = tmp_path / "future.pem"
    path.write_bytes(pem)
    error = failed(Tls(ca=path), server(ServerTls(path)))
    assert error.reference == "cert-not-yet-valid"


def test_a_certificate_that_is_not_pinned_is_refused_after_the_handshake(tmp_path: Path) -> None:
    error = failed(Tls(pinned=("a" * 64,)), server(server_tls(tmp_path)))
    assert isinstance(error, CertificateError)
    assert error.reference == "cert-intercepted"


def test_a_pinned_certificate_needs_neither_authority_nor_name(tmp_path: Path) -> None:
    theirs = self_signed_tls(tmp_path)
    shown = failed(Tls(), server(theirs)).peer_certificate
    assert shown is not None
    left, _ = shaken(client(Tls(pinned=(shown.fingerprint,)), "whatever.example"), server(theirs))
    assert left.facts is not None


# --- no TLS at all ---


@pytest.mark.parametrize(
    ("said", "shown", "hint"),
    [
        (b"220 mail.example.com ESMTP Postfix\r\n", "220 mail.example.com ESMTP Postfix", "STARTTLS"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.1 400 Bad Request", "web server"),
        (b"+OK \x1b[2Jready\xff\r\n", "+OK �[2Jready�", "STARTTLS"),
    ],
)
@pytest.mark.parametrize("step", [1, 1000])
def test_plaintext_is_quoted_safely(said: bytes, shown: str, hint: str, step: int) -> None:
    side = Side(client(Tls()))
    side.step(b"")
    for at in range(0, len(said), step):
        if not side.over:
            side.step(said[at : at + step])
    assert isinstance(side.error, TlsModeMismatch)
    assert (shown if step > 1 else shown[:4]) in side.error.what
    assert hint in side.error.hint or step == 1


@pytest.mark.parametrize(("heard", "said"), [(b"", "without a word"), (b"\x16\x03\x03", "handshake.")])
def test_a_server_that_hangs_up_is_told_apart_from_one_that_has_spoken(heard: bytes, said: str) -> None:
    side = Side(client(Tls()))
    side.step(b"")
    if heard:
        side.step(heard)
    side.step(b"")
    assert type(side.error) is TlsError
    assert said in side.error.what


def test_a_client_that_hangs_up_is_just_gone(tmp_path: Path) -> None:
    side = Side(server(server_tls(tmp_path)))
    side.step(b"")
    side.step(b"")
    assert isinstance(side.error, ConnectionLost)


# --- alerts ---


@pytest.mark.parametrize(
    ("number", "reference"),
    [
        (40, "tls-no-shared-cipher"),
        (42, "tls-client-cert-rejected"),
        (70, "tls-protocol-version-alert"),
        (80, "tls-server-internal-error"),
        (112, "tls-sni-rejected"),
        (116, "tls-client-cert-required"),
        (10, "tls-handshake-dropped"),
    ],
)
def test_an_alert_in_the_clear_is_read_by_its_number(number: int, reference: str) -> None:
    side = Side(client(Tls()))
    side.step(b"")
    side.step(b"\x15\x03\x03\x00\x02\x02" + bytes([number]))
    assert isinstance(side.error, TlsError)
    assert (side.error.alert, side.error.reference) == (number, reference)
    assert f"({number})" in side.error.what


def test_an_old_server_and_a_new_client_share_no_version(tmp_path: Path) -> None:
    context = server_tls(tmp_path).context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    settings = Tls(ca=ca_file(tmp_path), minimum_version=ssl.TLSVersion.TLSv1_3)
    left, right = shaken(client(settings), server(ServerTls(""), context))
    assert isinstance(left.error, TlsError)
    assert (left.error.alert, left.error.reference) == (70, "tls-protocol-version-alert")
    assert isinstance(right.error, TlsError)


def test_no_shared_cipher_is_a_handshake_failure(tmp_path: Path) -> None:
    context = server_tls(tmp_path).context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
    settings = Tls(ca=ca_file(tmp_path), ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")
    left, _ = shaken(client(settings), server(ServerTls(""), context))
    assert isinstance(left.error, TlsError)
    assert left.error.alert == 40


def test_a_missing_client_certificate_is_told_behind_the_handshake(tmp_path: Path) -> None:
    ca = ca_file(tmp_path)
    left, right = Side(client(Tls(ca=ca))), Side(server(server_tls(tmp_path, client_ca=ca)))
    right.step(b"")
    alert = right.step(left.step(right.step(left.step(b""))))
    assert left.facts is not None
    assert isinstance(right.error, TlsError)
    with pytest.raises(TlsError, match="certificate_required") as caught:
        left.channel.decrypt(alert)
    assert (caught.value.alert, caught.value.reference) == (116, "tls-client-cert-required")


def test_a_tampered_record_ends_the_session(tmp_path: Path) -> None:
    left, right = shaken(client(Tls(ca=ca_file(tmp_path))), server(server_tls(tmp_path)))
    sealed = bytearray(left.channel.encrypt(b"hello"))
    sealed[-1] ^= 1
    with pytest.raises(TlsError, match="The TLS session failed"):
        right.channel.decrypt(bytes(sealed))


def test_a_goodbye_that_comes_with_the_last_words_is_remembered(tmp_path: Path) -> None:
    left, right = shaken(client(Tls(ca=ca_file(tmp_path))), server(server_tls(tmp_path)))
    assert left.channel.decrypt(right.channel.encrypt(b"221 bye") + right.channel.farewell()) == b"221 bye"
    assert left.channel.ended  # so nobody waits for more on a connection that stays open


def test_a_context_of_ones_own_is_not_overruled(tmp_path: Path) -> None:
    error = failed(Tls(ca=ca_file(tmp_path)), server(self_signed_tls(tmp_path)))
    assert isinstance(error, CertificateError)
    ours = ssl.create_default_context()
    with pytest.raises(CertificateError):
        Tls(context=ours, verify=lambda _: True).after_verdict(error)
