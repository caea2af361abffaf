"""Maildirs: delivered whole, read in order, found again when others move them, and never left."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.mime import Limits, Message, parse
from mailwright.mime.maildir import STALE, Maildir
from mailwright.mime.maildir_entry import delivered

RAW = b"Subject: a\r\n\r\nx\r\n"


@pytest.fixture
def box(tmp_path: Path) -> Maildir:
    return Maildir(tmp_path / "box", create=True)


def put(box: Maildir, name: str, *, place: str = "cur", subject: str = "a") -> Path:
    path = box.path / place / name
    path.write_bytes(f"Subject: {subject}\n\nx\n".encode())
    return path


def test_a_maildir_is_made_only_when_asked(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="create=True"):
        _ = Maildir(tmp_path)
    made = Maildir(str(tmp_path / "a" / "b"), create=True)
    assert sorted(path.name for path in made.path.iterdir()) == ["cur", "new", "tmp"]
    assert Maildir(made.path).path == made.path
    assert repr(made) == f"Maildir({str(made.path)!r})"
    if os.name == "posix":
        assert (made.path / "cur").stat().st_mode & 0o777 == 0o700


def test_a_message_is_delivered_to_new(box: Maildir) -> None:
    entry = box.add(parse(RAW))
    assert entry.path.read_bytes() == RAW.replace(b"\r\n", b"\n")
    assert (entry.path.parent.name, entry.is_new, entry.flags, entry.name) == ("new", True, frozenset(), entry.key)
    assert re.fullmatch(r"\d+\.M\d{6}P\d+Q\d+R[0-9a-f]{8}\.[!-~]+", entry.key)
    assert list((box.path / "tmp").iterdir()) == []
    assert list(box) == [entry]
    assert len(box) == 1
    assert entry.message.subject == "a"
    assert entry.read(limits=Limits(fields=1)).subject == "a"
    if os.name == "posix":
        assert entry.path.stat().st_mode & 0o777 == 0o600


def test_a_message_with_flags_is_delivered_to_cur(box: Maildir) -> None:
    entry = box.add(parse(RAW), flags="SF", line_end=b"\r\n")
    assert entry.path == box.path / "cur" / f"{entry.key}:2,FS"
    assert entry.path.read_bytes() == RAW
    assert list(box) == [entry]


def test_messages_come_in_the_order_they_were_delivered(box: Maildir) -> None:
    names = ["5.M2P1.h:2,S", "5.M1P9.h", "10.a", "9.b:2,", "odd", "5.P1.h"]
    for name in names:
        put(box, name, place="cur" if ":" in name else "new")
    assert [entry.key for entry in box] == ["odd", "5.P1.h", "5.M1P9.h", "5.M2P1.h", "9.b", "10.a"]
    several = [box.add(parse(RAW)).key for _ in range(20)]
    assert [entry.key for entry in box][-20:] == several


@given(st.text(max_size=30))
def test_any_name_has_a_place_in_the_order(name: str) -> None:
    assert delivered(name)[2] == name


def test_flags_are_read_and_written_in_order(box: Maildir) -> None:
    _ = put(box, "1.a:2,SaF9é")
    (entry,) = box
    assert entry.flags == frozenset("SaF")
    marked = entry.mark("RS")
    assert (marked.name, marked.flags) == ("1.a:2,FRSa", frozenset("FRSa"))
    assert list(box) == [marked]
    assert marked.unmark("aF").name == "1.a:2,RS"
    assert next(iter(box)).with_flags("").name == "1.a:2,"
    assert next(iter(box)).with_flags("").flags == frozenset()


def test_other_info_is_no_flags(box: Maildir) -> None:
    _ = put(box, "1.a:1,S")
    assert [(entry.key, entry.flags) for entry in box] == [("1.a", frozenset())]


def test_marking_moves_a_new_message_to_cur(box: Maildir) -> None:
    entry = box.add(parse(RAW))
    moved = entry.with_flags(entry.flags)
    assert (moved.is_new, moved.path.parent.name, moved.name) == (False, "cur", f"{entry.key}:2,")
    assert entry.mark("S").name == f"{entry.key}:2,S"  # though it is no longer where the entry thinks


def test_what_others_moved_is_found_again(box: Maildir) -> None:
    keys = [box.add(parse(RAW)).key for _ in range(3)]
    found = iter(box)
    first = next(found)
    for key in keys:
        os.rename(box.path / "new" / key, box.path / "cur" / f"{key}:2,S")
    assert first.message.subject == "a"
    assert [entry.path.name for entry in found] == [f"{key}:2,S" for key in keys[1:]]
    first.remove()
    assert len(box) == 2


def test_what_others_removed_is_skipped(box: Maildir) -> None:
    keys = [box.add(parse(RAW)).key for _ in range(3)]
    found = iter(box)
    first = next(found)
    for key in keys[:2]:
        (box.path / "new" / key).unlink()
    assert [entry.key for entry in found] == [keys[2]]
    for action in (lambda: first.message, lambda: first.mark("S"), first.remove):
        with pytest.raises(FileNotFoundError, match="no longer"):
            _ = action()


def test_a_message_is_found_by_its_key(box: Maildir) -> None:
    entry = box.add(parse(RAW))
    assert box.get(entry.key) == entry
    assert box.get("1.other") is None


@pytest.mark.parametrize("key", ["", "../x", "a/b", ".hidden", "a:2,S", "a\0", "a\n"])
def test_a_key_that_leads_elsewhere_is_refused(box: Maildir, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        _ = box.get(key)


@pytest.mark.parametrize("flags", ["1", "S/", "../x", "é", "S\n", ":", ["SF"], [""]])
def test_flags_that_are_no_letters_are_refused(box: Maildir, flags: str | list[str]) -> None:
    entry = box.add(parse(RAW))
    for action in (entry.with_flags, entry.mark, entry.unmark):
        with pytest.raises(ValueError, match="flags"):
            _ = action(flags)
    with pytest.raises(ValueError, match="flags"):
        _ = box.add(parse(RAW), flags=flags)
    assert len(box) == 1


@pytest.mark.skipif(os.name != "posix", reason="links and pipes")
def test_only_plain_files_of_the_maildir_are_messages(box: Maildir, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"Subject: secret\n\n")
    (box.path / "cur" / "1.link:2,S").symlink_to(secret)
    os.mkfifo(box.path / "new" / "2.pipe")
    (box.path / "new" / "3.directory").mkdir()
    _ = put(box, ".dot")
    _ = put(box, "back\\slash")
    (box.path / ".Linked").symlink_to(tmp_path)
    assert [entry.key for entry in box] == ["back\\slash"]
    assert box.folders() == []


# --- folders ---


def test_folders_stand_beside(box: Maildir) -> None:
    (box.path / ".no-folder").mkdir()
    (box.path / "..").joinpath("x").mkdir()
    sent = box.folder("Sent", create=True)
    deep = box.folder("Lists.Été 2026", create=True)
    assert box.folders() == ["Lists.Été 2026", "Sent"]
    assert (sent.path / "maildirfolder").is_file()
    _ = deep.add(parse(RAW))
    assert len(box.folder("Lists.Été 2026")) == 1
    assert len(box) == 0
    with pytest.raises(FileNotFoundError):
        _ = box.folder("None")


@pytest.mark.parametrize("name", ["", ".", "..", "a..b", ".a", "a.", "a/b", "../x", "a\\b", "a\0", "a\nb", "\ud800"])
def test_a_folder_that_leads_elsewhere_is_refused(box: Maildir, name: str) -> None:
    with pytest.raises(ValueError, match="folder"):
        _ = box.folder(name, create=True)


# --- what fails ---


def test_a_message_that_fails_halfway_leaves_nothing(box: Maildir, tmp_path: Path) -> None:
    attached = tmp_path / "a.bin"
    attached.write_bytes(bytes(300_000))
    message = Message(from_="a@example.com", text="x")
    message.attach(attached)

    class Shrinking(Message):
        def chunks(self, **_: object) -> Iterator[bytes]:
            chunks = message.chunks()
            attached.write_bytes(b"")
            return chunks

    with pytest.raises(ValueError, match="attach it again"):
        _ = box.add(Shrinking())
    assert [path for path in box.path.rglob("*") if path.is_file()] == []
    with pytest.raises(ValueError, match="line_end"):
        _ = box.add(parse(RAW), line_end=b"")


def test_a_message_never_takes_the_place_of_another(box: Maildir, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["1.same", "1.same", "1.same", *["1.stays"] * 40])
    monkeypatch.setattr("mailwright.mime.delivery.unique_name", lambda: next(names))
    first = box.add(parse(RAW))
    with pytest.raises(FileExistsError):
        _ = box.add(parse(b"Subject: b\n\n"))
    assert first.message.subject == "a"
    assert list((box.path / "tmp").iterdir()) == []
    (box.path / "tmp" / "1.same").touch()
    (box.path / "tmp" / "1.stays").touch()
    with pytest.raises(FileExistsError, match="unique names"):
        _ = box.add(parse(RAW))


def test_without_hard_links_it_is_renamed(box: Maildir, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refused)
    entry = box.add(parse(RAW))
    assert entry.message.subject == "a"
    assert list((box.path / "tmp").iterdir()) == []
    monkeypatch.setattr("mailwright.mime.delivery.unique_name", lambda: entry.key)
    with pytest.raises(PermissionError):
        _ = box.add(parse(RAW))


@pytest.mark.skipif(sys.platform == "win32", reason="uname is of Unix")
@pytest.mark.parametrize(("host", "shown"), [("a/b:c", "a\\057b\\072c"), ("ä", "localhost"), ("", "localhost")])
def test_the_host_can_stand_in_a_name(box: Maildir, monkeypatch: pytest.MonkeyPatch, host: str, shown: str) -> None:
    monkeypatch.setattr(os, "uname", lambda: type("Uname", (), {"nodename": host}))
    assert box.add(parse(RAW)).key.endswith(f".{shown}")


def test_only_stale_files_are_cleaned(box: Maildir) -> None:
    old, young = box.path / "tmp" / "old", box.path / "tmp" / "young"
    for path in (old, young):
        path.touch()
    now = young.stat().st_mtime
    os.utime(old, (now - STALE - 60, now - STALE - 60))
    os.utime(young, (now, now - STALE - 60))
    assert box.clean() == 1
    assert (old.exists(), young.exists()) == (False, True)
    assert box.clean(older_than=-60) == 1
    assert box.clean() == 0


def test_cleaning_is_not_hurt_by_others_who_clean(box: Maildir, monkeypatch: pytest.MonkeyPatch) -> None:
    (box.path / "tmp" / "old").touch()

    def gone(*_: object, **__: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(os, "unlink", gone)
    assert box.clean(older_than=-60) == 0
