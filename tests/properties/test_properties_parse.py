"""Whatever the octets are, there is a message, and it gives the octets back; in linear time."""

import copy
import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailwright import mime
from mailwright.mime import KINDS, Limits, Message, Outgoing, Part
from properties.attacks import ATTACKS, nested

LINES = [
    b"From: Alice <alice@example.com>",
    b'To: b@example.com, "c',
    b"Bcc: hidden@example.com",
    b"Subject: =?utf-8?q?h=C3=BC?= =?utf-8?b?4pyT?=",
    b"Date: Fri, 20 Nov 2026 11:30:00 +0100",
    b"Message-ID: <>",
    b"Content-Type: multipart/mixed; boundary=a",
    b'Content-Type: multipart/digest; boundary="b"',
    b"Content-Type: multipart/alternative; boundary=a",
    b"Content-Type: multipart/mixed",
    b"content-type : multipart/mixed; boundary=b",
    b"Content-Type: message/rfc822",
    b"Content-Type: message/global",
    b"Content-Type: text/html; charset=nonsense",
    b"Content-Type: image/png; name=x.png",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Transfer-Encoding: x-uuencode",
    b"Content-Disposition: attachment; filename*0*=utf-8''a%; filename*1=b",
    b"From someone Fri Nov 20 11:30:00 2026",
    b" continued",
    b"\t",
    b"",
    b"",
    b"--a",
    b"--a--",
    b"--b",
    b"--b-- \t",
    b"--ab",
    b"begin 644 x",
    b"#86)C",
    b"YWJj",
    b"odd line",
    b"X\xff: \xfe\0",
    b"=C3=BC=",
]
mails = st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from([b"\r\n", b"\n", b"\r\n", b"\r"])), max_size=40).map(
    lambda lines: b"".join([line + end for line, end in lines])
)


def read_everything(message: Message, depth: int = 0) -> None:
    """Ask for all there is."""
    _ = [getattr(message, name) for name in ("subject", "from_", "to", "cc", "bcc", "sender", "reply_to", "date")]
    _ = [getattr(message, name) for name in ("message_id", "references", "in_reply_to", "text", "html", "attachments")]
    assert all(defect.kind in KINDS and defect.offset >= 0 and str(defect) for defect in message.defects)
    for part in message.walk():
        offsets = part.offsets
        assert offsets is not None
        assert 0 <= offsets.begin <= offsets.header_end <= offsets.end
        _ = part.content, part.text, part.filename, part.cid, part.charset, part.disposition, repr(part), part.raw
        assert part.open().read() == part.content
        _ = [(field.name, field.value, field.raw, field.addresses) for field in part.headers]
        if part.message is not None and depth < 3:
            read_everything(part.message, depth + 1)


@settings(max_examples=250, deadline=None)
@given(st.one_of(mails, st.binary(max_size=200)))
@example(b"")
@example(b"\r")
@example(b"Subject: x")
@example(b"Content-Type: multipart/mixed; boundary=a\r\r--a\r\rtext\r--a--\r")
def test_every_octet_comes_back_and_nothing_raises(raw: bytes) -> None:
    message = mime.parse(raw)
    assert message.to_bytes() == raw
    read_everything(message)
    assert message.to_bytes() == raw
    assert message.size() == len(raw)
    assert mime.parse(bytearray(raw)).to_bytes() == mime.parse(memoryview(raw)).to_bytes() == raw
    again = pickle.loads(pickle.dumps(message))
    assert again.to_bytes() == copy.deepcopy(message).to_bytes() == raw
    for part in message.walk():
        assert part.offsets is not None
        if part is not message:
            assert part.raw == raw[part.offsets.begin : part.offsets.end]


@settings(max_examples=250, deadline=None)
@given(mails)
def test_a_field_that_is_set_is_the_only_change(raw: bytes) -> None:
    message = mime.parse(raw)
    before = [(field.name, field.raw) for field in message.headers if field.name != "X-Mine"]
    message.headers["X-Mine"] = "value"
    changed = message.to_bytes()
    again = mime.parse(changed)
    assert again.headers["x-mine"] == "value"
    assert [(field.name, field.raw.rstrip()) for field in again.headers][: len(before)] == [
        (name, field.rstrip()) for name, field in before
    ]
    del message.headers["x-mine"]
    assert message.to_bytes() == raw


@settings(max_examples=250, deadline=None)
@given(mails)
def test_what_is_sent_has_no_bcc_and_nothing_else_missing(raw: bytes) -> None:
    message = mime.parse(raw)
    sent = b"".join(Outgoing.of(message).chunks())
    hidden = b"".join(field.raw for field in message.headers.all_fields("bcc"))
    if "header-line-odd" not in [defect.kind for defect in message.defects]:  # those go with the field behind them
        assert len(sent) == len(raw) - len(hidden)
    assert "bcc" not in mime.parse(sent).headers
    assert message.to_bytes() == raw


@settings(max_examples=250, deadline=None)
@given(mails, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x85"), max_size=60))
def test_a_text_that_is_replaced_reads_back(raw: bytes, text: str) -> None:
    message = mime.parse(raw)
    leaf: Part | None = next((part for part in message.walk() if part.text is not None and not part.parts), None)
    if leaf is None or not leaf.content_type.startswith("text/") or (leaf is message and leaf.disposition):
        return
    place = [id(part) for part in message.walk()].index(id(leaf))
    leaf.text = text
    again = mime.parse(message.to_bytes())
    assert list(again.walk())[place].text == text


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "limits", "kind"),
    [
        (nested(6), Limits(depth=4), "nesting-too-deep"),
        (b"Content-Type: message/rfc822\n\n" * 6, Limits(depth=4), "nesting-too-deep"),
        (ATTACKS["parts"](20), Limits(parts=10), "parts-too-many"),
        (b"X: y\n" * 2000, Limits(fields=1000), "header-too-many-fields"),
        (b"X: y\nodd\n" * 20, Limits(fields=10), "header-too-many-fields"),
        (b"X: y\n" * 2000 + b"\nbody", Limits(header_octets=1000), "header-too-large"),
    ],
)
def test_what_is_beyond_a_limit_is_kept_and_told(raw: bytes, limits: Limits, kind: str) -> None:
    message = mime.parse(raw, limits=limits)
    assert kind in [defect.kind for defect in message.defects]
    assert message.to_bytes() == raw
    read_everything(message)


def test_defects_are_told_up_to_a_limit() -> None:
    message = mime.parse(b"A: b\nodd\n" * 5000, limits=Limits(defects=7))
    assert len(message.defects) == 7
