"""Errors as facts, in the words of the command line."""

from __future__ import annotations

import json

from mailwright.cli.failures import facts, hint
from mailwright.errors import RecipientsRefused
from mailwright.smtp import Reply

REPLY = Reply(550, "5.1.1", ("No such user",))


def test_hints_speak_of_options() -> None:
    assert hint("This port begins in plaintext: use Security.STARTTLS.") == (
        "This port begins in plaintext: use --security starttls."
    )
    assert hint("Trust it with Tls(ca=...) or Tls(pinned=...).") == "Trust it with --ca FILE or --pin FINGERPRINT."


def test_an_error_is_plain_facts() -> None:
    error = RecipientsRefused("Refused.", "Try.", stage="recipient", host="h", port=25, reply=REPLY)
    error.refused = {"nobody@example.com": REPLY}
    found = json.loads(json.dumps(facts(error)))
    assert found == {
        "error": "RecipientsRefused",
        "reference": "no-valid-recipients",
        "stage": "recipient",
        "what": "Refused.",
        "hint": "Try.",
        "host": "h",
        "port": 25,
        "reply": {"code": 550, "enhanced": "5.1.1", "text": "No such user"},
        "in_doubt": False,
        "refused": {"nobody@example.com": {"code": 550, "enhanced": "5.1.1", "text": "No such user"}},
    }
