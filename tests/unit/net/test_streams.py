"""Real sockets on loopback: both streams read, write, become TLS, and fail the same."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path

import anyio
import pytest

from mailwright.dialogue import Dialogue, Patience, Read, Wire, Write
from mailwright.errors import CertificateError, ConnectionLost, TlsModeMismatch
from mailwright.net import AnyioStream, ServerTls, SocketStream, Tls
from mailwright.net.streams import channel_for
from unit.net.certificates import NAME, ca_file, server_tls
from unit.net.worlds import World

Pair = tuple[socket.socket, socket.socket]


class Peer(threading.Thread):
    """The other end, in a thread: becomes TLS, says something, and listens until the close."""

    def __init__(self, sock: socket.socket, tls: ServerTls, says: bytes = b"") -> None:
        super().__init__(daemon=True)
        self.stream = SocketStream(sock, tls)
        self.says = says
        self.heard = b""
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.stream.secure(None, 20)
            self.stream.write(self.says, 20)
            while data := self.stream.read(20):
                self.heard += data
        except Exception as error:  # noqa: BLE001  the test looks at it
            self.error = error
        finally:
            self.stream.close()


def secured_talk() -> Dialogue[tuple[bytes, str]]:
    wire = Wire()
    secured = yield from wire.secure(NAME)
    wire.write(b"hello\r\n")
    yield from wire.flush()
    return (yield from wire.line(Patience.REPLY)), secured.version


def test_both_streams_become_tls_and_close_in_order(world: World, pair: Pair, tmp_path: Path) -> None:
    ours, theirs = pair
    peer = Peer(theirs, server_tls(tmp_path), b"welcome\r\n")
    outcome = world.perform([secured_talk()], ours, tls=Tls(ca=ca_file(tmp_path)))
    peer.join(20)
    assert outcome.result == (b"welcome\r\n", "TLSv1.3")
    assert (peer.heard, peer.error) == (b"hello\r\n", None)


def test_a_large_answer_over_tls_comes_whole(world: World, pair: Pair, tmp_path: Path) -> None:
    def reading() -> Dialogue[int]:
        wire = Wire()
        yield from wire.secure(NAME)
        return len((yield from wire.exactly(500_000, Patience.BODY)))

    ours, theirs = pair
    peer = Peer(theirs, server_tls(tmp_path), b"x" * 500_000)
    assert world.perform([reading()], ours, tls=Tls(ca=ca_file(tmp_path))).result == 500_000
    peer.join(20)


def test_the_server_hears_why_its_certificate_was_refused(world: World, pair: Pair, tmp_path: Path) -> None:
    ours, theirs = pair
    peer = Peer(theirs, server_tls(tmp_path, "other.example.com"))
    outcome = world.perform([secured_talk()], ours, tls=Tls(ca=ca_file(tmp_path)))
    peer.join(20)
    assert isinstance(outcome.error, CertificateError)
    assert outcome.closed
    assert "alert" in str(peer.error)


def test_words_that_came_with_the_end_of_the_handshake_are_read(world: World, pair: Pair, tmp_path: Path) -> None:
    ours, theirs = pair
    theirs.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
    held = _Held(theirs, server_tls(tmp_path))
    outcome = world.perform([secured_talk()], ours, tls=Tls(ca=ca_file(tmp_path)))
    held.join(20)
    assert outcome.result == (b"at once\r\n", "TLSv1.2")


class _Held(threading.Thread):
    """A TLS 1.2 server whose Finished leaves in one segment with its first words."""

    def __init__(self, sock: socket.socket, tls: ServerTls) -> None:
        super().__init__(daemon=True)
        self.sock = sock
        self.channel = channel_for(tls, None)
        context = tls.context()
        context.maximum_version = context.minimum_version
        self.channel = type(self.channel)(context, None)
        self.start()

    def run(self) -> None:
        talk = self.channel.handshake()
        said = next(talk)
        try:
            while True:
                if said:
                    self.sock.sendall(said)
                said = talk.send(self.sock.recv(65_536))
        except StopIteration:
            pass
        self.sock.sendall(self.channel.outgoing() + self.channel.encrypt(b"at once\r\n"))
        self.sock.recv(65_536)


def test_plaintext_instead_of_tls_is_told_as_that(world: World, pair: Pair) -> None:
    ours, theirs = pair
    theirs.sendall(b"220 mail.example.com ESMTP\r\n")
    outcome = world.perform([secured_talk()], ours)
    assert isinstance(outcome.error, TlsModeMismatch)


def test_a_close_is_the_end_of_reading(world: World, pair: Pair) -> None:
    def reading() -> Dialogue[list[object]]:
        return [(yield Read(Patience.REPLY)), (yield Read(Patience.REPLY))]

    ours, theirs = pair
    theirs.sendall(b"last words")
    theirs.close()
    assert world.perform([reading()], ours).result == [b"last words", b""]


def test_a_reset_is_a_lost_connection(world: World, pair: Pair) -> None:
    ours, theirs = pair
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    outcome = world.perform([Wire().line(Patience.REPLY)], ours)
    assert isinstance(outcome.error, ConnectionLost)
    assert "connection reset" in outcome.error.what.lower()


def test_writing_to_a_peer_that_is_gone_is_a_lost_connection(world: World, pair: Pair) -> None:
    def writing() -> Dialogue[None]:
        while True:
            yield Write(b"x" * 100_000)

    ours, theirs = pair
    theirs.close()
    outcome = world.perform([writing()], ours)
    assert isinstance(outcome.error, ConnectionLost)
    assert outcome.closed


def test_streams_know_both_addresses(pair: Pair) -> None:
    stream = SocketStream(pair[0], Tls())
    assert (stream.peer, stream.local) == ("127.0.0.1", "127.0.0.1")


def test_a_client_needs_the_name_of_its_server() -> None:
    with pytest.raises(ValueError, match="needs the name of the server"):
        channel_for(Tls(), None)


def test_reading_from_a_stream_that_was_aborted_is_a_lost_connection(pair: Pair) -> None:
    stream = SocketStream(pair[0], Tls())
    stream.abort()
    with pytest.raises(ConnectionLost):
        stream.read(1)


@pytest.mark.anyio
async def test_aborting_wakes_whoever_reads() -> None:
    ours, theirs = socket.socketpair()
    stream = AnyioStream(ours, Tls())
    errors: list[ConnectionLost] = []

    async def read() -> None:
        try:
            await stream.read(20)
        except ConnectionLost as error:
            errors.append(error)

    with theirs:
        async with anyio.create_task_group() as group:
            group.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            stream.abort()
    stream.abort()
    assert len(errors) == 1


def test_a_stream_can_be_aborted_when_its_loop_is_gone() -> None:
    ours, theirs = socket.socketpair()

    async def make() -> AnyioStream:
        return AnyioStream(ours, Tls())

    with theirs:
        stream = anyio.run(make)
        stream.abort()
    assert ours.fileno() == -1
