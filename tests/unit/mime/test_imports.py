import subprocess
import sys


def test_the_text_wing_loads_nothing_of_the_world() -> None:
    code = (
        "import sys, mailwright.mime, mailwright.grammar as grammar; grammar.address.parse_list('a@b');"
        "m = mailwright.mime.Message(from_='a@b.c', text='x'); m.to_bytes();"
        "bad = {'ssl', 'socket', 'asyncio', 'anyio', 'cryptography', 'email', 'mimetypes', 'idna', 'uuid'};"
        "bad &= set(sys.modules);"
        "print(sorted(bad))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
