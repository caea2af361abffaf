"""Content that is elsewhere: described, never fetched (RFC 2046 5.2.3, RFC 2017)."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.mime import Message, parse
from mailwright.mime.external_body import ExternalBody, external, external_part

PHANTOM = (("Content-Type", "image/jpeg"), ("Content-ID", "<id42@guppylake.bellcore.com>"))


def test_the_example_of_rfc_2046() -> None:
    raw = (
        b'Content-type: message/external-body;\n access-type=local-file;\n name="/u/nsb/Me.jpeg"\n\n'
        b"Content-type: image/jpeg\nContent-ID: <id42@guppylake.bellcore.com>\n"
        b"Content-Transfer-Encoding: binary\n\nTHIS IS NOT REALLY THE BODY!\n"
    )
    body = external(parse(raw))
    assert body == ExternalBody(
        access_type="local-file",
        name="/u/nsb/Me.jpeg",
        headers=(
            ("Content-type", "image/jpeg"),
            ("Content-ID", "<id42@guppylake.bellcore.com>"),
            ("Content-Transfer-Encoding", "binary"),
        ),
        phantom=b"THIS IS NOT REALLY THE BODY!\n",
    )


def test_every_parameter_is_read() -> None:
    raw = (
        b'Content-Type: MESSAGE/External-Body; Access-Type=ANON-FTP; name=a; site="h.example"; directory=d; mode=IMAGE;'
        b' expiration="Fri, 14 Jun 1991 19:13:14 -0400 (EDT)"; size=" 12 "; permission=Read-Write; x-mine=1;'
        b" server=a@b; subject=get\n\nContent-ID: <a@b>\n"
    )
    body = external(parse(raw))
    assert body is not None
    assert (body.access_type, body.name, body.site, body.directory, body.mode) == (
        "anon-ftp", "a", "h.example", "d", "image"
    )  # fmt: skip
    assert (body.server, body.subject, body.size, body.permission) == ("a@b", "get", 12, "read-write")
    assert body.expiration is not None
    assert body.expiration.astimezone(UTC) == datetime(1991, 6, 14, 23, 13, 14, tzinfo=UTC)
    assert (body.more, body.headers, body.phantom) == ((("x-mine", "1"),), (("Content-ID", "<a@b>"),), b"")


def test_white_space_in_a_url_means_nothing() -> None:
    raw = b'Content-Type: message/external-body; access-type=URL;\n URL="ftp://deep.example/1/2/3/4/\n  5/6/7.ps"\n\n'
    body = external(parse(raw))
    assert body is not None
    assert body.url == "ftp://deep.example/1/2/3/4/5/6/7.ps"


def test_what_says_little_is_read_as_well() -> None:
    body = external(parse(b"Content-Type: message/external-body; size=x; expiration=soon\n\n"))
    assert body == ExternalBody(access_type="")
    encoded = b"Content-Type: message/external-body\nContent-Transfer-Encoding: base64\n\nQTogYgoKYw==\n"
    assert external(parse(encoded)) == ExternalBody(access_type="", headers=(("A", "b"),), phantom=b"c")


def test_other_parts_are_not_elsewhere() -> None:
    assert external(parse(b"Content-Type: text/plain; access-type=url\n\n")) is None
    assert external(parse(b"")) is None


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_whatever_it_is_it_is_read(parameters: bytes, content: bytes) -> None:
    raw = b"Content-Type: message/external-body; " + parameters.translate(None, b"\r\n") + b"\n\n" + content
    _ = external(parse(raw))


def test_the_drafts_of_the_ietf(corpora: Path) -> None:
    message = parse(corpora / "cpython-test-email/msg_36.txt")
    bodies = [body for part in message.walk() if (body := external(part)) is not None]
    assert [(body.access_type, body.server, body.site, body.name) for body in bodies] == [
        ("mail-server", "mailserv@ietf.org", "", ""),
        ("anon-ftp", "", "ftp.ietf.org", "draft-ietf-mboned-mix-00.txt"),
    ]
    assert bodies[0].phantom.startswith(b"ENCODING mime\nFILE ")
    assert bodies[1].headers == (("Content-Type", "text/plain"), ("Content-ID", "<19981222151406.I-D@ietf.org>"))


# --- writing ---

FULL = ExternalBody(
    access_type="url",
    url="https://example.com/" + "long/" * 60 + "x?a=1;b=2",
    name="Übersicht (neu).pdf",
    site="h.example",
    server="list@example.com",
    subject="get it",
    directory="a b",
    mode="image",
    expiration=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
    size=10**12,
    permission="read-write",
    headers=PHANTOM,
    phantom=b"get x\r\n",
    more=(("x-mine", "1"),),
)


def written(body: ExternalBody) -> Message:
    message = Message(from_="a@example.com", subject="s")
    message.adopt(external_part(body))
    return parse(message.to_bytes())


@pytest.mark.parametrize("body", [FULL, ExternalBody(access_type="local-file", name="/x", headers=PHANTOM)])
def test_what_is_written_is_read(body: ExternalBody) -> None:
    message = written(body)
    assert external(message) == body
    assert message.to_bytes().isascii()
    assert max(map(len, message.to_bytes().split(b"\r\n"))) <= 78
    assert message.headers.field("content-transfer-encoding") is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"access_type": ""}, "access_type"),
        ({"access_type": "a b"}, "access_type"),
        ({"access_type": "x\r\nBcc: a@b"}, "access_type"),
        ({"url": 'https://e/"x'}, "url"),
        ({"url": "https://e/\r\n"}, "url"),
        ({"url": "https://e/ö"}, "url"),
        ({"name": "a\nb"}, "name"),
        ({"site": "a\0"}, "site"),
        ({"subject": "a\ud800"}, "subject"),
        ({"permission": "write"}, "permission"),
        ({"size": -1}, "size"),
        ({"expiration": datetime(2030, 1, 1)}, "naive"),
        ({"headers": (("Content-Type", "text/plain"),)}, "Content-ID"),
        ({"headers": (*PHANTOM, ("X", "a\r\nb"))}, "'X'"),
        ({"phantom": b"\xff"}, "7bit"),
        ({"phantom": b"\0"}, "7bit"),
        ({"phantom": b"x" * 999}, "7bit"),
        ({"more": (("a b", "1"),)}, "'a b'"),
    ],
)
def test_what_cannot_be_written_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _ = external_part(replace(FULL, **change))  # type: ignore[arg-type]  # whatever it is
