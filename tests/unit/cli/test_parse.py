"""``mailwright parse``: what is in a message, for people and for programs, and nothing that harms them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from mailwright import mime
from mailwright.cli.console import Console
from mailwright.mime import KINDS, Message
from source_files import ROOT
from unit.cli.conftest import Run

CORPUS = ROOT / "tests" / "corpus"
PHOTO = CORPUS / "wild" / "apple-inline-photo.eml"
FORWARDED = CORPUS / "rfc" / "forwarded-message.eml"
MBOX = b"From a@example.com Mon Nov  2 08:15:00 2026\nSubject: one\n\nfirst\n\nFrom - \nSubject: two\n\nsecond\n"

GOLDEN = {
    "rfc/plain": """\
   from      Ada <ada@example.com>
   to        Ben <ben@example.org>
   subject   Keys
   date      Mon, 2 Nov 2026 08:15:00 +0100
   message-id <1@example.com>
   1  text/plain  1 line, 29 bytes
""",
    "rfc/forwarded-message": """\
   from      Ada <ada@example.com>
   to        Ben <ben@example.org>
   subject   Fwd
   date      Mon, 2 Nov 2026 08:15:00 +0100
   multipart/mixed
   ├── 1  text/plain  1 line, 10 bytes
   └── 2  message/rfc822  attachment
       └── multipart/alternative
           ├── 2.1  text/plain  1 line, 10 bytes
           └── 2.2  text/html  1 line, 12 bytes
""",
    "malformed/nonsense-everywhere": """\
   from      Ada <ada@example.com>
   to        Ben <ben@example.org>
   subject   x
   date      Mon, 2 Nov 2026 08:15:00 +0100
   1  text/plain  klingon, shouting, 1 line, 16 bytes
   defect    type-invalid at 0 (text; charset=klingon): {type-invalid}
   defect    encoding-unknown at 0 (shouting): {encoding-unknown}
   defect    charset-unknown at 0 (klingon): {charset-unknown}
   defect    field-repeated at 106 (Date): {field-repeated}
   defect    date-invalid at 106 (yesterday evening): {date-invalid}
""",
    "wild/apple-inline-photo": """\
   from      Ada <ada@example.com>
   to        Ben <ben@example.org>
   subject   photo
   date      Mon, 2 Nov 2026 08:15:00 +0100
   multipart/mixed
   ├── 1  text/plain  1 line, 5 bytes
   ├── 2  image/jpeg  base64, 3 bytes, inline, "beach.jpg"
   └── 3  text/plain  1 line, 9 bytes
