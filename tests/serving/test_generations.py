"""Hot swap on a real Triton: new streams on the new collection, old ones undisturbed, a broken one never serves."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from sideline import tensors
from sideline.collection.check import engine_path
from sideline.errors import CollectionError, ServerError, SidelineError
from sideline.serving.generation_source import Source
from sideline.serving.generations import SwappableServer
from sideline.serving.local_server import LocalServer
from sideline.serving.process_group import find_stubs
from sideline.serving.repository_layout import Sources
from sideline.serving.server_process import Endpoints
from sideline.tensors import FrameStatus
from tests.collection.repositories import write_tiny_collection
from tests.serving.marks import red_hall
from tests.serving.stream import Reply, Request, Stream, requests_of

WAIT_S = 60.0
PACE_S = 0.5
MOST_FRAMES = 240


@pytest.fixture(scope="module")
def repository_to_promote(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = shutil.copytree(repository, tmp_path_factory.mktemp("promoted") / "model_repository")
    write_tiny_collection(own)
    return own


@pytest.fixture(scope="module")
def events() -> list[str]:
    return []


@pytest.fixture(scope="module")
def service(repository_to_promote: Path, events: list[str]) -> Iterator[SwappableServer]:
    source = Source(repository_to_promote, "path_b")
    make_server = partial(LocalServer, grpc_port=0, metrics_port=0)
    service = SwappableServer(source, make_server, Endpoints("127.0.0.1", 0, 0, None), events.append)
    service.start()
    yield service
    service.close()


def promote_a_blind_detector(repository: Path) -> None:
    """A detector whose scores are all next to nothing; recorded with an ID decoder that was trained with it."""
    path = engine_path(repository, "detr")
    model = onnx.load(path)
    middle = next(entry for entry in model.graph.initializer if entry.name == "middle")
    middle.CopyFrom(numpy_helper.from_array(np.float32(1e6), "middle"))
    onnx.save(model, path)
    write_tiny_collection(repository)


def wait_until(condition: Callable[[], bool]) -> None:
    done = threading.Event()
    for _ in range(int(WAIT_S / 0.1)):
        if condition():
            return
        done.wait(0.1)
    raise AssertionError("it did not happen")


def ask_during(stream: Stream, requests: Iterator[Request], act: Callable[[], None]) -> list[Reply]:
    """Answers of a camera that goes on while something happens in another thread."""
    thread = threading.Thread(target=act)
    thread.start()
    replies = []
    while thread.is_alive():
        replies.append(stream.ask(next(requests)))
        thread.join(PACE_S)
    return replies


def test_what_is_broken_serves_no_frame_and_what_runs_does_not_notice(
    service: SwappableServer, repository_to_promote: Path, repository: Path
) -> None:
    detr, generation = engine_path(repository_to_promote, "detr"), service.current.number
    refusals = []

    def try_to_swap() -> None:
        try:
            service.swap()
        except SidelineError as error:
            refusals.append(error)

    requests = requests_of(red_hall, 11, MOST_FRAMES)
    frames = iter(requests)
    with Stream(service.url) as stream:
        replies = [stream.ask(next(frames))]
        detr.write_bytes(detr.read_bytes()[:-100])  # truncated
        replies += ask_during(stream, frames, try_to_swap)
        write_tiny_collection(repository_to_promote)  # truncated, and recorded so
        replies += ask_during(stream, frames, try_to_swap)
        shutil.copy2(engine_path(repository, "heatmap_detector"), detr)  # another engine, recorded so
        write_tiny_collection(repository_to_promote)
        replies += ask_during(stream, frames, try_to_swap)
        stream.ask(requests[-1])
    shutil.copy2(engine_path(repository, "detr"), detr)
    write_tiny_collection(repository_to_promote)
    assert [type(error) for error in refusals] == [CollectionError, ServerError, ServerError]
    assert "is not the recorded detr" in str(refusals[0])
    assert "detr" in str(refusals[1])
    assert {reply.status for reply in replies} == {FrameStatus.OK}
    assert service.current.number == generation


def test_without_room_for_a_copy_what_runs_goes_on(
    service: SwappableServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = service.current.number
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
        with pytest.raises(ServerError, match="there is no room for a copy of the collection"):
            service.swap()
    assert service.current.number == generation


def test_a_promoted_collection_takes_new_streams_while_old_ones_finish_on_the_old(
    service: SwappableServer, repository_to_promote: Path, server: LocalServer
) -> None:
    before, requests = service.current, requests_of(red_hall, 12, MOST_FRAMES)
    frames = iter(requests)
    promote_a_blind_detector(repository_to_promote)
    with Stream(service.url) as old:
        replies = [old.ask(next(frames))]
        replies += ask_during(old, frames, service.swap)
        assert service.current is not before
        with Stream(service.url) as new:
            blind = new.ask_all(requests_of(red_hall, 13, 2))
        with pytest.raises(ServerError, match="streams still finish on the generation before"):
            service.swap()
        replies.append(old.ask(next(frames)))
        old.ask(requests[-1])
    with Stream(server.url) as alone:
        expected = [alone.ask(request) for request in requests[: len(replies)]]
        alone.ask(requests[-1])
    assert [reply.ids() for reply in replies] == [reply.ids() for reply in expected]
    assert replies[-1].ids()
    assert [reply.status for reply in blind] == [FrameStatus.OK] * 2 + [FrameStatus.END_OF_STREAM]
    assert all(reply.array(tensors.MICRO_TRACK_IDS).size == 0 for reply in blind)
    wait_until(lambda: not before.server.is_running and not before.folder.exists())


def test_a_dead_server_is_started_again_from_the_collection_that_has_proven_itself(
    service: SwappableServer, repository_to_promote: Path
) -> None:
    detr, url = engine_path(repository_to_promote, "detr"), service.url
    good = detr.read_bytes()
    detr.write_bytes(b"no network")
    service.stop(at_once=True)
    service.start()
    detr.write_bytes(good)
    assert service.url == url
    with Stream(service.url) as stream:
        assert stream.ask_all(requests_of(red_hall, 14, 1))[0].status is FrameStatus.OK


@dataclass
class Operator:
    """Waits for a service in a thread of its own, as `sideline serve` does in its main one."""

    service: SwappableServer
    error: ServerError | None = None

    def __enter__(self) -> "Operator":
        self.thread = threading.Thread(target=self._wait)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.thread.is_alive():
            os.kill(self.service.current.server.pid, signal.SIGKILL)
            self.thread.join(WAIT_S)

    def _wait(self) -> None:
        try:
            self.service.wait()
        except ServerError as error:
            self.error = error


def test_a_swap_that_is_asked_for_is_made_and_told_and_a_refused_one_too(
    service: SwappableServer, repository_to_promote: Path, events: list[str]
) -> None:
    collection = repository_to_promote.parent / "models.yaml"
    whole, number = collection.read_text(), service.current.number
    collection.write_text(whole.replace("sha256: ", "sha256: 00", 1))
    events.clear()
    service.ask_for_swap()
    with Operator(service):
        wait_until(lambda: len(events) == 2)
        collection.write_text(whole)
        service.ask_for_swap()
        wait_until(lambda: len(events) == 4)
    assert events[0] == events[2] == "loading the collection beside the one that runs …"
    assert events[1].startswith(f"error: the collection was not taken, generation {number} serves on: ")
    assert "sha256" in events[1]
    assert events[3].startswith(f"generation {number + 1} takes new streams")


def test_while_a_newcomer_is_made_a_server_that_dies_is_noticed_started_again_and_then_relieved(
    repository_to_promote: Path,
) -> None:
    is_made, asked = threading.Event(), threading.Event()

    def prepare(sources: Sources, *, stopped: threading.Event) -> None:
        if asked.is_set():
            assert is_made.wait(WAIT_S)

    source = Source(repository_to_promote, "path_b", prepare=prepare)
    make_server = partial(LocalServer, grpc_port=0, metrics_port=0)
    service = SwappableServer(source, make_server, Endpoints("127.0.0.1", 0, None, None), lambda _: None)
    try:
        service.start()
        asked.set()
        service.ask_for_swap()
        with Operator(service) as operator:
            stub = next(pid for pid, step in find_stubs(service.current.server.pid).items() if "/detr/" in step)
            os.kill(stub, signal.SIGKILL)
            wait_until(lambda: operator.error is not None)
        assert "died and Triton does not restart it" in str(operator.error)
        service.stop(at_once=True)
        service.start()
        assert service.current.number == 1
        is_made.set()
        with Operator(service):
            wait_until(lambda: service.current.number == 2)
            with Stream(service.url) as stream:
                assert stream.ask_all(requests_of(red_hall, 15, 1))[0].status is FrameStatus.OK
    finally:
        service.close()


def test_a_service_that_is_closed_ends_the_newcomer_that_it_still_loads(
    repository_to_promote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun = threading.Event()

    def prepare(sources: Sources, *, stopped: threading.Event) -> None:
        if list(tmp_path.glob("sideline-server-*")):  # the first generation's
            begun.set()
            assert stopped.wait(WAIT_S)

    source = Source(repository_to_promote, "path_b", prepare=prepare)
    make_server = partial(LocalServer, grpc_port=0, metrics_port=0)
    service = SwappableServer(source, make_server, Endpoints("127.0.0.1", 0, None, None), lambda _: None)
    service.start()
    service.ask_for_swap()
    with Operator(service):
        assert begun.wait(WAIT_S)
    service.close()
    assert list(tmp_path.glob("sideline-*")) == []
