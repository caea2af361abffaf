"""The verification function has the last word, is asked once for each certificate, and its yes is for that one."""

from __future__ import annotations

import pytest

from mailwright import CertificateError, CertificateFacts, Security, SmtpClient, Tls
from mailwright.devserver import Receiver


class Judge:
    """A verification function that remembers what it was asked."""

    def __init__(self, verdict: bool) -> None:
        self.verdict = verdict
        self.asked: list[CertificateFacts] = []

    def __call__(self, facts: CertificateFacts) -> bool:
        self.asked.append(facts)
        return self.verdict


def connect(receiver: Receiver, tls: Tls) -> None:
    """Connect, and leave again."""
    with SmtpClient("localhost", receiver.port, security=Security.STARTTLS, tls=tls):
        pass


def test_its_yes_accepts_what_verification_refused() -> None:
    judge = Judge(True)
    with Receiver() as receiver:
        connect(receiver, Tls(verify=judge))
    (facts,) = judge.asked
    assert facts.server_name == "localhost"
    assert facts.problem is not None
    assert facts.verify_code == 18  # X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
    assert "localhost" in facts.certificate.names


def test_its_no_refuses_what_verification_refused() -> None:
    judge = Judge(False)
    with Receiver() as receiver, pytest.raises(CertificateError) as caught:
        connect(receiver, Tls(verify=judge))
    assert caught.value.reference == "cert-self-signed"
    assert len(judge.asked) == 1


def test_its_no_refuses_what_verification_accepted() -> None:
    judge = Judge(False)
    with Receiver() as receiver, pytest.raises(CertificateError) as caught:
        connect(receiver, Tls(ca=receiver.ca, verify=judge))
    assert caught.value.is_final
    (facts,) = judge.asked
    assert facts.problem is None


def test_its_yes_is_for_the_certificate_it_saw() -> None:
    """The second connection meets another certificate, as with an attacker in between: nobody has judged it."""
    with Receiver() as receiver, Receiver() as another:
        accepted = Tls(verify=Judge(True)).after_verdict(refusal(receiver))
        connect(receiver, accepted)
        with pytest.raises(CertificateError, match="not one of the 1 pinned"):
            connect(another, accepted)


def refusal(receiver: Receiver) -> CertificateError:
    """How verification refuses this server."""
    with pytest.raises(CertificateError) as caught:
        connect(receiver, Tls())
    return caught.value