""",
}


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Write octets into a file."""

    def write(raw: bytes, name: str = "a.eml") -> Path:
        path = tmp_path / name
        path.write_bytes(raw)
        return path

    return write


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output as a terminal."""
    monkeypatch.setattr(Console, "is_terminal", property(lambda self: True))


def documents(shown: Result) -> list[dict[str, Any]]:
    assert shown.stdout.isascii()
    return [json.loads(line) for line in shown.stdout.splitlines()]


def document(shown: Result) -> dict[str, Any]:
    (found,) = documents(shown)
    return found


# --- for people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", sorted(GOLDEN))
def test_a_message_in_outline(case: str, run: Run) -> None:
    path = CORPUS / f"{case}.eml"
    expected = GOLDEN[case]
    for kind, meaning in KINDS.items():
        expected = expected.replace(f"{{{kind}}}", meaning)
    shown = run("parse", path)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout == f"{path}\n{expected}\n"


def test_standard_input_is_a_file_too(run: Run) -> None:
    assert run("parse", "-", stdin=PHOTO.read_bytes()).stdout.startswith("-\n   from      Ada")


def test_all_fields_decoded_or_as_they_stand(run: Run, written: Any) -> None:
    path = written(b"X-One: =?utf-8?q?z=C3=A4h?=\n and folded\nSubject: x\nX-One: \xff\n\n")
    assert run("parse", "--headers", path).stdout.splitlines()[1:4] == [
        "X-One: zäh and folded",
        "Subject: x",
        "X-One: ÿ",
    ]
    assert run("parse", "--raw-headers", path).stdout.splitlines()[1:5] == [
        "X-One: =?utf-8?q?z=C3=A4h?=",
        " and folded",
        "Subject: x",
        r"X-One: \xff",
    ]


def test_what_a_report_says(run: Run, written: Any) -> None:
    path = written(
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
        b"Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\n"
        b"Diagnostic-Code: smtp; 550 No such user\n"
    )
    assert "   failed    bob@example.org 5.1.1\n   because   550 No such user\n" in run("parse", path).stdout


# --- its contents -----------------------------------------------------------------------------------------------------


def test_the_text_and_the_html_and_nothing_else(run: Run) -> None:
    path = CORPUS / "rfc" / "alternative.eml"
    message = mime.parse(path)
    assert run("parse", "--text", path).stdout == message.as_text().removesuffix("\n") + "\n"
    assert run("parse", "--html", path).stdout == message.as_html().removesuffix("\n") + "\n"
    assert run("parse", "--text", path, path).stdout == 2 * run("parse", "--text", path).stdout


def test_a_message_without_text_prints_nothing(run: Run, written: Any) -> None:
    assert run("parse", "--text", written(b"Content-Type: image/png\n\nx")).stdout == ""


def test_a_part_comes_out_octet_for_octet(run: Run) -> None:
    shown = run("parse", "--part", "2", PHOTO)
    assert (shown.exit_code, shown.stdout_bytes) == (0, b"\xff\xd8\xff")
    assert run("parse", "--part", "2", FORWARDED).stdout_bytes == mime.parse(FORWARDED).attachments[0].content


@pytest.mark.parametrize(
    ("part", "path", "said"),
    [
        ("9", PHOTO, "there is no part '9'; the message holds 1 to 3"),
        ("2.1", PHOTO, "there is no part '2.1'; 2 is image/jpeg and holds no parts"),
    ],
)
def test_a_part_that_is_not_there(part: str, path: Path, said: str, run: Run) -> None:
    shown = run("parse", "--part", part, path)
    assert (shown.exit_code, shown.stdout, shown.stderr) == (1, "", f"mailwright: {path}: {said}\n")


def test_a_multipart_has_no_content(run: Run, written: Any) -> None:
    path = written(b"Content-Type: multipart/x; boundary=a\n\n--a\nContent-Type: multipart/y; boundary=b\n\n--b\n\nx\n")
    shown = run("parse", "--part", "1", path)
    assert shown.exit_code == 1
    assert "part 1 is multipart/y and only holds others; ask for 1.1" in shown.stderr


def test_one_message_without_the_part_does_not_hide_the_next(run: Run, written: Any) -> None:
    two = b"Content-Type: multipart/x; boundary=a\n\n--a\n\nA\n--a\n\nB\n--a--\n"
    path = written(b"From - \nSubject: x\n\nx\n\nFrom - \n" + two)
    shown = run("parse", "--part", "2", path)
    assert (shown.exit_code, shown.stdout) == (1, "B")
    assert "there is no part '2'" in shown.stderr


# --- saving -----------------------------------------------------------------------------------------------------------


def test_attachments_are_saved_and_said_where(run: Run, tmp_path: Path) -> None:
    shown = run("parse", "--save", tmp_path, PHOTO)
    assert (tmp_path / "beach.jpg").read_bytes() == b"\xff\xd8\xff"
    assert f"   saved     2  {tmp_path / 'beach.jpg'}\n" in shown.stdout
    assert len(list(tmp_path.iterdir())) == 1


def test_all_parts_are_saved_when_asked_for(run: Run, tmp_path: Path) -> None:
    shown = run("parse", "--save", tmp_path, "--all", "--json", FORWARDED)
    saved = document(shown)["saved"]
    assert [each["path"] for each in saved] == ["1", "2", "2.1", "2.2"]
    assert all(Path(each["file"]).parent == tmp_path and Path(each["file"]).is_file() for each in saved)


def test_one_part_is_saved(run: Run, tmp_path: Path) -> None:
    assert document(run("parse", "--save", tmp_path, "--part", "3", "--json", PHOTO))["saved"] == [
        {"path": "3", "file": str(tmp_path / "part.plain")}
    ]
    assert (tmp_path / "part.plain").read_bytes() == mime.parse(PHOTO).parts[2].content


def test_nothing_is_overwritten_and_nothing_leaves_the_directory(run: Run, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = CORPUS / "wild" / "dangerous-file-name.eml"
    for _ in range(2):
        assert run("parse", "--save", inside, path).exit_code == 0
    assert sorted(each.name for each in inside.iterdir()) == ["_CON (1).txt", "_CON.txt"]
    assert list(tmp_path.iterdir()) == [inside]


def test_a_directory_that_is_not_there_is_named_and_not_made(run: Run, tmp_path: Path) -> None:
    shown = run("parse", "--save", tmp_path / "none", PHOTO)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert f"there is no directory {str(tmp_path / 'none')!r}; make it first" in shown.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="files have other permissions there")
def test_what_cannot_be_saved_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Path:
        raise PermissionError(13, "Permission denied", str(tmp_path / "beach.jpg"))

    monkeypatch.setattr("mailwright.mime.part.Part.save", refuse)
    shown = run("parse", "--save", tmp_path, PHOTO)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr == f"mailwright: {PHOTO}: {tmp_path / 'beach.jpg'}: Permission denied\n"


# --- mailboxes --------------------------------------------------------------------------------------------------------


def test_a_mailbox_is_shown_message_by_message(run: Run, written: Any) -> None:
    path = written(MBOX)
    lines = run("parse", path).stdout.splitlines()
    assert [line for line in lines if str(path) in line] == [f"{path}, message 1", f"{path}, message 2"]
    assert [line for line in lines if "subject" in line] == ["   subject   one", "   subject   two"]


@pytest.mark.parametrize("name", ["file", "-"])
def test_one_message_of_a_mailbox(name: str, run: Run, written: Any) -> None:
    path = name if name == "-" else written(MBOX)
    assert run("parse", "--message", 2, "--text", path, stdin=MBOX).stdout == "second\n"


def test_a_message_that_the_mailbox_does_not_have(run: Run, written: Any) -> None:
    shown = run("parse", "--message", 3, written(MBOX))
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr.endswith("there is no message 3; the file holds 2\n")


def test_where_a_message_stands_in_its_mailbox(run: Run, written: Any) -> None:
    first, second = documents(run("parse", "--json", written(MBOX)))
    assert (first["number"], first["mbox"]) == (
        1,
        {"offset": 0, "sender": "a@example.com", "date": "2026-11-02T08:15:00+00:00"},
    )
    assert (second["number"], second["mbox"]["offset"]) == (2, MBOX.index(b"From - "))
    assert document(run("parse", "--json", "--no-mbox", written(MBOX)))["mbox"] is None


# --- for programs -----------------------------------------------------------------------------------------------------

KEYS = [
    "ok file number mbox subject from sender reply_to to cc bcc date message_id in_reply_to references headers",
    "raw_headers parts attachments defects report saved",
]


@pytest.mark.parametrize("case", sorted(path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*.eml")))
def test_all_of_the_corpus_is_json_with_the_same_keys(case: str, run: Run) -> None:
    for extra, more in ((), []), (("--bodies",), ["text", "html"]):
        found = documents(run("parse", "--json", *extra, CORPUS / case))
        assert [sorted(each) for each in found] == [sorted([*" ".join(KEYS).split(), *more])]


def test_the_facts_of_a_message(run: Run) -> None:
    found = document(run("parse", "--json", "--bodies", FORWARDED))
    raw = FORWARDED.read_bytes()
    assert (found["ok"], found["file"], found["number"], found["mbox"]) == (True, str(FORWARDED), 1, None)
    assert (found["subject"], found["date"]) == ("Fwd", "2026-11-02T08:15:00+01:00")
    assert found["from"] == [{"name": "Ada", "address": "ada@example.com"}]
    assert found["headers"][0] == ["From", "Ada <ada@example.com>"]
    assert found["raw_headers"][0] == "From: Ada <ada@example.com>"
    assert [part["path"] for part in found["parts"]] == ["", "1", "2", "", "2.1", "2.2"]
    assert [part["depth"] for part in found["parts"]] == [0, 1, 1, 2, 3, 3]
    text = found["parts"][1]
    assert raw[text["offsets"]["header_end"] : text["offsets"]["end"]].decode() == found["text"]
    assert (text["octets"], text["size"], text["lines"], text["type"]) == (10, 10, 1, "text/plain")
    assert found["attachments"] == ["2"]
    assert (found["report"], found["saved"], found["html"]) == (None, [], None)


def test_groups_and_references(run: Run, written: Any) -> None:
    path = written(b"To: Friends: a@example.com, B <b@example.org>;\nReferences: <1@x> <2@x>\nIn-Reply-To: <2@x>\n\n")
    found = document(run("parse", "--json", path))
    members = [{"name": "", "address": "a@example.com"}, {"name": "B", "address": "b@example.org"}]
    assert found["to"] == [{"group": "Friends", "members": members}]
    assert (found["references"], found["in_reply_to"], found["date"]) == (["<1@x>", "<2@x>"], "<2@x>", None)


def test_reports_as_facts(run: Run, written: Any) -> None:
    status = b"Final-Recipient: rfc822; b@example.org\nAction: failed\nStatus: 5.1.1\n"
    delivery = written(b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n" + status, "d")
    read = b"Final-Recipient: rfc822; b@example.org\nDisposition: manual-action/MDN-sent-manually; displayed\n"
    receipt = written(b"Content-Type: message/disposition-notification\n\n" + read, "r")
    abuse = written(b"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nIncidents: 2\n", "f")
    reports = [each["report"] for each in documents(run("parse", "--json", delivery, receipt, abuse))]
    assert [each["kind"] for each in reports] == ["delivery-status", "disposition-notification", "feedback-report"]
    recipient = reports[0]["recipients"][0]
    assert (recipient["final_recipient"], recipient["action"], recipient["status"]) == (
        "b@example.org",
        "failed",
        "5.1.1",
    )
    assert reports[1]["disposition"] == "manual-action/mdn-sent-manually; displayed"
    assert (reports[2]["feedback_type"], reports[2]["incidents"]) == ("abuse", 2)


def test_octets_of_every_kind_do_not_break_json(run: Run, written: Any) -> None:
    junk = bytes(range(256))
    path = written(b"Subject: " + junk.replace(b"\n", b"") + b"\nX-\xff: y\nContent-Type: text/plain\n\n" + junk)
    found = document(run("parse", "--json", "--bodies", path))
    assert found["text"].startswith("\x00\x01")
    assert any(line.startswith("Subject: ") and r"\xff" in line for line in found["raw_headers"])


# --- exit codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_file_that_cannot_be_read_does_not_hide_the_others(flags: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    shown = run("parse", *flags, tmp_path / "none", tmp_path, PHOTO)
    assert shown.exit_code == 1
    assert f"mailwright: {tmp_path / 'none'}: No such file or directory\n" in shown.stderr
    assert f"mailwright: {tmp_path}: Is a directory\n" in shown.stderr
    assert "photo" in shown.stdout
    if flags:
        none, directory, photo = documents(shown)
        assert [none["ok"], directory["ok"], photo["ok"]] == [False, False, True]
        assert none["error"]["what"] == "No such file or directory"


def test_strict_ends_with_1_when_there_are_defects(run: Run) -> None:
    odd = CORPUS / "malformed" / "nonsense-everywhere.eml"
    assert run("parse", odd).exit_code == 0
    assert run("parse", "--strict", PHOTO).exit_code == 0
    assert run("parse", "--strict", odd, PHOTO).exit_code == 1
    assert run("parse", "--strict", "--json", odd).exit_code == 1
    assert run("parse", "--strict", "--text", odd).exit_code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--text", "--html"], "--text and --html"),
        (["--html", "--part", "1"], "--html and --part"),
        (["--json", "--text"], "--json --bodies"),
        (["--json", "--part", "1"], "--save"),
        (["--text", "--save", "."], "--text prints and --save saves"),
        (["--bodies"], "--bodies is for --json"),
        (["--all"], "--save DIRECTORY"),
        (["--headers", "--raw-headers"], "not both"),
        (["--part", "x"], "'x' is no number of a part"),
        (["--part", ""], "is no number of a part"),
        (["--part", "1..2"], "is no number of a part"),
        (["--part", "01"], "is no number of a part"),
        (["-", "-"], "only one FILE can be -"),
        (["--message", "0"], "0 is not in the range"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(words: list[str], said: str, run: Run) -> None:
    shown = run("parse", *words, PHOTO)
    assert shown.exit_code == 2
    assert said in shown.stdout + shown.stderr
    assert "photo" not in shown.stdout


def test_it_needs_a_file(run: Run) -> None:
    assert run("parse").exit_code == 2


# --- hostile mail -----------------------------------------------------------------------------------------------------

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egpj\u2066\r\x00"


def hostile() -> bytes:
    """A message with escape sequences wherever there is text."""
    raw, word = ESCAPES.encode(), b"=?utf-8?b?Gxtd?="
    return b"".join(
        [
            b"From: " + word + b" <a@example.com>\nTo: " + raw + b" <b@example.org>\n",
            b"Subject: " + word + raw + b"\nX-\x1b[31m: y\nDate: " + raw + b"\nMessage-ID: <" + raw + b">\n",
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-ID: <" + raw + b">\n",
            b'Content-Type: text/\x1b[2J; charset="' + raw + b'"\nContent-Transfer-Encoding: ' + raw + b"\n",
            b'Content-Disposition: \x1b[2J; filename="' + raw + b'.txt"\n\n' + raw + b"\n--b--\n",
        ]
    )


@pytest.mark.parametrize("flags", [(), ("--headers",), ("--raw-headers",), ("--json",)])
def test_nothing_in_mail_controls_the_terminal(flags: tuple[str, ...], run: Run, written: Any) -> None:
    shown = run("parse", *flags, written(hostile()))
    assert shown.exit_code == 0
    assert all(line.isprintable() for line in shown.stdout.split("\n"))
    assert "1b" in shown.stdout


def test_nor_does_a_file_name_of_ours_nor_an_error(run: Run, written: Any) -> None:
    path = written(b"Content-Type: \x1b/x\n\n", "\x1b[31m.eml")
    assert all(line.isprintable() for line in run("parse", path).stdout.split("\n"))
    shown = run("parse", "--part", "1.1", path)
    assert shown.exit_code == 1
    assert all(line.isprintable() for line in shown.stderr.split("\n"))


@pytest.mark.usefixtures("terminal")
def test_nor_does_a_text_on_a_terminal(run: Run, written: Any) -> None:
    path = written(
        b"Content-Type: text/plain; charset=utf-8\n\n\ta\x1b[2J\r\nb\xe2\x80\xaec\n\xf0\x9f\x91\xa9\xe2\x80\x8d\n"
    )
    for words in ("--text",), ("--part", "1"):
        assert run("parse", *words, path).stdout == "\ta\\x1b[2J\nb\\x202ec\n👩\u200d\n"


@pytest.mark.usefixtures("terminal")
def test_a_picture_is_not_shown_on_a_terminal(run: Run) -> None:
    shown = run("parse", "--part", "2", PHOTO)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "part 2 is image/jpeg, no text; send it to a file, or give --save" in shown.stderr


def test_a_pipe_gets_what_is_there(run: Run, written: Any) -> None:
    assert run("parse", "--text", written(b"Subject: x\n\na\x1b[2Jb\n")).stdout == "a\x1b[2Jb\n"


def test_colours_are_for_terminals(run: Run) -> None:
    path = CORPUS / "malformed" / "nonsense-everywhere.eml"
    assert "\x1b" not in run("parse", path).stdout
    assert "\x1b[33m" in run("parse", path, FORCE_COLOR="1", TERM="xterm").stdout


def test_ten_thousand_parts(run: Run, written: Any) -> None:
    path = written(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000 + b"--b--\n")
    assert "   └── 10000  text/plain  1 line, 1 byte\n" in run("parse", path).stdout
    assert len(document(run("parse", "--json", path))["parts"]) == 10_001


def test_parts_within_parts_do_not_flood_anybody(run: Run, written: Any) -> None:
    lines = [b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(900)]
    path = written(b"".join([*lines, b"\nx\n"]) + b"--b899\n\nx\n" * 2_000)
    shown = run("parse", path)
    assert "holds parts too deep to be shown" in shown.stdout
    assert len(shown.stdout) < 200_000
    assert document(run("parse", "--json", path))["parts"][-1]["is_cut"] is True
    deep = ".".join(["1"] * 900)
    assert run("parse", "--part", deep, path).stdout == "x"


def test_saving_reaches_what_is_too_deep_to_be_shown(run: Run, written: Any, tmp_path: Path) -> None:
    lines = [b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(200)]
    path = written(b"".join(lines) + b"Content-Disposition: attachment; filename=deep.txt\n\nx\n")
    assert run("parse", "--save", tmp_path, path).exit_code == 0
    assert (tmp_path / "deep.txt").exists()


def test_all_open_corpora_can_be_shown(corpora: Path, run: Run) -> None:
    files = [path for path in corpora.rglob("*.eml") if path.is_file()]
    assert len(files) > 100
    for path in files:
        shown = run("parse", path)
        assert (shown.exit_code, shown.stderr) == (0, ""), path
        assert shown.stdout.replace("\n", "").isprintable(), path
        assert all(each["ok"] for each in documents(run("parse", "--json", "--bodies", path))), path


def test_what_we_write_has_nothing_to_complain_about(run: Run, written: Any) -> None:
    message = Message(from_="a@example.com", to="b@example.org", subject="zäh", text="hi", html="<p>hi</p>")
    message.attach(b"12345", name="fünf.bin")
    shown = run("parse", "--strict", written(message.to_bytes()))
    assert shown.exit_code == 0
    assert '└── 2  application/octet-stream  base64, 5 bytes, attachment, "fünf.bin"' in shown.stdout
