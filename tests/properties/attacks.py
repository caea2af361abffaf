"""Hostile messages of any size: what is cheap to send and could be dear to read."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["ATTACKS", "deep", "mailbox", "nested", "parts"]

MIXED = b"Content-Type: multipart/mixed; boundary=a\n\n"


def nested(count: int) -> bytes:
    """A multipart in a multipart in a multipart, and none is ever closed."""
    opened = b"".join([b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(count)])
    return opened + b"Subject: deep\r\n\r\ntext\r\n"


def deep(count: int) -> bytes:
    """Multiparts in each other, all of them closed."""
    opened = [b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(count)]
    closed = [b"\r\n--b%d--\r\n" % n for n in reversed(range(count))]
    return b"".join([*opened, b"Subject: deep\r\n\r\ntext", *closed])


def parts(count: int) -> bytes:
    """A multipart of texts and files, with HTML that shows some of them."""
    text = b"--a\r\nContent-Type: text/plain\r\n\r\ntext\r\n"
    file = (
        b"--a\r\nContent-Type: image/png\r\nContent-ID: <x>\r\nContent-Disposition: attachment; filename=x\r\n\r\nx\r\n"
    )
    html = b"--a\r\nContent-Type: text/html\r\n\r\n<p>x<img src=cid:x>\r\n"
    return (
        b"Content-Type: multipart/related; boundary=a\r\n\r\n" + (text + file + html) * (count // 3 + 1) + b"--a--\r\n"
    )


def mailbox(count: int) -> bytes:
    """An mbox of small messages."""
    return b"From a@example.com Sun Nov  6 08:49:37 1994\nSubject: x\n\n>From x\n\n" * count


def _leaf(header: bytes, unit: bytes) -> Callable[[int], bytes]:
    return lambda n: header + b"\n\n" + unit * n


def _field(name: bytes, unit: bytes, before: bytes = b"") -> Callable[[int], bytes]:
    return lambda n: name + b": " + before + unit * n + b"\n\n"


ATTACKS: dict[str, Callable[[int], bytes]] = {
    # lines of a header
    "fields": lambda n: b"X: y\r\n" * n + b"\r\n",
    "fields of one kind": lambda n: b"To: a@b.c\r\n" * n + b"\r\n",
    "dates": lambda n: b"Date: x\nDate: Fri, 21 Nov 1997 09:55:06 -0600\n" * n + b"\n",
    "types": lambda n: b"Content-Type: text/html\nContent-Disposition: inline\n" * n + b"\n",
    "one field": lambda n: b"Subject: " + b"x \r\n " * n + b"\r\n\r\n",
    "a line of spaces": lambda n: b"Subject: a" + b" " * n + b"b\r\n\r\n",
    "a large body": lambda n: MIXED + b"--a\n\n" + b"x" * 76 * n + b"\n--a--\n",
    "a long line": lambda n: b"Subject: " + b"x" * n + b"\r\n\r\n" + b"y" * n,
    "odd lines": lambda n: b"A: b\r\nodd\r\n" * n,
    "continuations": lambda n: b" x\n" * n,
    "empty continuations": lambda n: b"A: b\r\n" + b" \r\n" * n,
    # structure
    "boundaries that are none": lambda n: MIXED + b"--ab\n" * n,
    "boundaries of spaces": lambda n: MIXED + b"--a" + b" " * n + b"x\n--a\n",
    "boundaries that are closed": lambda n: MIXED + b"--a--\n" * n,
    "dashes": lambda n: MIXED + b"-" * n + b"\n" + b"--\n" * n,
    "a long boundary": lambda n: b"Content-Type: multipart/mixed; boundary=%b\n\n--%b\n\n" % (b"a" * n, b"a" * n),
    "parts": lambda n: MIXED + b"--a\n\n" * n,
    "parts without a header": lambda n: MIXED + b"--a\nx\n" * n,
    "texts and files": parts,
    "alternatives": lambda n: (
        b"Content-Type: multipart/alternative; boundary=a\n\n" + b"--a\nContent-Type: text/html\n\nx\n" * n
    ),
    "a digest": lambda n: b"Content-Type: multipart/digest; boundary=a\n\n" + b"--a\n\nSubject: x\n\ny\n" * n,
    "parts in eight bits": lambda n: MIXED + b"--a\n\n\xc3\xbc\n--a\nContent-Type: image/png\n\n\xff\n" * n,
    "encoded messages": lambda n: (
        MIXED + b"--a\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQTogYg==\n" * n
    ),
    "external bodies": lambda n: (
        MIXED + b"--a\nContent-Type: message/external-body; access-type=url; url=x\n\nContent-ID: <x>\n\n" * n
    ),
    "multiparts never closed": nested,
    "multiparts in multiparts": deep,
    "multiparts of the same boundary": lambda n: (b"Content-Type: multipart/mixed; boundary=a\n\n--a\n") * n,
    "messages in messages": lambda n: b"Content-Type: message/rfc822\n\n" * n,
    # fields
    "encoded words": _field(b"Subject", b"=?utf-8?q?x?= "),
    "encoded words of other charsets": _field(b"Subject", b"=?utf-8?q?x?= =?koi8-r?b?Y?= =?x?q?y?= "),
    "encoded word beginnings": _field(b"Subject", b"=?a?q?"),
    "replies": _field(b"Subject", b"Re: Fwd: [x] "),
    "addresses": _field(b"To", b"a@b.c, "),
    "addresses of the author": _field(b"From", b"a@b.c, "),
    "names that are addresses": _field(b"From", b'"c@d.e" <a@b.c>, '),
    "look-alikes": lambda n: b"From: a@" + "аb.".encode() * n + b"com\n\n",
    "comments": _field(b"To", b"("),
    "closed comments": _field(b"From", b"(a(b)) "),
    "groups in groups": _field(b"To", b"a:"),
    "groups": _field(b"Cc", b"g: a@b.c; "),
    "routes": _field(b"To", b"@a,", b"<"),
    "identifiers": _field(b"References", b"<a@b> "),
    "identifiers without an end": _field(b"References", b"<a@b "),
    "parameters": _field(b"Content-Type", b"; a=b", b"text/plain"),
    "parameters in sections": lambda n: (
        b"Content-Type: text/plain" + b"".join([b"; name*%d*=a%%41" % number for number in range(n)]) + b"\n\n"
    ),
    "semicolons": _field(b"Content-Type", b";", b"text/plain"),
    "quotes": _field(b"Content-Type", b'\\"', b'text/plain; a="'),
    "names of files": _field(b"Content-Disposition", b"../", b"attachment; filename="),
    "a long name of a file": _field(b"Content-Disposition", b"x", b"attachment; filename="),
    "a value and spaces": lambda n: b"Content-Type: text/plain" + b" " * n + b"x\n\n",
    "a parameter and spaces": lambda n: b"Content-Type: text/plain; a=b" + b" " * n + b"x\n\n",
    "list commands": _field(b"List-Post", b"<mailto:a@b> (c), "),
    # bodies
    "quoted-printable spaces": lambda n: b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * n + b"x",
    "quoted-printable marks": _leaf(b"Content-Transfer-Encoding: quoted-printable", b"="),
    "base64 rubbish": _leaf(b"Content-Transfer-Encoding: base64", b"A!="),
    "base64 padding": _leaf(b"Content-Transfer-Encoding: base64", b"YQ==\r\n"),
    "uuencode": _leaf(b"Content-Transfer-Encoding: x-uue", b"begin \n#86)C\n"),
    "yEnc": _leaf(b"Content-Transfer-Encoding: x-yenc", b"=ybegin x\n=y=\n"),
    "flowed text": _leaf(b"Content-Type: text/plain; format=flowed", b"> >x \n>y \n "),
    "quotations": _leaf(b"Subject: x", b"> "),
    "links": _leaf(b"Subject: x", b"http://a.b/(c) a@b.c "),
    "HTML": _leaf(b"Content-Type: text/html", b"<blockquote><table><tr><td>x<a href=y>"),
    "HTML that declares charsets": _leaf(b"Content-Type: text/html", b"<meta charset"),
    "character references": _leaf(b"Content-Type: text/html; charset=x", b"&#1;&amp"),
    "a delivery status": _leaf(b"Content-Type: message/delivery-status", b"Final-Recipient: x;y\nAction: z\n\n"),
    "carriage returns": lambda n: b"\r" * n,
    "empty lines": lambda n: b"\r\n" * n,
    "NULs": lambda n: b"\0" * n,
    "octets over 127": lambda n: b"\xff" * n + b"\n\n" + b"\xfe" * n,
}
"""By what they are made of; each takes a count."""
