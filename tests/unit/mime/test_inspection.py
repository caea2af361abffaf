import pytest

from mailwright import mime
from mailwright.mime import KINDS, Limits


@pytest.mark.parametrize(
    ("raw", "kinds"),
    [
        (b"Subject: x\r\n\r\nfine\r\n", []),
        (b"Subject: a\nSubject: b\n\n", ["field-repeated"]),
        (b"From: a@b.c, d@e.f\n\n", ["from-several"]),
        ("From: \u202ea <a@b.c>\n\n".encode(), ["from-bidi"]),
        (b"Subject: caf\xe9\n\n", ["header-not-utf8"]),
        (b"Subject: a\0\n\n", ["header-control"]),
        (b"Date: soon\n\n", ["date-invalid"]),
        (b"To: nobody\n\n", ["addresses-invalid"]),
        (b"To:\n\n", []),
        (b"Content-Type: text\n\n", ["type-invalid"]),
        (b"Content-Transfer-Encoding: none\n\n", ["encoding-unknown"]),
        (b"Content-Transfer-Encoding: base64\n\nAAAA\n", []),
        (b"Content-Transfer-Encoding: base64\n\nAA\n", ["base64-invalid"]),
        (b"Content-Transfer-Encoding: base64\n\nA*AAA\n", ["base64-invalid"]),
        (b"Content-Type: text/plain; charset=x-none\n\n", ["charset-unknown"]),
        (b"Content-Type: image/png; charset=x-none\n\n", []),
        (b"a: b\r\nc: d\n\r\n", ["line-ends-mixed"]),
        (b"Content-Transfer-Encoding: binary\r\n\r\n\n\r\n", []),
        (b"Content-Type: multipart/mixed\n\n", ["boundary-missing"]),
    ],
)
def test_defects_are_named(raw: bytes, kinds: list[str]) -> None:
    defects = mime.parse(raw).defects
    assert [defect.kind for defect in defects] == kinds
    assert all(KINDS[defect.kind] in str(defect) for defect in defects)


@pytest.mark.parametrize(
    ("raw", "limits", "kinds"),
    [
        (b"To: a@b.c, d@e.f\r\n\r\n", Limits(addresses=2), []),
        (b"To: a@b.c, d@e.f\r\n\r\n", Limits(addresses=1), ["addresses-too-many"]),
        (b"To: g: a@b.c;, d@e.f\r\n\r\n", Limits(addresses=2), ["addresses-too-many"]),
        (b"Content-Type: text/plain; a=1; b=2\r\n\r\n", Limits(parameters=2), []),
        (b"Content-Type: text/plain; a=1; b=2\r\n\r\n", Limits(parameters=1), ["parameters-too-many"]),
    ],
)
def test_limits_within_a_field(raw: bytes, limits: Limits, kinds: list[str]) -> None:
    message = mime.parse(raw, limits=limits)
    assert [defect.kind for defect in message.defects] == kinds
    assert len(message.to.mailboxes) <= limits.addresses
    declared = message.headers.field("content-type")
    assert declared is None or len(declared.parameters.params) <= limits.parameters
    assert message.to_bytes() == raw


def test_defects_stand_where_the_fault_is_and_in_order() -> None:
    raw = b"Date: x\nTo: y\n\nbody"
    assert [defect.offset for defect in mime.parse(raw).defects] == [0, 8]
    outer = b"Content-Type: message/rfc822\n\n" + raw
    message = mime.parse(outer)
    assert message.message is not None
    assert [d.offset for d in message.defects] == [d.offset for d in message.message.defects] == [30, 38]


def test_a_composed_message_has_none() -> None:
    assert mime.Message(text="x").defects == ()
