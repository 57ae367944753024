"""The gateway: its file, its configuration as the real Envoy reads it, and a real server behind a real Envoy."""

import json
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from client.stream import Client
from sideline.errors import ConfigError, StreamError
from sideline.security import gateway
from sideline.security.channel import LARGEST_MESSAGE_BYTES, TOKEN_HEADER, connect, headers_of
from sideline.security.gateway import MOST_UNANSWERED, read_gateway, write_envoy
from sideline.security.settings import ClientSecurity, read_client_security
from sideline.serving.local_server import LocalServer
from sideline.tensors import DROPPED_FRAMES, MOST_IN_FLIGHT
from tests.client.test_real_server import film
from tests.security.certificates import Identities, make_identities
from tests.serving.marks import red_hall

ENVOY = str(Path(sys.executable).with_name("envoy"))
START_S = 30.0
FILE = """
listen = {{ host = "127.0.0.1", port = {listen} }}
server = {{ host = "127.0.0.1", port = {server} }}
certificate = "server.pem"
key = "server.key"
client_ca = "ca.pem"
[clients]
court_1 = "token"
court_2 = "other-token"
"""


def write_gateway(identities: Identities, listen: int = 8443, server: int = 8001) -> Path:
    identities.write("other-token", "y" * 64)
    return identities.write("gateway.toml", FILE.format(listen=listen, server=server))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running_envoy(config: Path, port: int, log: Path) -> Iterator[None]:
    command = [
        ENVOY,
        "-c",
        str(config),
        "--disable-hot-restart",
        "--concurrency",
        "1",
        "--file-flush-interval-msec",
        "50",
    ]
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as envoy:
        try:
            deadline_s = time.monotonic() + START_S
            while not is_open(port):
                assert envoy.poll() is None, log.read_text()[-2000:]
                assert time.monotonic() < deadline_s
                time.sleep(0.05)
            yield
        finally:
            envoy.terminate()


@dataclass(frozen=True)
class Guarded:
    """A gateway in front of the suite's server."""

    url: str
    identities: Identities
    log: Path

    def client(self, **changes: str | None) -> ClientSecurity:
        return read_client_security(self.identities.client_file("gateway-client.toml", **changes))


@pytest.fixture(scope="module")
def guarded(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("gateway")
    identities = make_identities(folder / "secrets")
    port = free_port()
    write_envoy(read_gateway(write_gateway(identities, port, server.endpoints.grpc_port)), folder / "envoy.json")
    with running_envoy(folder / "envoy.json", port, folder / "envoy.log"):
        yield Guarded(f"127.0.0.1:{port}", identities, folder / "envoy.log")


def test_envoy_accepts_the_configuration_and_only_its_owner_may_read_it(identities: Identities) -> None:
    config = identities.folder / "envoy.json"
    write_envoy(read_gateway(write_gateway(identities)), config)
    assert config.stat().st_mode & 0o777 == 0o600
    done = subprocess.run([ENVOY, "--mode", "validate", "-c", str(config)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "OK" in done.stdout


def test_a_configuration_that_envoy_does_not_know_would_be_noticed(identities: Identities) -> None:
    config = identities.folder / "envoy.json"
    write_envoy(read_gateway(write_gateway(identities)), config)
    config.write_text(config.read_text().replace("hide_credentials", "hide_nothing"))
    done = subprocess.run([ENVOY, "--mode", "validate", "-c", str(config)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "hide_nothing" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('server = { host = "127.0.0.1"', 'server = { host = "10.0.0.1"', "must be this machine"),
        ('court_1 = "token"\ncourt_2 = "other-token"', "", "clients: Dictionary should have at least 1 item"),
        ("port = 8443", "port = 84430", "listen.port: Input should be less than"),
        ('court_2 = "other-token"', 'court_2 = "absent"', "there is no file"),
        ('"127.0.0.1", port = 8443', '"everywhere", port = 8443', "listen.host"),
    ],
)
def test_a_gateways_file_with_a_fault_is_refused_by_name(
    identities: Identities, old: str, new: str, message: str
) -> None:
    path = write_gateway(identities)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=message):
        read_gateway(path)


def test_two_clients_with_one_token_are_refused(identities: Identities) -> None:
    path = write_gateway(identities)
    identities.write("other-token", identities.token)
    with pytest.raises(ConfigError, match="two clients have the same token"):
        write_envoy(read_gateway(path), identities.folder / "envoy.json")


@pytest.mark.parametrize("token_file", ["token", "other-token"])
async def test_each_client_is_served_with_its_own_token(guarded: Guarded, token_file: str) -> None:
    client = Client(guarded.url, security=guarded.client(token_file=token_file))
    assert len([update async for update in client.track(film(red_hall(), 3)) if not update.is_end]) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"token_file": None}, "wants a token"),
        ({"token_file": "wrong-token"}, "wants a token"),
        ({"certificate": None, "key": None}, "no Triton answers"),
    ],
)
async def test_without_token_or_certificate_nobody_gets_to_the_server(
    guarded: Guarded, changes: dict[str, str | None], message: str
) -> None:
    guarded.identities.write("wrong-token", "z" * 64)
    client = Client(guarded.url, security=guarded.client(**changes))
    with pytest.raises(StreamError, match=message):
        [_ async for _ in client.track(film(red_hall(), 1))]


