"""Caught mail is kept in order, waited for, and written whole."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from mailwright import Address
from mailwright.devserver import Inbox
from mailwright.smtp import Caught

BOB = Address("", "bob", "example.com")


def caught(content: bytes = b"Subject: hi\r\n\r\n") -> Caught:
    return Caught(None, (BOB,), content)


def test_it_is_a_sequence_in_the_order_of_arrival() -> None:
    inbox = Inbox()
    first, second = caught(b"1"), caught(b"2")
    assert inbox.add(first) is None
    inbox.add(second)
    assert (len(inbox), inbox[0], inbox[-1], inbox[:1]) == (2, first, second, [first])
    assert list(inbox) == [first, second]
    inbox.clear()
    assert len(inbox) == 0


def test_messages_are_waited_for() -> None:
    inbox = Inbox()
    message = caught()
    thread = threading.Thread(target=inbox.add, args=(message,))
    thread.start()
    assert inbox.wait(1, 20) == [message]
    thread.join()


def test_waiting_in_vain_says_how_many_came() -> None:
    inbox = Inbox()
    inbox.add(caught())
    with pytest.raises(TimeoutError, match="1 of 2 messages came"):
        inbox.wait(2, 0.01)


def test_messages_are_saved_with_numbers_byte_for_byte(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "new" / "folder")
    paths = [inbox.add(caught(b"a\r\n\xff")), inbox.add(caught(b"b"))]
    assert [path.name for path in paths if path] == ["00001.eml", "00002.eml"]
    assert (tmp_path / "new" / "folder" / "00001.eml").read_bytes() == b"a\r\n\xff"
    assert not list(tmp_path.rglob("*.tmp"))


def test_numbers_go_on_where_an_older_inbox_stopped(tmp_path: Path) -> None:
    (tmp_path / "00041.eml").touch()
    (tmp_path / "notes.eml").touch()
    path = Inbox(tmp_path).add(caught())
    assert path is not None
    assert path.name == "00042.eml"


def test_clearing_leaves_the_files(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.add(caught())
    inbox.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["00001.eml"]


def test_a_folder_that_cannot_be_written_to_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match="cannot be written to"):
        Inbox(tmp_path)


def test_a_folder_that_is_a_file_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        Inbox(tmp_path / "file")


def test_a_message_that_cannot_be_written_is_not_kept(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "folder")
    (tmp_path / "folder").rmdir()
    with pytest.raises(FileNotFoundError):
        inbox.add(caught())
    assert len(inbox) == 0
