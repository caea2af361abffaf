"""Message disposition notifications (RFC 8098)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.mime.disposition import Disposition, DispositionNotification, parse_disposition_notification
from mailwright.mime.typed_values import TypedAddress, TypedText

FULL = DispositionNotification(
    reporting_ua="joes-pc.cs.example.com; Foomail 97.1",
    mdn_gateway=TypedText("dns", "gate.example.com"),
    original_recipient=TypedAddress("rfc822", "joe@example.com"),
    final_recipient=TypedAddress("utf-8", "jö@example.com"),
    original_message_id="<199509192301.23456@example.org>",
    disposition=Disposition("manual-action", "mdn-sent-manually", "processed", ("error", "x-other")),
    errors=("one", "two"),
    more=(("X-More", "1"),),
)


@pytest.mark.parametrize("utf8", [False, True])
def test_what_is_written_is_read(utf8: bool) -> None:
    assert parse_disposition_notification(FULL.to_bytes(utf8=utf8)) == FULL
    assert parse_disposition_notification(str(FULL).encode()) == FULL
    assert parse_disposition_notification(b"") == DispositionNotification()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"manual-action/MDN-sent-manually; displayed", ("manual-action", "mdn-sent-manually", "displayed", ())),
        (b"Automatic-Action / MDN-Sent-Automatically ;\n deleted / Error , a b, warning",
         ("automatic-action", "mdn-sent-automatically", "deleted", ("error", "warning"))),
        (b"a/b (comment); c/", ("a", "b", "c", ())),
    ],
)  # fmt: skip
def test_dispositions(text: bytes, expected: tuple[str, str, str, tuple[str, ...]]) -> None:
    assert parse_disposition_notification(b"Disposition: " + text).disposition == Disposition(*expected)


@pytest.mark.parametrize("text", ["displayed", "a; b", "a/b", "a/b/c; d"])
def test_a_disposition_that_is_none_is_kept(text: str) -> None:
    status = parse_disposition_notification(f"Disposition: {text}\nX: 1\n".encode())
    assert (status.disposition, status.more) == (None, (("Disposition", text), ("X", "1")))
    assert parse_disposition_notification(status.to_bytes()) == status


LINES = [b"Error: x\n", b"Final-Recipient: ;\n", b"\n", b"MDN-Gateway:\n"]


@given(st.binary(max_size=60), st.lists(st.sampled_from(LINES)))
def test_whatever_it_is_it_is_read_and_written(text: bytes, lines: list[bytes]) -> None:
    _ = str(parse_disposition_notification(b"Disposition: " + text + b"\n" + b"".join(lines)))


@pytest.mark.parametrize(
    "change",
    [{"reporting_ua": "a\nb"}, {"original_message_id": "\0"}, {"errors": ("ok", "a\r")}, {"more": (("a b", ""),)}],
)
def test_what_cannot_be_written_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"LF|NUL|CR|field name"):
        _ = replace(FULL, **change)  # type: ignore[arg-type]  # whatever it is


@pytest.mark.parametrize("word", ["", "a b", "A", "a/b", "a;b", "a\n"])
def test_a_disposition_is_of_atoms(word: str) -> None:
    for words in ((word, "a", "a"), ("a", word, "a"), ("a", "a", word)):
        with pytest.raises(ValueError, match="disposition"):
            _ = Disposition(*words)
    with pytest.raises(ValueError, match="disposition"):
        _ = Disposition("a", "a", "a", (word,))