def test_what_no_client_needs_is_not_there(guarded: Guarded) -> None:
    security = guarded.client()
    with connect(guarded.url, security) as client:
        assert client.is_server_live(headers=headers_of(security))
        for call in (client.get_inference_statistics, client.get_model_repository_index, client.get_log_settings):
            with pytest.raises(InferenceServerException, match=r"404|UNIMPLEMENTED"):
                call(headers=headers_of(security))


def test_a_message_beyond_the_limit_never_reaches_the_server(guarded: Guarded, server: LocalServer) -> None:
    security = guarded.client()
    huge = np.zeros(LARGEST_MESSAGE_BYTES + 1, np.uint8)
    entry = triton.InferInput("left_jpeg", [len(huge)], "UINT8").set_data_from_numpy(huge)
    before = resident_bytes(server.pid)
    unbounded = triton.InferenceServerClient(
        guarded.url,
        ssl=True,
        root_certificates=str(security.ca),
        private_key=str(security.key),
        certificate_chain=str(security.certificate),
    )
    answers: list[object] = []
    with unbounded:
        unbounded.start_stream(lambda result, error: answers.append(error or result), headers=headers_of(security))
        unbounded.async_stream_infer("path_b", [entry], sequence_id=99_001, parameters={DROPPED_FRAMES: 1})
        deadline_s = time.monotonic() + START_S
        while "is refused" not in guarded.log.read_text() and time.monotonic() < deadline_s:
            time.sleep(0.05)
        unbounded.stop_stream(cancel_requests=True)
    (refused,) = re.findall(r"a message of (\d+) bytes is refused", guarded.log.read_text())
    assert LARGEST_MESSAGE_BYTES < int(refused) < LARGEST_MESSAGE_BYTES + 1000
    assert resident_bytes(server.pid) - before < LARGEST_MESSAGE_BYTES // 2
    assert all("CANCELLED" in str(answer) or "cancel" in str(answer) for answer in answers)


class Upstream(grpc.GenericRpcHandler):
    """What stands in Triton's place behind a gateway: counts messages, and answers them or does not.

    Its twin on the real server: a stream of 200 frames, below.
    """

    def __init__(self, answers: bool) -> None:
        self.answers = answers
        self.lengths: list[int] = []

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        return grpc.stream_stream_rpc_method_handler(self.exchange)

    def exchange(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        for request in requests:
            self.lengths.append(len(request))
            if self.answers:
                yield b"answer"


@contextmanager
def call_through_gateway(
    folder: Path, upstream: Upstream, messages: Iterable[bytes]
) -> Iterator[tuple[Iterator[bytes], Path]]:
    """Send messages in one call and leave it open; its answers, and the gateway's log."""
    identities, port, log = make_identities(folder / "secrets"), free_port(), folder / "envoy.log"
    server = grpc.server(ThreadPoolExecutor(2), handlers=[upstream])
    behind = server.add_insecure_port("127.0.0.1:0")
    server.start()
    write_envoy(read_gateway(write_gateway(identities, port, behind)), folder / "envoy.json")
    pem = {name: (identities.folder / name).read_bytes() for name in ("ca.pem", "client.key", "client.pem")}
    end = threading.Event()

    def send() -> Iterator[bytes]:
        yield from messages
        end.wait(START_S)

    with (
        running_envoy(folder / "envoy.json", port, log),
        grpc.secure_channel(f"127.0.0.1:{port}", grpc.ssl_channel_credentials(*pem.values())) as channel,
    ):
        calling = channel.stream_stream("/inference.GRPCInferenceService/ModelStreamInfer")
        try:
            yield calling(send(), metadata=((TOKEN_HEADER, identities.token),)), log
        finally:
            end.set()
    server.stop(None)


def wait_for_line(log: Path, words: str) -> str:
    deadline_s = time.monotonic() + START_S
    while not (lines := [line for line in log.read_text().splitlines() if words in line]):
        assert time.monotonic() < deadline_s, log.read_text()[-2000:]
        time.sleep(0.05)
    return lines[0]


@contextmanager
def silent_connections(identities: Identities, number: int) -> Iterator[list[socket.socket]]:
    """So many connections to a gateway of their own."""
    port, config = free_port(), identities.folder / "envoy.json"
    write_envoy(read_gateway(write_gateway(identities, port)), config)
    with running_envoy(config, port, identities.folder / "envoy.log"), ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(("127.0.0.1", port), START_S)) for _ in range(number)]


