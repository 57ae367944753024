"""A server that is kept running, on a real Triton: steps are killed, hang, and die too often."""

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sideline.errors import ServerError
from sideline.serving import supervisor
from sideline.serving.admission import StreamTable, table_path
from sideline.serving.local_server import LocalServer
from sideline.serving.process_group import find_stubs
from sideline.serving.supervisor import keep_running


class Enough(Exception):
    """Nothing went wrong."""


@dataclass
class Operator:
    """Reads what he is told; does what the test says when the server is ready for the n-th time."""

    server: LocalServer
    deeds: list[Callable[[LocalServer], None]]
    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        if line.startswith("ready"):
            self.deeds.pop(0)(self.server)


def end(_: LocalServer) -> None:
    raise Enough


def kill_step(server: LocalServer) -> None:
    os.kill(next(pid for pid, step in find_stubs(server.pid).items() if "/detr/" in step), signal.SIGKILL)


def kill_server(server: LocalServer) -> None:
    os.kill(server.pid, signal.SIGKILL)


def test_a_server_whose_step_or_self_dies_is_started_again_at_the_same_address(repository: Path) -> None:
    server = LocalServer(repository, grpc_port=0, metrics_port=0)
    urls: list[str] = []
    operator = Operator(server, [lambda each: urls.append(each.url) or kill_step(each),
                                 lambda each: urls.append(each.url) or kill_server(each), end])  # fmt: skip
    try:
        with pytest.raises(Enough):
            keep_running(server, operator)
        assert server.url == urls[0] == urls[1]
    finally:
        server.stop()
    complaints = [line for line in operator.lines if line.startswith("error")]
    assert len(complaints) == 2
    assert "detr/1/model.onnx died" in complaints[0]
    assert "tritonserver died (exit status -9)" in complaints[1]


def test_a_server_that_dies_too_often_soon_after_its_start_is_given_up(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "MOST_SHORT_LIVES", 1)
    monkeypatch.setattr(supervisor, "SHORT_LIFE_S", 1e6)
    server = LocalServer(repository, grpc_port=0, metrics_port=None)
    with pytest.raises(ServerError, match="Triton does not restart it"):
        keep_running(server, Operator(server, [kill_step, kill_step]))
    assert not server.is_running


def test_a_drained_server_waits_for_live_streams_and_no_longer_than_told(repository: Path) -> None:
    with LocalServer(repository, grpc_port=0, metrics_port=None) as server:
        table = StreamTable.of_server(table_path(server.pid))
        assert table is not None
        table.admit(7, 0, start=True)
        assert server.drain(0.1) == 1
        leaving = threading.Thread(target=lambda: (time.sleep(0.3), table.note_answer(7, 0, end=True)))
        leaving.start()
        assert server.drain(60.0) == 0
        leaving.join()
