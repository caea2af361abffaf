"""Other people's test mail: whatever can be asked of any message is answered, and what its makers expect is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwright import mime
from mailwright.encodings import base64, html, html_text, quoted, uu, yenc
from mailwright.mime import Message

SOME = 300  # files there are at least, so that an empty directory is no success


@pytest.fixture
def mimekit(corpora: Path) -> Path:
    return corpora / "mimekit" / "UnitTests" / "TestData"


def mails(corpora: Path) -> Iterator[tuple[Path, bytes, Message]]:
    """Every file, for any octets are a message."""
    files = sorted(path for path in corpora.rglob("*") if path.is_file())
    assert len(files) > SOME
    for path in files:
        raw = path.read_bytes()
        yield path, raw, mime.parse(raw)


def test_everything_that_can_be_asked_is_answered(corpora: Path) -> None:
    for path, raw, message in mails(corpora):
        _ = message.as_text(), message.as_html(), message.report, [str(defect) for defect in message.defects]
        for part in message.walk():
            assert part.open().read() == part.content, path
            _ = mime.external(part), part.disposition, part.charset, part.cid, repr(part)
        assert message.to_bytes() == raw, path
        assert mime.parse(path).to_bytes() == raw, path


def test_everything_can_be_answered_passed_on_and_used_again(corpora: Path) -> None:
    for path, _, message in mails(corpora):
        made = [
            message.forward(from_="z@example.com", to="y@example.com", html="<p>"),
            message.forward(from_="z@example.com", to="y@example.com", as_attachment=True),
            message.template(),
        ]
        if message.from_.mailboxes:
            made.append(message.reply(from_="z@example.com", to="all", html="<p>"))
        for one in made:
            written = one.to_bytes()
            assert len(mime.parse(written).headers.get_all("from")) <= 1, path
        again = message.template()
        assert [part.content for part in again.attachments] == [part.content for part in message.attachments], path


def test_everything_goes_over_every_transport(corpora: Path) -> None:
    for path, raw, message in mails(corpora):
        contents = [part.content for part in message.walk() if part.message is None]
        for transport in ("7bit", "8bit"):
            try:
                written = message.to_bytes(transport=transport)
            except ValueError:
                assert message.is_international or "dkim-signature" in message.headers, path
                continue
            assert transport != "7bit" or written.isascii(), path
            again = [part.content for part in mime.parse(written).walk() if part.message is None]
            if b"\r\n" in raw and b"\n" not in raw.replace(b"\r\n", b""):
                assert again == contents, path


def test_everything_takes_an_attachment_and_stays_what_it_was(corpora: Path) -> None:
    for path, raw, message in mails(corpora):
        changed = mime.parse(raw)
        try:
            changed.attach(b"new", name="new.bin")
        except ValueError:
            assert "boundary-reused" in [defect.kind for defect in message.defects], path
            continue
        again = mime.parse(changed.to_bytes())
        assert again.attachments[-1].content == b"new", path
        assert (again.text, again.html, again.subject) == (message.text, message.html, message.subject), path
        assert [part.content for part in again.attachments[:-1]] == [part.content for part in message.attachments], path


def test_everything_becomes_a_message_of_the_standard_library_and_comes_back(corpora: Path) -> None:
    for path, _, message in mails(corpora):
        back = Message.from_email(message.to_email())
        assert back.to_bytes(), path


def test_a_plausible_text_is_found_in_every_mail(corpora: Path) -> None:
    """A reader is shown something of nearly every mail with a body; what is left holds files or nothing."""
    shown = of = 0
    for path, raw, message in mails(corpora):
        if path.suffix not in (".eml", "") or b"\n\n" not in raw.replace(b"\r", b""):
            continue
        of += 1
        shown += bool(message.as_text().strip() or message.attachments)
    assert of > 150
    assert shown / of > 0.9


# --- what MimeKit expects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (["message-partial.0.eml", "message-partial.1.eml", "message-partial.2.eml"], "message-partial.eml"),
        (["rfc2046.0.eml", "rfc2046.1.eml"], "rfc2046.eml"),
    ],
)
def test_pieces_are_joined(mimekit: Path, pieces: list[str], whole: str) -> None:
    given = [mime.parse(mimekit / "partial" / name) for name in reversed(pieces)]
    joined, expected = mime.partial.join(given), mime.parse(mimekit / "partial" / whole)
    assert joined.subject == expected.subject
    assert joined.message_id == expected.message_id
    assert (joined.text or "").split() == (expected.text or "").split()
    assert [(part.content_type, part.content) for part in joined.attachments] == [
        (part.content_type, part.content) for part in expected.attachments
    ]


def test_encodings_are_undone(mimekit: Path) -> None:
    place = mimekit / "encoders"
    photo = (place / "photo.jpg").read_bytes()
    assert base64.decode((place / "photo.b64").read_bytes()) == photo
    assert uu.read((place / "photo.uu").read_bytes()).data == photo
    decoded = quoted.decode((place / "wikipedia.qp").read_bytes())
    assert decoded.replace(b"\r\n", b"\n") == (place / "wikipedia.txt").read_bytes().replace(b"\r\n", b"\n")


def test_a_file_in_yenc_is_put_together(mimekit: Path) -> None:
    place = mimekit / "yenc"
    parts = [yenc.read((place / name).read_bytes()) for name in ("00000020.ntx", "00000021.ntx")]
    assert all(part.is_intact for part in parts)
    assert b"".join([part.data for part in parts]) == (place / "joystick.jpg").read_bytes()


def test_html_is_read(mimekit: Path) -> None:
    for path in sorted((mimekit / "html").glob("*.html")) + sorted((mimekit / "text").glob("*.html")):
        text = mime.parse(b"Content-Type: text/html\r\n\r\n" + path.read_bytes()).html or ""
        assert list(html.tokens(text)), path
        assert html_text.to_text(text, width=72).strip() or path.name.startswith(("blocked", "cdata", "script")), path
