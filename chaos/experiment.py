"""One fault from beginning to end: four arenas stream, the fault comes, service is back or not, files are checked."""

import asyncio
import random
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chaos.cameras import Cameras
from chaos.clips import load_clip
from chaos.fleet import Arena, ArenaPlan, Fleet
from chaos.invariants import (
    ArenaRun,
    count_holes,
    count_lost,
    find_changes,
    find_disorder,
    find_reused_ids,
    find_strangers,
    read_run,
)  # fmt: skip
from chaos.namespace import Namespace, network_namespace
from chaos.relay import Relay
from chaos.service import Service
from chaos.stage import ALL, Fault, Injected, Stage
from client.frames import Update
from client.stream import Client
from sideline.tensors import MOST_IN_FLIGHT

RECOVERY_S: Final = 10.0
"""Service is to be back so long after the fault is over."""
_PATIENCE_S: Final = 60.0
_STEADY_ANSWERS: Final = 3
_WARM_FRAMES: Final = 140
"""A whole window of the graph and the beginning of another."""
_MOST_ROUNDS: Final = 12
_SETTLED: Final = 0.01
"""Engines take memory with their first use and with every larger window, Triton with every frame more that is inside
at a time: a server is warm when a round of frames of every arena, as many in flight as a client may have, adds less.
"""
_TOLERANCE: Final = 0.05
_NAMES: Final = ("one", "two", "three", "four")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try.

    Attributes:
        fault: Its title.
        recovered_s: From the end of the fault until every arena had an answer to a frame due afterwards; None when not.
        lost: Frames neither answered nor counted as dropped, all arenas.
        dropped: Frames counted as dropped by the live arenas.
        restarts: How often the server was started again.
        memory_mb: The server's resident memory afterwards.
        usage: What the server holds afterwards, as a share of before, see ``Usage.compare``; empty after a restart.
        complaints: Invariants that did not hold.
        note: The fault's.
    """

    fault: str
    recovered_s: float | None
    lost: int
    dropped: int
    restarts: int
    memory_mb: float
    usage: Mapping[str, float]
    complaints: tuple[str, ...]
    note: str

    @property
    def is_survived(self) -> bool:
        """Whether every invariant held and service was back in time."""
        return not self.complaints and self.recovered_s is not None and self.recovered_s <= RECOVERY_S


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What all tries share.

    Attributes:
        service: The server.
        clips: A folder a clip, in the order of the arenas.
        references: Answers of an undisturbed run by clip.
        fps: Frames a second of each arena.
        folder: Run folders are made here.
        may_drop: Whether a live arena that nothing touched may drop frames, which it counts: on a machine that others
            starve it must, and that is no fault of the service.
        warm_frames: Frames of every arena in a round of warm-up.
    """

    service: Service
    clips: Sequence[Path]
    references: Sequence[Mapping[int, Update]]
    fps: float
    folder: Path
    may_drop: bool = False
    warm_frames: int = _WARM_FRAMES


def try_fault(setting: Setting, fault: Fault, seed: int) -> Outcome:
    """Inject a fault once.

    Raises:
        ConfigError: the fault needs a network namespace, and there can be none.
    """
    with network_namespace() if fault.namespaced else nullcontext() as namespace:
        return _try_fault(setting, fault, seed, namespace)


def _try_fault(setting: Setting, fault: Fault, seed: int, namespace: Namespace | None) -> Outcome:
    service, folder = setting.service, setting.folder / f"{fault.title.replace(' ', '-').replace('/', '-')}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)  # of the same try before
    relay = Relay(service.url, namespace.host if namespace else "127.0.0.1") if fault.relayed or namespace else None
    link = namespace.link if namespace else relay.link if relay else None
    fleet = Fleet([_arena(setting, fault, folder, number, relay) for number in range(len(_NAMES))])
    if not fault.restarts:
        warm_up(setting)
    starts, before = service.starts, service.measure()
    fleet.start(namespace.command if namespace else ())
    rng = random.Random(seed)  # noqa: S311  no secret
    course = _stream_through(fault, Stage(service, fleet, setting.clips[0], folder, rng, link))
    service.await_ready()
    restarts = service.starts - starts
    time.sleep(1.0)
    after = service.measure()
    usage = {} if restarts else after.compare(before)
    runs = [read_run(folder / name, live=number >= 2) for number, name in enumerate(_NAMES)]
    complaints = course.complaints + _judge_runs(setting, runs, course.injected, restarts)
    complaints += _judge_restarts(fault, restarts) if restarts else _judge_usage(usage)
    return Outcome(
        fault=fault.title,
        recovered_s=None if course.recovered_s is None else round(course.recovered_s, 1),
        lost=sum(count_lost(run) for run in runs),
        dropped=sum(run.dropped or 0 for run in runs),
        restarts=restarts,
        memory_mb=after.memory_mb,
        usage={what: round(share, 3) for what, share in usage.items()},
        complaints=tuple(complaints),
        note=course.injected.note,
    )


