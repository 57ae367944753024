"""The front: bytes arrive as they were sent, new connections go where it aims, old ones stay."""

import resource
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from sideline.errors import ServerError
from sideline.serving import front as front_module
from sideline.serving.front import Front

TIMEOUT_S = 10.0


class Echo:
    """A server that sends back what it gets, each message behind its own name."""

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(1 << 20):
                connection.sendall(self.name + data)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def servers() -> Iterator[tuple[Echo, Echo]]:
    pair = Echo(b"1"), Echo(b"2")
    yield pair
    for server in pair:
        server.close()


@pytest.fixture
def front() -> Iterator[Front]:
    front = Front("127.0.0.1", 0)
    yield front
    front.close()


def connect(front: Front) -> socket.socket:
    return socket.create_connection(("127.0.0.1", front.port), timeout=TIMEOUT_S)


def receive(connection: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size and (data := connection.recv(size - len(parts))):
        parts += data
    return parts


def ask(connection: socket.socket, message: bytes) -> bytes:
    connection.sendall(message)
    return receive(connection, len(message) + 1)


def test_new_connections_go_where_it_aims_and_old_ones_stay(front: Front, servers: tuple[Echo, Echo]) -> None:
    first, second = servers
    front.aim(first.port)
    with connect(front) as old:
        assert ask(old, b"a") == b"1a"
        front.aim(second.port)
        with connect(front) as new:
            assert ask(new, b"b") == b"2b"
            assert ask(old, b"c") == b"1c"


def test_many_megabytes_arrive_as_they_were_sent_while_others_flow_back(front: Front) -> None:
    there, back = bytes(range(256)) * 40_000, bytes(reversed(range(256))) * 40_000
    with socket.create_server(("127.0.0.1", 0)) as listener:
        front.aim(listener.getsockname()[1])
        with connect(front) as client:
            server, _ = listener.accept()
            server.settimeout(TIMEOUT_S)
            with server:
                senders = [
                    threading.Thread(target=client.sendall, args=(there,)),
                    threading.Thread(target=server.sendall, args=(back,)),
                ]
                got: list[bytes] = []
                reader = threading.Thread(target=lambda: got.append(receive(server, len(there))))
                for thread in (*senders, reader):
                    thread.start()
                assert receive(client, len(back)) == back
                for thread in (*senders, reader):
                    thread.join(TIMEOUT_S)
                assert got == [there]


def test_a_connection_ends_when_either_side_ends_it(front: Front) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        front.aim(listener.getsockname()[1])
        with connect(front) as client:
            server, _ = listener.accept()
            server.close()
            assert client.recv(1) == b""
        with connect(front) as client:
            server, _ = listener.accept()
            server.settimeout(TIMEOUT_S)
            client.close()
            assert server.recv(1) == b""
            server.close()


def test_cut_ends_the_connections_to_one_server_only(front: Front, servers: tuple[Echo, Echo]) -> None:
    first, second = servers
    front.aim(first.port)
    with connect(front) as old:
        assert ask(old, b"a") == b"1a"
        front.aim(second.port)
        with connect(front) as new:
            assert ask(new, b"b") == b"2b"
            front.cut(first.port)
            assert old.recv(1) == b""
            assert ask(new, b"c") == b"2c"


@pytest.mark.parametrize("target", [None, "nobody listens"])
def test_where_there_is_no_server_a_connection_is_ended_at_once_and_the_next_one_works(
    front: Front, servers: tuple[Echo, Echo], target: str | None
) -> None:
    if target:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            front.aim(gone.getsockname()[1])
    with connect(front) as client:
        assert client.recv(1) == b""
    front.aim(servers[0].port)
    with connect(front) as client:
        assert ask(client, b"a") == b"1a"


def test_after_close_nobody_listens_and_no_connection_is_left(front: Front, servers: tuple[Echo, Echo]) -> None:
    front.aim(servers[0].port)
    with connect(front) as client:
        assert ask(client, b"a") == b"1a"
        front.close()
        assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(front)


def test_a_taken_port_is_refused(front: Front) -> None:
    with pytest.raises(ServerError, match=f"port {front.port} on 127.0.0.1 cannot be used"):
        Front("127.0.0.1", front.port)


def test_threads_and_files_go_with_their_connections(front: Front, servers: tuple[Echo, Echo]) -> None:
    front.aim(servers[0].port)
    before = threading.active_count()
    for _ in range(20):
        with connect(front) as client:
            assert ask(client, b"a") == b"1a"
    deadline_s = time.monotonic() + TIMEOUT_S
    while threading.active_count() > before and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_who_says_nothing_holds_no_place_and_who_has_spoken_may_be_silent(
    front: Front, servers: tuple[Echo, Echo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_module, "_GREETING_S", 2)
    front.aim(servers[0].port)
    with connect(front) as speaking, connect(front) as silent:
        assert ask(speaking, b"a") == b"1a"
        assert silent.recv(1) == b""
        time.sleep(1.0)  # both are older than two seconds now
        assert ask(speaking, b"b") == b"1b"


def test_where_no_descriptor_is_left_it_goes_on_when_there_are_some_again(
    front: Front, servers: tuple[Echo, Echo]
) -> None:
    front.aim(servers[0].port)
    with connect(front) as old, socket.socket() as refused:
        assert ask(old, b"a") == b"1a"
        refused.settimeout(TIMEOUT_S)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            refused.connect(("127.0.0.1", front.port))
            assert refused.recv(1) == b""
            assert ask(old, b"b") == b"1b"
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        with connect(front) as later:
            assert ask(later, b"c") == b"1c"