def test_who_says_nothing_holds_no_connection(identities: Identities, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "_GREETING", "1s")
    with silent_connections(identities, 1) as (silent,):
        assert read_end(silent) == b""


def test_of_more_connections_than_there_may_be_one_is_closed_at_once(
    identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_GREETING", "3600s")
    monkeypatch.setattr(gateway, "_MOST_CONNECTIONS", 3)
    with silent_connections(identities, 4) as silent:
        closed, _, _ = select.select(silent, [], [], START_S)  # the third, while the one that looked for Envoy counts
        assert [read_end(each) for each in closed] == [b""]


def read_end(connection: socket.socket) -> bytes:
    """Nothing, when the other end closes it; raises TimeoutError when it does not."""
    try:
        return connection.recv(1)
    except ConnectionResetError:
        return b""


def test_what_a_client_sends_without_taking_answers_ends_at_the_gateway(tmp_path: Path) -> None:
    upstream = Upstream(answers=False)
    with call_through_gateway(tmp_path, upstream, [b"x" * 50_000] * 200) as (_, log):
        line = wait_for_line(log, "a call is cut off")
        assert "65 messages of 3250000 bytes without an answer" in line
    assert len(upstream.lengths) <= MOST_UNANSWERED


def test_few_messages_without_an_answer_may_not_be_huge_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "LARGEST_MESSAGE_BYTES", 100_000)
    upstream = Upstream(answers=False)
    with call_through_gateway(tmp_path, upstream, [b"x" * 80_000] * 5) as (_, log):
        assert "3 messages of 240000 bytes without an answer" in wait_for_line(log, "a call is cut off")
    assert len(upstream.lengths) <= 2


def test_who_is_answered_may_send_for_ever(tmp_path: Path) -> None:
    upstream, window = Upstream(answers=True), threading.Semaphore(MOST_IN_FLIGHT)
    messages = [b"x" * 50_000] * 40 + [b"y" * number for number in range(160)]

    def send() -> Iterator[bytes]:
        for message in messages:
            assert window.acquire(timeout=START_S)
            yield message

    with call_through_gateway(tmp_path, upstream, send()) as (answers, log):
        for _ in messages:
            assert next(answers) == b"answer"
            window.release()
    assert upstream.lengths == [len(message) for message in messages]
    assert "cut off" not in log.read_text()


async def test_a_long_stream_of_a_real_client_passes_the_gateway_whole(guarded: Guarded) -> None:
    client = Client(guarded.url, window=MOST_IN_FLIGHT, security=guarded.client())
    updates = [update async for update in client.track(film(red_hall(), 200))]
    assert [update.frame_index for update in updates] == list(range(201))


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def names_in(log: str) -> set[str]:
    """Clients whose calls were written down."""
    return {json.loads(line)["client"] for line in log.splitlines() if line.startswith('{"') and line.endswith("}")}


def test_the_gateways_log_names_clients_and_keeps_their_tokens(guarded: Guarded) -> None:
    deadline_s = time.monotonic() + START_S
    while not {"court_1", "court_2"} <= names_in(log := guarded.log.read_text()) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert {"court_1", "court_2"} <= names_in(log)
    assert guarded.identities.token not in log
    assert TOKEN_HEADER not in log
