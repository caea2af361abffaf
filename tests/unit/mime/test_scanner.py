from mailwright.mime import scanner
from mailwright.mime.defects import Defects
from mailwright.mime.limits import Limits
from mailwright.mime.scanner import Node, scan

TWO = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nA: 1\n\ntwo\n--b--\n"


def scanned(raw: bytes) -> tuple[Node, list[str]]:
    defects = Defects(100)
    return scan(raw, limits=Limits(), defects=defects), [defect.kind for defect in defects.found]


def bodies(raw: bytes) -> list[bytes]:
    node, _ = scanned(raw)
    return [raw[child.block.end : child.end] for child in node.children]


def test_the_line_end_before_a_boundary_belongs_to_the_boundary() -> None:
    assert bodies(TWO) == bodies(TWO.replace(b"\n", b"\r\n")) == [b"one", b"two"]
    assert bodies(TWO.replace(b"one\n", b"one\n\n")) == [b"one\n", b"two"]


def test_offsets_are_the_same_for_a_macintosh() -> None:
    node, kinds = scanned(TWO.replace(b"\n", b"\r"))
    assert kinds == ["line-ends-cr"]
    assert [(child.block.end, child.end) for child in node.children] == [
        (child.block.end, child.end) for child in scanned(TWO)[0].children
    ]


def test_only_white_space_may_stand_behind_a_boundary() -> None:
    assert bodies(TWO.replace(b"--b\nA", b"--b \t\nA")) == [b"one", b"two"]
    assert bodies(TWO.replace(b"--b\nA", b"--bc\nA")) == [b"one\n--bc\nA: 1\n\ntwo"]
    assert bodies(TWO.replace(b"\none", b"\n --b\none"))[0] == b" --b\none"


def test_parts_that_are_empty() -> None:
    assert bodies(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b--") == [b"", b""]
    assert bodies(b"Content-Type: multipart/mixed; boundary=b\n\n--b") == [b""]
    assert bodies(b"Content-Type: multipart/mixed; boundary=b\n\n--b--\n") == []


def test_a_boundary_in_a_preamble_or_epilogue_is_none_of_a_closed_multipart() -> None:
    assert bodies(TWO + b"--b\n\nthree\n") == [b"one", b"two"]


def test_boundaries_of_strange_octets() -> None:
    for boundary in (b'"a b"', b'"=_?:(x)"', "ü".encode(), b"\xfc", b"b--", b'"b "'):
        raw = b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n\none\n--%s--\n" % (
            boundary,
            boundary.strip(b'"'),
            boundary.strip(b'"'),
        )
        assert bodies(raw) == [b"one"], boundary


def test_a_deep_message_is_no_recursion() -> None:
    node, _ = scanned(b"Content-Type: message/rfc822\n\n" * 1000 + b"Subject: x\n\n")
    depth = 0
    while node.children:
        assert node.kind == scanner.MESSAGE
        node = node.children[0]
        depth += 1
    assert depth == 1000


def test_an_outer_boundary_ends_everything_within() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n"
        b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\nin\n--o\n\nout\n--o--\n"
    )
    node, kinds = scanned(raw)
    assert kinds == ["boundary-unclosed"]
    assert len(node.children) == 2
    assert raw[node.children[1].block.end : node.children[1].end] == b"out"
