"""What a server without any option listens on, and what it takes: bounded before it costs anything."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from sideline.ingest import MAX_CALIBRATION_BYTES, MAX_JPEG_BYTES
from sideline.security.settings import ServerSecurity
from sideline.serving.access import access_arguments
from sideline.serving.local_server import LocalServer
from sideline.tensors import FrameStatus
from tests.serving.marks import red_hall
from tests.serving.stream import Request, Stream, requests_of


@pytest.fixture
def stream(server: LocalServer) -> Iterator[Stream]:
    with Stream(server.url) as open_stream:
        yield open_stream


def listening(pid: int) -> set[tuple[str, int]]:
    """(address, port) of every TCP socket that a process listens on, from the kernel's tables."""
    inodes = {os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()}
    found = set()
    for table, family, size in (("tcp", socket.AF_INET, 8), ("tcp6", socket.AF_INET6, 32)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].split(":")
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                words = [bytes.fromhex(address[start : start + 8])[::-1] for start in range(0, size, 8)]
                name = socket.inet_ntop(family, b"".join(words)).removeprefix("::ffff:")  # IPv4 on an IPv6 socket
                found.add((name, int(port, 16)))
    return found


def test_a_server_listens_on_loopback_with_grpc_and_metrics_and_on_nothing_else(server: LocalServer) -> None:
    ports = {server.endpoints.grpc_port, server.endpoints.metrics_port}
    assert listening(server.pid) == {("127.0.0.1", port) for port in ports}


def test_http_is_closed_like_grpc_where_it_is_asked_for() -> None:
    arguments = access_arguments(ServerSecurity(), http=True)
    closed = "shared-memory,model-repository,trace,logging:sideline-closed="
    options = ("--grpc-restricted-protocol=", "--http-restricted-api=")
    values = [argument.removeprefix(option + closed) for argument, option in zip(arguments, options, strict=True)]
    assert len(set(values)) == 1
    assert len(values[0]) >= 40
    assert access_arguments(ServerSecurity(), http=True) != arguments  # drawn anew at each start


def test_headers_that_fill_memory_are_refused(server: LocalServer) -> None:
    with (
        triton.InferenceServerClient(server.url) as client,
        pytest.raises(InferenceServerException, match="metadata"),
    ):
        client.is_server_live(headers={"x-filler": "x" * 100_000})


def _left(request: Request) -> Request:
    return replace(request, left_jpeg=request.left_jpeg + bytes(MAX_JPEG_BYTES))


def _calibration(request: Request) -> Request:
    return replace(request, calibration=request.calibration + b"#" * MAX_CALIBRATION_BYTES)


def _sheet(request: Request) -> Request:
    return replace(request, match_sheet=b"#" * 10_000_000)


@pytest.mark.parametrize(
    ("swell", "status", "message"),
    [
        (_left, FrameStatus.TOO_LARGE, "left camera: the image has"),
        (_calibration, FrameStatus.BAD_CALIBRATION, "more than 65536"),
        (_sheet, FrameStatus.OK, "the match sheet has 10000000 bytes"),
    ],
)
def test_what_is_too_long_is_answered_with_its_status_and_the_stream_lives_on(
    stream: Stream, swell: Callable[[Request], Request], status: FrameStatus, message: str
) -> None:
    first, second, end = requests_of(red_hall, 77_000 + status, 2)
    replies = stream.ask_all([swell(first), second, end])
    assert [reply.status for reply in replies] == [status, FrameStatus.OK, FrameStatus.END_OF_STREAM]
    assert message in replies[0].message
