"""A self-made certificate is for the names asked for, and its key for nobody else."""

from __future__ import annotations

import builtins
import ssl
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailwright.devserver import make_certificate
from mailwright.net import Certificate, Tls


def test_it_is_for_names_and_addresses_and_not_for_long(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, ["localhost", "127.0.0.1", "::1"])
    der = ssl.PEM_cert_to_DER_cert(Path(made.certificate).read_text())
    certificate = Certificate.from_der(der)
    assert certificate.names == ("localhost", "127.0.0.1", "::1")
    assert certificate.self_signed
    assert certificate.days_left(datetime.now(UTC)) in (29, 30)


def test_a_server_can_use_it_and_a_client_trust_it(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, ["localhost"])
    assert isinstance(made.context(), ssl.SSLContext)
    assert len(Tls(ca=made.certificate).client_context().get_ca_certs()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_can_read_the_key(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, ["localhost"])
    assert made.key is not None
    assert stat.S_IMODE(Path(made.key).stat().st_mode) == 0o600


def test_without_the_extra_its_name_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def importing(name: str, *args: Any, **options: Any) -> Any:
        if name.startswith("cryptography"):
            raise ModuleNotFoundError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", importing)
    with pytest.raises(ModuleNotFoundError, match=r"mailwright\[crypto\]"):
        make_certificate(tmp_path, ["localhost"])
