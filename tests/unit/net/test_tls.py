"""What the caller may say about TLS, and the verdicts on a certificate."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import truststore

from mailwright.errors import CertificateError
from mailwright.net import Certificate, CertificateFacts, ServerTls, Tls, TlsFacts
from unit.net.certificates import authority, ca_file, server_tls

SHOWN = Certificate(b"a certificate")
FACTS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, "a.example", SHOWN)


def refused(shown: Certificate | None = SHOWN, code: int = 18) -> CertificateError:
    error = CertificateError("It is self-signed.", host="a.example", port=25, peer_certificate=shown)
    error.verify_code = code
    return error


# --- settings ---


@pytest.mark.parametrize(
    "pin",
    [
        SHOWN.fingerprint,
        SHOWN.fingerprint.upper(),
        "sha256:" + SHOWN.fingerprint,
        "SHA256:" + ":".join(SHOWN.fingerprint[at : at + 2] for at in range(0, 64, 2)).upper(),
    ],
)
def test_a_pin_is_taken_in_every_usual_notation(pin: str) -> None:
    assert Tls(pinned=(pin,)).pinned == (SHOWN.fingerprint,)


@pytest.mark.parametrize("pin", ["", "abc", "z" * 64, "a" * 63, "a" * 65, "sha1:" + "a" * 40])
def test_what_is_no_fingerprint_is_refused(pin: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        Tls(pinned=(pin,))


def test_a_key_needs_its_certificate(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.touch()
    with pytest.raises(ValueError, match="a key without its certificate"):
        Tls(key=key)


@pytest.mark.parametrize("which", ["ca", "certificate", "key"])
def test_a_missing_file_is_named_at_once(which: str, tmp_path: Path) -> None:
    there = tmp_path / "there.pem"
    there.touch()
    paths: dict[str, Path] = {"certificate": there, which: tmp_path / "gone.pem"}
    with pytest.raises(FileNotFoundError, match=r"gone\.pem"):
        Tls(**paths)  # type: ignore[arg-type]  # each of them takes a path


def test_a_keys_password_is_not_in_the_repr() -> None:
    assert "hunter2" not in repr(Tls(key_password="hunter2"))


def test_settings_come_as_they_are_as_a_context_or_not_at_all() -> None:
    settings, context = Tls(server_name="a.example"), ssl.create_default_context()
    assert Tls.of(settings) is settings
    assert Tls.of(None) == Tls()
    assert Tls.of(context).client_context() is context


# --- contexts ---


def test_the_operating_systems_authorities_are_trusted_by_default() -> None:
    context = Tls().client_context()
    assert isinstance(context, truststore.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_context_is_made_once_per_settings() -> None:
    assert Tls().client_context() is Tls().client_context()
    assert Tls(minimum_version=ssl.TLSVersion.TLSv1_3).client_context() is not Tls().client_context()


@pytest.mark.parametrize("form", ["file", "text", "bytes"])
def test_own_authorities_are_trusted_instead(form: str, tmp_path: Path) -> None:
    path = ca_file(tmp_path)
    forms: dict[str, Path | str | bytes] = {"file": path, "text": str(path), "bytes": path.read_bytes()}
    context = Tls(ca=forms[form]).client_context()
    assert len(context.get_ca_certs()) == 1
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_directory_of_authorities_is_taken(tmp_path: Path) -> None:
    assert Tls(ca=tmp_path).client_context().verify_mode is ssl.CERT_REQUIRED


def test_ciphers_and_the_minimum_version_are_set() -> None:
    settings = Tls(minimum_version=ssl.TLSVersion.TLSv1_3, ciphers="ECDHE-RSA-AES256-GCM-SHA384")
    context = settings.client_context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3
    names = {cipher["name"] for cipher in context.get_ciphers() if not cipher["name"].startswith("TLS_")}
    assert names == {"ECDHE-RSA-AES256-GCM-SHA384"}


def test_a_server_asks_for_a_certificate_only_when_told_to(tmp_path: Path) -> None:
    assert server_tls(tmp_path).context().verify_mode is ssl.CERT_NONE
    asking = server_tls(tmp_path, client_ca=ca_file(tmp_path)).context()
    assert asking.verify_mode is ssl.CERT_REQUIRED


def test_a_server_takes_certificate_and_key_from_two_files(tmp_path: Path) -> None:
    leaf = authority().issue_cert("a.example")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "c.pem")
    leaf.private_key_pem.write_to_path(tmp_path / "k.pem")
    assert isinstance(ServerTls(tmp_path / "c.pem", tmp_path / "k.pem").context(), ssl.SSLContext)


# --- verdicts ---


def test_a_pinned_certificate_passes_and_another_is_refused() -> None:
    Tls(pinned=("a" * 64, SHOWN.fingerprint)).check(FACTS, "a.example")
    with pytest.raises(CertificateError, match=f"one of the 1 pinned.*{SHOWN.fingerprint}") as caught:
        Tls(pinned=("a" * 64,)).check(FACTS, "a.example")
    assert caught.value.reference == "cert-intercepted"
    assert caught.value.peer_certificate is SHOWN


def test_a_server_that_shows_nothing_is_not_the_pinned_one() -> None:
    nothing = TlsFacts("TLSv1.3", "", 0, "a.example", None)
    with pytest.raises(CertificateError, match="fingerprint is unknown"):
        Tls(pinned=("a" * 64,)).check(nothing, "a.example")


@pytest.mark.parametrize("accepts", [True, False])
def test_the_function_has_the_last_word_on_a_valid_certificate(accepts: bool) -> None:
    seen: list[CertificateFacts] = []

    def judge(facts: CertificateFacts) -> bool:
        seen.append(facts)
        return accepts

    settings = Tls(verify=judge)
    if accepts:
        settings.check(FACTS, "a.example")
    else:
        with pytest.raises(CertificateError, match=r"function refused the certificate of a.example"):
            settings.check(FACTS, "a.example")
    assert seen == [CertificateFacts("a.example", SHOWN, None, 0)]


def test_a_function_that_accepts_a_refused_certificate_pins_exactly_that_one() -> None:
    seen: list[CertificateFacts] = []

    def judge(facts: CertificateFacts) -> bool:
        seen.append(facts)
        return True

    after = Tls(verify=judge, minimum_version=ssl.TLSVersion.TLSv1_3).after_verdict(refused())
    assert after == Tls(pinned=(SHOWN.fingerprint,), minimum_version=ssl.TLSVersion.TLSv1_3)
    assert seen == [CertificateFacts("a.example", SHOWN, "It is self-signed.", 18)]


@pytest.mark.parametrize(
    "settings", [Tls(), Tls(verify=lambda _: False), Tls(verify=lambda _: True, pinned=("a" * 64,))]
)
def test_without_an_accepting_function_the_error_stands(settings: Tls) -> None:
    error = refused()
    with pytest.raises(CertificateError) as caught:
        settings.after_verdict(error)
    assert caught.value is error


def test_a_certificate_nobody_has_seen_cannot_be_accepted() -> None:
    with pytest.raises(CertificateError):
        Tls(verify=lambda _: True).after_verdict(refused(None))


def test_facts_show_as_version_and_cipher() -> None:
    assert str(FACTS) == "TLSv1.3 TLS_AES_256_GCM_SHA384"
