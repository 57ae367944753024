"""A server that is kept running, on a real Triton: steps are killed, hang, and die too often."""

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from sideline.errors import ConfigError, ServerError
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


class Mortal:
    """A server whose starts and lives fail as they are told to; its time is counted in sleeps."""

    def __init__(self, starts: list[Exception | None], lives_s: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        self.starts, self.lives_s = starts, lives_s
        self.death: Exception = ServerError("the process of detr died")
        self.now_s = 0.0
        self.pauses_s: list[float] = []
        monkeypatch.setattr(supervisor, "time", SimpleNamespace(monotonic=lambda: self.now_s))

    def start(self) -> None:
        if not self.starts:
            raise Enough
        if (error := self.starts.pop(0)) is not None:
            raise error

    def wait(self) -> NoReturn:
        self.now_s += self.lives_s.pop(0)
        raise self.death

    def stop(self, *, at_once: bool) -> None:
        assert at_once

    def sleep(self, seconds: float) -> None:
        self.pauses_s.append(seconds)


def test_a_watch_that_ends_for_want_of_descriptors_ends_no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Mortal([None, None], [3600.0, 3600.0], monkeypatch)
    server.death = OSError(24, "Too many open files")
    lines: list[str] = []
    with pytest.raises(Enough):
        keep_running(server, lines.append, server.sleep)
    assert lines[2] == "error: [Errno 24] Too many open files; starting again"


def test_a_server_that_was_ready_once_is_started_again_for_ever_after_longer_and_longer_pauses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = ServerError("no room in /tmp")
    server = Mortal([None, *[full] * 7, None, None, None, None], [3600.0, 5.0, 9.9, 10.0, 9.9], monkeypatch)
    lines: list[str] = []
    with pytest.raises(Enough):
        keep_running(server, lines.append, server.sleep)
    # after an hour; seven starts that failed; 5 s and 9.9 s of life; 10 s; 9.9 s
    assert server.pauses_s == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 30.0, 0.0, 1.0]
    assert lines[2] == "error: the process of detr died; starting again"
    assert lines[3] == "error: no room in /tmp; starting again in 1 s"


def test_a_night_of_starts_that_fail_is_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Mortal([None, *[ServerError("no room in /tmp")] * 2_000], [3600.0], monkeypatch)
    with pytest.raises(Enough):
        keep_running(server, lambda _: None, server.sleep)
    assert server.pauses_s[6:] == [30.0] * 1_995


def test_a_first_start_that_fails_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Mortal([ConfigError("there is no such profile")], [], monkeypatch)
    with pytest.raises(ConfigError):
        keep_running(server, lambda _: None, server.sleep)
    assert server.pauses_s == []


def test_a_server_that_finds_no_room_says_so_and_starts_when_there_is_some(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = LocalServer(repository, grpc_port=0, metrics_port=None)
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
        with pytest.raises(ServerError, match=r"cannot be laid out and started: .*No such file"):
            server.start()
    assert not server.is_running
    server.start()
    server.stop()


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