@dataclass(frozen=True, slots=True)
class _Course:
    """What was seen while the arenas streamed.

    Attributes:
        injected: The fault.
        recovered_s: As in ``Outcome``.
        complaints: What clients and the fault itself saw go wrong.
    """

    injected: Injected
    recovered_s: float | None
    complaints: list[str]


def _stream_through(fault: Fault, stage: Stage) -> _Course:
    """Inject the fault once all arenas stream, wait for service, and end the streams in good order."""
    complaints = []
    try:
        if not stage.fleet.await_answers(_STEADY_ANSWERS, _PATIENCE_S):
            complaints.append("the arenas did not come to stream")
        injected = fault.inject(stage)
        recovered_s = stage.fleet.await_service_after(injected.ended_ns, _PATIENCE_S)
        time.sleep(2.0)
    finally:
        ended = stage.fleet.stop()
    complaints += [f"{name}'s client ended with {status}" for name, status in ended.items() if status]
    complaints += injected.complaints
    complaints += [] if recovered_s is not None else [f"service was not back after {_PATIENCE_S:g} s"]
    return _Course(injected, recovered_s, complaints)


def warm_up(setting: Setting) -> None:
    """Send frames of every arena to a server that was started since, until its memory has settled."""
    service = setting.service
    if service.warm_starts == service.starts:
        return

    async def stream(clip: Path) -> None:
        cameras = Cameras(load_clip(clip), fps=1.0, began_ns=1, frames=setting.warm_frames)
        async for _ in Client(service.url, window=MOST_IN_FLIGHT).track(cameras):
            pass

    async def stream_all() -> None:
        await asyncio.gather(*(stream(clip) for clip in setting.clips))

    for _ in range(_MOST_ROUNDS):
        before_mb = service.measure().memory_mb
        asyncio.run(stream_all())
        if service.measure().memory_mb <= before_mb * (1 + _SETTLED):
            break
    service.warm_starts = service.starts


def _arena(setting: Setting, fault: Fault, folder: Path, number: int, relay: Relay | None) -> Arena:
    name = _NAMES[number]
    plan = ArenaPlan(name, setting.clips[number], number >= 2, fault.clients.get(name, ()))
    url = relay.url if relay is not None and number == 0 else setting.service.url
    return Arena(plan, folder, url, setting.fps)


def _judge_restarts(fault: Fault, restarts: int) -> list[str]:
    return [] if fault.restarts else [f"the server was started again ({restarts} times), though nothing broke it"]


def _judge_usage(usage: Mapping[str, float]) -> list[str]:
    return [f"{share:.3f} times the {what} of before" for what, share in usage.items() if abs(share - 1) > _TOLERANCE]


def _judge_runs(setting: Setting, runs: Sequence[ArenaRun], injected: Injected, restarts: int) -> list[str]:
    touched = ALL if restarts else injected.touched
    complaints = []
    for name, run, reference in zip(_NAMES, runs, setting.references, strict=True):
        found = find_disorder(run) + find_strangers(run, reference, injected.altered) + find_reused_ids(run)
        if lost := count_lost(run):
            found.append(f"{lost} frames were neither answered nor counted as dropped")
        if name not in touched:
            if (holes := count_holes(run)) and not (run.live and setting.may_drop):
                found.append(f"{holes} frames were dropped, though nothing touched it")
            found += [
                f"its stream broke before frame {index}, though nothing touched it" for index in run.sequence_starts
            ]
            found += find_changes(run, reference)
        complaints += [f"{name}: {each}" for each in found[:3]]
    return complaints
