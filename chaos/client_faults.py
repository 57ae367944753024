"""Faults of clients: some never read, some never end, some come and go, some are too many."""

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Final

from tritonclient.grpc import InferenceServerClient

from chaos.clips import load_clip
from chaos.requests import ensemble_request
from chaos.stage import NOBODY, Fault, Injected, Stage, now
from sideline.serving.server_process import raise_descriptor_limit

_DEAD: Final = 64
_CONNECTS: Final = 200
_SILENT: Final = 3_000
_UNREAD_S: Final = 10.0
_FURTHER_FPS: Final = 3.0
"""With eight of them about three times what two cores carry of path B, 12 frames a second."""


def never_read(stage: Stage) -> Injected:
    """A client sends as fast as it can and takes no answer; after a while it is gone."""
    code = (
        "import sys, time; from chaos.client_faults import flood\nflood(sys.argv[1], sys.argv[2], float(sys.argv[3]))\n"
    )
    arguments = [stage.service.url, str(stage.clip), str(_UNREAD_S)]
    before_mb = stage.service.measure().memory_mb
    flooding = subprocess.Popen([sys.executable, "-c", code, *arguments])
    time.sleep(_UNREAD_S)
    grown_mb = stage.service.measure().memory_mb - before_mb
    flooding.kill()
    flooding.wait()
    return Injected(now(), NOBODY, note=f"{grown_mb:.0f} MB more memory meanwhile")


def flood(url: str, clip: str, seconds: float) -> None:
    """Fill a stream with frames whose answers nobody takes: the reader's callback never returns."""
    from pathlib import Path

    frames = load_clip(Path(clip))
    client = InferenceServerClient(url)
    client.start_stream(lambda result, error: time.sleep(1e6))
    correlation_id, until_s, index = secrets.randbits(60) + 1, time.monotonic() + seconds, 0
    while time.monotonic() < until_s and index < 200:
        client.async_stream_infer(**ensemble_request(frames, index, correlation_id, start=index == 0))
        index += 1
    time.sleep(1e6)


def leave_dead_sequences(stage: Stage) -> Injected:
    """64 cameras send START and are never heard of again."""
    clip = load_clip(stage.clip)
    for _ in range(_DEAD):
        with _client(stage) as client, suppress(Exception):
            client.infer(**ensemble_request(clip, 0, secrets.randbits(60) + 1, start=True), client_timeout=30.0)
    return Injected(now(), NOBODY)


def come_and_go(stage: Stage) -> Injected:
    """200 connections, each broken off: half of them before a byte, half in the middle of a frame."""
    clip = load_clip(stage.clip)
    host, port = stage.service.url.split(":")
    for number in range(_CONNECTS):
        if number % 2:
            socket.create_connection((host, int(port))).close()
            continue
        with _client(stage) as client, suppress(Exception):
            client.infer(**ensemble_request(clip, 0, secrets.randbits(60) + 1, start=True), client_timeout=0.02)
    return Injected(now(), NOBODY)


def say_nothing(stage: Stage) -> Injected:
    """3,000 connections that are held and never used."""
    raise_descriptor_limit()
    host, port = stage.service.url.split(":")
    with ExitStack() as stack:
        for _ in range(_SILENT):
            stack.enter_context(socket.create_connection((host, int(port))))
        time.sleep(_UNREAD_S)
    return Injected(now(), NOBODY, note=f"{_UNREAD_S:g} s")


def overload(stage: Stage, seconds: float) -> Injected:
    """Eight further arenas, live, which ask for far more than the machine has; each gets what its share allows."""
    with ExitStack() as stack:
        for number in range(8):
            stack.enter_context(_further_arena(stage, number))
        time.sleep(seconds)
    return Injected(now(), frozenset({"three", "four"}), note=f"{seconds:g} s, 8 more at {_FURTHER_FPS:g} fps")


def soak(stage: Stage, seconds: float) -> Injected:
    """Nothing goes wrong, for long."""
    time.sleep(seconds)
    return Injected(now(), NOBODY, note=f"{seconds:g} s at {stage.fleet.arenas[0].fps:g} fps")


@contextmanager
def _further_arena(stage: Stage, number: int) -> Iterator[None]:
    command = [sys.executable, "-m", "chaos.arena", str(stage.clip), "--url", stage.service.url, "--live"]
    command += ["--fps", str(_FURTHER_FPS), "--out", str(stage.folder / f"further-{number}")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _client(stage: Stage) -> Iterator[InferenceServerClient]:
    client = InferenceServerClient(stage.service.url)
    try:
        yield client
    finally:
        client.close()


FAULTS: Final = {
    "never-read": Fault("a client that never reads", never_read),
    "dead-sequences": Fault("64 dead sequences", leave_dead_sequences),
    "connects": Fault("200 connects and disconnects", come_and_go),
    "say-nothing": Fault("3,000 connections that say nothing", say_nothing),
    "overload": Fault("3 × overload, 30 s", partial(overload, seconds=30.0)),
    "overload-long": Fault("3 × overload, 10 min", partial(overload, seconds=600.0), is_long=True),
    "soak": Fault("soak, 2 min", partial(soak, seconds=120.0)),
    "soak-long": Fault("soak, 60 min", partial(soak, seconds=3600.0), is_long=True),
}
