import email
from email import policy

from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.mime import Address, Message

fair = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
bodies = st.text(st.one_of(fair, st.sampled_from("\n\r\t .F-=")), max_size=300)
names = st.text(fair, min_size=1, max_size=30).filter(
    lambda name: name.replace("\\", "/").split("/")[-1].strip(" .") != ""
)
people = st.builds(
    Address, st.text(fair, max_size=40), st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.just("example.com")
)


@settings(max_examples=60, deadline=None)
@given(
    people,
    st.lists(people, min_size=1, max_size=4),
    st.text(fair, max_size=100),
    bodies,
    st.none() | bodies,
    st.lists(st.tuples(names, st.binary(max_size=200)), max_size=3),
)
def test_an_independent_reader_finds_what_was_meant(
    author: Address, to: list[Address], subject: str, text: str, html: str | None, files: list[tuple[str, bytes]]
) -> None:
    message = Message(from_=author, to=to, subject=subject, text=text, html=html)
    for name, content in files:
        message.attach(content, name=name, type="application/x-test")
    raw = message.to_bytes()
    assert raw == message.to_bytes()
    assert message.size() == len(raw)
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert not {b"\r", b"\n"} & {bytes([octet]) for octet in raw.replace(b"\r\n", b"")}
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert [a.addr_spec for a in parsed["to"].addresses] == [a.addr_spec for a in to]
    assert len(parsed["from"].addresses) == 1
    plain = parsed.get_body(("plain",))
    assert plain is not None
    meant = text.replace("\r\n", "\n").replace("\r", "\n")
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == meant.rstrip("\n")
    found = list(parsed.iter_attachments()) if files else []
    assert [part.get_content() for part in found] == [content for _, content in files]
    again = Message.from_email(email.message_from_bytes(raw))
    assert again.subject == subject.strip(" \t")
    assert again.from_ == message.from_
    assert again.to == message.to
    assert [part.filename for part in again.attachments] == [part.filename for part in message.attachments]
