"""The local server's life: ready means a canary passed, a dead one is noticed, a stopped one leaves nothing behind."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ensemble_configs.render import config_text, render_profile, render_repository, write_configs
from ensemble_configs.schema import Models, read_ensemble, read_models, read_profile
from sideline.errors import ConfigError, ServerError
from sideline.serving import watchdog
from sideline.serving.admission import table_path
from sideline.serving.canary import send_canary
from sideline.serving.local_server import LocalServer, _with_free_ports, models_to_serve, stage_repository
from sideline.serving.process_group import find_stubs, model_of
from sideline.serving.server_process import Endpoints
from sideline.serving.work_table import work_table_path
from sideline.tensors import FrameStatus
from tests.serving.marks import red_hall
from tests.serving.stream import Stream, requests_of

READY_S = 60.0
SIDELINE = str(Path(sys.executable).with_name("sideline"))
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108


def processes_of(group: int) -> list[int]:
    """Processes of a process group that are not zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, process_group = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(process_group) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


def wait_until_gone(group: int, timeout_s: float = 15.0) -> list[int]:
    deadline_s = time.monotonic() + timeout_s
    while processes_of(group) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    return processes_of(group)


class Traces:
    """What the servers of one test, and of no other process, have in temporary folders and in shared memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: set[str] = set()

    def make_folder(self, prefix: str) -> str:
        """In place of tempfile.mkdtemp: keeps the names, which are those of the regions, too."""
        made = tempfile.mkdtemp(prefix=prefix, dir=self.folder)
        self._names.add(Path(made).name)
        return made

    def find(self) -> set[Path]:
        folders = set(self.folder.glob("sideline-*"))
        self._names |= {folder.name for folder in folders}  # a server of another process has made its own
        return folders.union(*(SHARED_MEMORY.glob(f"{name}*") for name in self._names))


@pytest.fixture
def traces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Traces:
    folder = tmp_path / "temporary"
    folder.mkdir()
    found = Traces(folder)
    monkeypatch.setattr("sideline.serving.local_server.tempfile", SimpleNamespace(mkdtemp=found.make_folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return found


def local_server(repository: Path) -> LocalServer:
    return LocalServer(repository, grpc_port=0, metrics_port=0)


def test_a_running_server_gives_metrics_and_its_state_on_this_machine_only(server: LocalServer) -> None:
    with urllib.request.urlopen(str(server.metrics_url)) as response:  # noqa: S310  http on 127.0.0.1
        metrics = response.read().decode()
    assert 'nv_inference_request_success{model="path_b",version="1"}' in metrics
    assert server.url.startswith("127.0.0.1:")


def test_stop_leaves_no_process_no_shared_memory_and_no_file(repository: Path, traces: Traces) -> None:
    server = local_server(repository)
    with server:
        group = server.pid
        assert len(processes_of(group)) >= 7  # tritonserver and six instances
        assert {SHARED_MEMORY, traces.folder} <= {found.parent for found in traces.find()}
        tables = [table_path(group), work_table_path(group)]
        assert [table.is_file() for table in tables] == [True, True]
    assert processes_of(group) == []
    assert [table.exists() for table in tables] == [False, False]
    assert traces.find() == set()
    server.stop()


def test_a_server_can_be_started_again(repository: Path) -> None:
    server = local_server(repository)
    for _ in range(2):
        with server, Stream(server.url) as stream:
            assert stream.ask_all(requests_of(red_hall, 7, 1))[0].status is FrameStatus.OK
        with pytest.raises(ServerError, match="not running"):
            _ = server.url


def test_a_taken_port_keeps_it_from_starting_and_the_message_names_the_option(
    repository: Path, server: LocalServer
) -> None:
    second = LocalServer(repository, grpc_port=server.endpoints.grpc_port, metrics_port=None)
    with pytest.raises(ServerError, match=f"port {server.endpoints.grpc_port} .*--grpc-port"):
        second.start()


def test_another_profile_is_laid_out_beside_the_repository_which_stays_as_it_is(
    repository: Path, tmp_path: Path
) -> None:
    before = (repository / "detr" / "config.pbtxt").read_text()
    staged = stage_repository(repository, "gpu", models_to_serve("path_b"), tmp_path / "staged")
    assert (staged / "detr" / "config.pbtxt").read_text() == render_profile("gpu")["detr"] != before
    assert (staged / "detr" / "1" / "model.onnx").samefile(repository / "detr" / "1" / "model.onnx")
    assert (repository / "detr" / "config.pbtxt").read_text() == before


@pytest.mark.parametrize(("ensemble", "absent"), [("path_b", "path_a"), ("path_a", "path_b")])
def test_only_what_the_served_path_needs_is_loaded(
    repository: Path, tmp_path: Path, ensemble: str, absent: str
) -> None:
    staged = stage_repository(repository, "cpu", models_to_serve(ensemble), tmp_path / "staged")
    names = {path.name for path in staged.iterdir()}
    assert names == set(models_to_serve(ensemble))
    assert ensemble in names
    assert absent not in names
    assert ("id_decoder" in names) == (ensemble == "path_b")
    assert "graph_tracker" in names  # called by a step, in no wiring
    assert (staged / "crop_encoder" / "config.pbtxt").samefile(repository / "crop_encoder" / "config.pbtxt")


def test_an_unknown_path_is_refused(repository: Path) -> None:
    with pytest.raises(ConfigError, match=r"path_c\.toml does not exist"):
        LocalServer(repository, ensemble="path_c", grpc_port=0, metrics_port=0).start()


def test_an_unknown_profile_starts_nothing(repository: Path, traces: Traces) -> None:
    with pytest.raises(ConfigError, match="choose one of"):
        LocalServer(repository, profile="tpu", grpc_port=0, metrics_port=0).start()
    assert traces.find() == set()


def test_an_engine_that_cannot_be_read_is_reported_with_the_servers_reason(own_repository: Path) -> None:
    (own_repository / "id_decoder" / "1" / "model.onnx").write_bytes(b"no network")
    with pytest.raises(ServerError, match=r"did not start(.|\n)*id_decoder"):
        local_server(own_repository).start()


def test_a_server_whose_canary_fails_is_not_ready_and_is_stopped(own_repository: Path, traces: Traces) -> None:
    step = own_repository / "assign_micro_ids" / "1" / "model.py"
    step.write_text(step.read_text().replace("        answer = tracker", "        answer = broken_step"))
    with pytest.raises(ServerError, match=r"canary frame did not pass path_b: .*broken_step"):
        local_server(own_repository).start()
    assert traces.find() == set()


def test_the_death_of_the_server_is_noticed_and_nothing_is_left(repository: Path) -> None:
    with local_server(repository) as server:
        group = server.pid
        os.kill(group, signal.SIGKILL)
        with pytest.raises(ServerError, match=r"tritonserver died \(exit status -9\)"):
            server.wait()
    assert processes_of(group) == []


def test_the_death_of_a_step_is_noticed_although_triton_calls_itself_ready(repository: Path) -> None:
    with local_server(repository) as server:
        stubs = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in processes_of(server.pid) if pid != server.pid}
        os.kill(next(pid for pid, line in stubs.items() if "/ingest_frames/" in line), signal.SIGKILL)
        with pytest.raises(ServerError, match=r"ingest_frames/1/model\.py died"):
            server.wait()


def test_an_instance_that_hangs_is_found_although_canaries_pass_the_one_beside_it(
    own_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = tmp_path / "hold"
    hold.touch()
    step = own_repository / "assign_micro_ids" / "1" / "model.py"
    held = f"""        import os, time
        while request.correlation_id() < 2**62 and os.path.exists({str(hold)!r}):  # canaries pass
            time.sleep(0.02)
        answer = tracker"""
    step.write_text(step.read_text().replace("        answer = tracker", held))
    monkeypatch.setattr(watchdog, "_LONGEST_TURN_S", 5.0)
    with local_server(own_repository) as server, Stream(server.url) as stream:
        stream.send(requests_of(red_hall, 7, 1)[0])
        until_s = time.monotonic() + READY_S
        try:
            send_canary(server.url, "path_b", READY_S)
            with pytest.raises(
                ServerError, match=r"5 s at one request: .*assign_micro_ids/1/model\.py.*: the server hangs"
            ):
                server.watch(until=lambda: time.monotonic() > until_s, canary_every_s=1.0)
        finally:
            hold.unlink()


def test_every_step_and_every_engine_tells_that_it_has_been_at_work(repository: Path) -> None:
    with local_server(repository) as server, Stream(server.url) as stream:
        replies = stream.ask_all(requests_of(red_hall, 7, 2))  # the second frame is the ID decoder's first
        pids, turns = np.fromfile(work_table_path(server.pid), np.int64).reshape(-1, 2).T
        models = {model_of(file) for pid, file in find_stubs(server.pid).items() if pid in pids}
    assert [reply.status for reply in replies] == [FrameStatus.OK, FrameStatus.OK, FrameStatus.END_OF_STREAM]
    assert models >= {"ingest_frames", "detr", "assign_micro_ids", "id_decoder", "project_crops", "crop_encoder"}
    assert not (turns % 2).any()


def test_the_server_goes_when_its_parent_is_killed(repository: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from sideline.serving.local_server import LocalServer\n"
        "server = LocalServer(Path(sys.argv[1]), grpc_port=0, metrics_port=0); server.start()\n"
        "print(server.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(repository)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        group = int(parent.stdout.readline())
        parent.kill()
    assert wait_until_gone(group) == []


def test_a_camera_that_dies_without_end_is_forgotten_and_its_id_can_be_used_again(own_repository: Path) -> None:
    models = {
        name: model.model_copy(update={"sequence": model.sequence.model_copy(update={"max_idle_s": 1.0})})
        if getattr(model, "sequence", None)
        else model
        for name, model in read_models().models.items()
    }
    configs = render_repository(read_profile("cpu"), Models(models=models), [read_ensemble("path_b")])
    write_configs({name: config_text(config, "test") for name, config in configs.items()}, own_repository)
    with local_server(own_repository) as server, Stream(server.url) as stream:
        requests = requests_of(red_hall, 7, 4)
        first = stream.ask_all(requests[:2])
        time.sleep(2.5)
        assert "must specify the START flag" in str(stream.ask(requests[2]).error)
        again = stream.ask_all([replace(requests[0]), *requests[1:]])
        assert [reply.values for reply in again[:2]] == [reply.values for reply in first]
        assert again[-1].status is FrameStatus.END_OF_STREAM


def test_engines_that_only_windows_need_leave_the_cores_to_live_frames(server: LocalServer) -> None:
    stubs = {Path(file).parents[1].name: pid for pid, file in find_stubs(server.pid).items() if "/" in file}
    own = os.getpriority(os.PRIO_PROCESS, 0)
    niceness = {name: os.getpriority(os.PRIO_PROCESS, stubs[name]) - own for name in ("detr", "graph_tracker")}
    assert niceness == {"detr": 0, "graph_tracker": 5}


@pytest.mark.parametrize(("stop", "path"), [(signal.SIGTERM, "a"), (signal.SIGINT, "b")])
def test_sideline_serve_says_when_it_is_ready_and_stops_cleanly(
    repository: Path, traces: Traces, stop: signal.Signals, path: str
) -> None:
    command = [SIDELINE, "serve", "--repository", str(repository), "--path", path]
    options = ["--grpc-port", "0", "--metrics-port", "0"]
    few = ["prlimit", "--nofile=512:"]  # as a service manager may give it
    with subprocess.Popen(
        [*few, *command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        assert "a canary frame passed the ensemble" in lines[1]
        *_, model, _, url = lines[2].split()
        assert model == f"path_{path}"
        with Stream(url, model) as stream:
            assert stream.ask_all(requests_of(red_hall, 7, 1))[0].status is FrameStatus.OK
        assert traces.find()
        soft, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        assert soft == min(hard, 65_536)
        process.send_signal(stop)
        assert process.stdout.read().endswith("stopped\n")
        assert process.wait(READY_S) == 0
    assert traces.find() == set()


def test_sideline_serve_with_a_taken_port_ends_with_status_2_and_one_line(
    repository: Path, server: LocalServer
) -> None:
    port = str(server.endpoints.grpc_port)
    command = [SIDELINE, "serve", "--repository", str(repository), "--grpc-port", port]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: port")
    assert "--grpc-port" in done.stderr


def test_where_no_word_can_be_written_frames_are_answered_and_a_dead_step_is_seen(repository: Path) -> None:
    full = Path("/dev/full")  # every write fails as on a disk without room
    port = _with_free_ports(Endpoints("127.0.0.1", 0, None, None)).grpc_port
    command = [SIDELINE, "serve", "--repository", str(repository), "--grpc-port", str(port), "--metrics-port", "0"]
    with (
        full.open("w") as words,
        subprocess.Popen([*command, "--log-file", str(full)], stdout=words, stderr=words) as process,
    ):
        try:
            first = await_answer(process.pid, port)
            os.kill(next(iter(find_stubs(first))), signal.SIGKILL)
            assert await_answer(process.pid, port, other_than=first) != first
        finally:
            process.terminate()


def await_answer(pid: int, port: int, other_than: int = 0) -> int:
    """Wait until `sideline serve` answers a frame by another tritonserver; that one's process ID."""
    until_s = time.monotonic() + READY_S
    while True:
        servers = [child for child in children_of(pid) if child != other_than]
        with suppress(ServerError):
            send_canary(f"127.0.0.1:{port}", "path_b", 5.0)
            if servers == children_of(pid) and servers:
                return servers[0]
        assert time.monotonic() < until_s
        time.sleep(0.1)


def children_of(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


class _CountingSocket:
    """A socket whose port is the number of sockets that are open, so that a port is free again once it is closed."""

    open_sockets = 0

    def __enter__(self) -> "_CountingSocket":
        return self

    def __exit__(self, *_: object) -> None:
        type(self).open_sockets -= 1

    def bind(self, _address: tuple[str, int]) -> None:
        type(self).open_sockets += 1
        self.port = 5000 + type(self).open_sockets

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", self.port


def test_free_ports_are_held_until_all_are_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sideline.serving.local_server.socket.socket", _CountingSocket)
    chosen = _with_free_ports(Endpoints("127.0.0.1", 0, 0, 0))
    assert (chosen.grpc_port, chosen.metrics_port, chosen.http_port) == (5001, 5002, 5003)
    assert _CountingSocket.open_sockets == 0
