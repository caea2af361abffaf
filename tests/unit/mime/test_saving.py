import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright import mime
from mailwright.mime import Message, Part

LARGE = os.urandom(700_001)


def parts(tmp_path: Path) -> list[Part]:
    """The same content in every kind of body."""
    path = tmp_path / "on-disk.bin"
    _ = path.write_bytes(LARGE)
    message = Message(from_="a@example.com", text="t")
    message.attach(LARGE, name="in-memory.bin")
    message.attach(path)
    file = tmp_path / "message.eml"
    _ = file.write_bytes(message.to_bytes())
    return [*message.attachments, *mime.parse(message.to_bytes()).attachments, *mime.parse(file).attachments]


def test_content_is_read_as_a_file_is(tmp_path: Path) -> None:
    for part in parts(tmp_path):
        with part.open() as file:
            assert file.read(3) == LARGE[:3]
            assert file.seek(600_000) == 600_000
            assert file.read(10) == LARGE[600_000:600_010]
            assert file.seek(5) == file.tell() == 5
            assert file.read() == LARGE[5:]
            assert file.seek(-4, io.SEEK_END) == len(LARGE) - 4
            assert file.read(100) == LARGE[-4:]
            assert file.read() == b""
            assert file.seek(-2, io.SEEK_CUR) == len(LARGE) - 2
            with pytest.raises(ValueError, match=r"before the beginning|negative"):
                file.seek(-(len(LARGE) + 1), io.SEEK_END)


def test_an_archive_is_opened_where_it_is() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "hello" * 50_000)
    message = Message(from_="a@example.com", text="t")
    message.attach(packed.getvalue(), name="a.zip")
    with mime.parse(message.to_bytes()).attachments[0].open() as file, zipfile.ZipFile(file) as archive:
        assert archive.read("a.txt") == b"hello" * 50_000


def test_every_kind_of_part_can_be_opened() -> None:
    message = mime.parse(Message.from_email(Message(from_="a@example.com", text="tü", html="h").to_email()).to_bytes())
    outer = Message(from_="a@example.com", text="t")
    outer.attach(message)
    for root in (message, outer, mime.parse(outer.to_bytes())):
        for part in root.walk():
            assert part.open().read() == part.content


def test_content_is_saved_under_a_name_that_stays_in_the_directory(tmp_path: Path) -> None:
    where = tmp_path / "here"
    where.mkdir()
    raw = b"Content-Type: text/plain; name=%s\r\n\r\nx"
    names = [b"a.txt", b"a.txt", b"../a.txt", b'"/etc/passwd"', b'"C:\\\\con.txt"', b'".."', b".profile", b"tar.tar.gz"]
    saved = [mime.parse(raw % name).save(where) for name in names]
    expected = ["a.txt", "a (1).txt", "a (2).txt", "passwd", "_con.txt", "part.plain", ".profile", "tar.tar.gz"]
    assert [path.name for path in saved] == expected
    assert all(path.parent == where and path.read_bytes() == b"x" for path in saved)
    assert mime.parse(raw % b".profile").save(where).name == ".profile (1)"
    assert mime.parse(raw % b"a.txt").save(where, "b.txt").name == "b.txt"
    assert mime.parse(b"Content-Type: image/svg+xml\r\n\r\n<svg>").save(where).name == "part.svg"
    with pytest.raises(ValueError, match="names no file"):
        _ = mime.parse(raw % b"a.txt").save(where, "..")
    with pytest.raises(FileNotFoundError):
        _ = mime.parse(raw % b"a.txt").save(tmp_path / "missing")


def test_no_link_is_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.txt").symlink_to(target)
    path = mime.parse(b"Content-Type: text/plain; name=a.txt\r\n\r\nx").save(tmp_path / "here")
    assert path.name == "a (1).txt"
    assert not target.exists()


def test_what_cannot_be_read_to_its_end_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    _ = path.write_bytes(b"abc")
    message = Message(from_="a@example.com", text="t")
    part = message.attach(path)
    _ = path.write_bytes(b"longer")
    (tmp_path / "here").mkdir()
    with pytest.raises(ValueError, match="attach it again"):
        _ = part.save(tmp_path / "here")
    assert list((tmp_path / "here").iterdir()) == []


def test_a_directory_full_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mailwright.mime import saving

    monkeypatch.setattr(saving, "TRIES", 2)
    part = mime.parse(b"Content-Type: text/plain; name=a.txt\r\n\r\nx")
    _ = part.save(tmp_path), part.save(tmp_path)
    with pytest.raises(FileExistsError, match=r"2 files named like 'a\.txt'"):
        _ = part.save(tmp_path)


@given(
    st.sampled_from(["base64", "quoted-printable", "x-uuencode", "x-yenc", "7bit", "nonsense"]),
    st.binary(max_size=500),
)
def test_what_is_read_in_blocks_is_what_is_read_at_once(encoding: str, body: bytes) -> None:
    part = mime.parse(f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body)
    assert part.open().read() == part.content
