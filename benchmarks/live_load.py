"""K arenas live on one server, and what each camera would say of it: latencies, jitter, drops, stale frames.

A frame's latency counts from its scheduled capture to its answer in the client, so neither a client that is late nor a
server that makes it wait can hide anything (no coordinated omission). The newest frame wins: what a newer one replaced
is a drop. Knows the client and its clock; knows nothing of the server's inside.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.cameras import ClockedCameras
from benchmarks.streaming import check_statuses
from client.frames import Update
from client.roster_file import find_roster
from client.stream import Client
from client.tally import Latency, summarise_latency
from sideline.arrays import Bools, Float64s
from sideline.tracking.graph.settings import GraphSettings

SCHEDULED: Final = "scheduled capture"


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent.

    Attributes:
        arenas: Streams at once, their clocks evenly out of step.
        fps: Frames a second of each.
        seconds: Length, warm-up included.
        warm_up_s: Frames captured in this time at the start are sent, but do not count.
        window: Frames in flight an arena.
    """

    arenas: int
    fps: float
    seconds: float
    warm_up_s: float
    window: int

    @property
    def interval_ms(self) -> float:
        """From one frame of an arena to its next."""
        return 1e3 / self.fps


@dataclass(frozen=True, slots=True, eq=False)
class ArenaRun:
    """One arena's run: everything after the warm-up.

    Attributes:
        updates: Answers, END excluded.
        pictures_ms: Decoding and encoding of each answered frame, from its scheduled capture.
        sent_frames: Frames that the cameras gave.
        solving_ns: Spans of time in which a window of this arena was being solved, ns since the Unix epoch.
    """

    updates: list[Update]
    pictures_ms: Float64s
    sent_frames: int
    solving_ns: list[tuple[int, int]]

    @property
    def latencies_ms(self) -> Float64s:
        """From the scheduled capture to the answer."""
        return np.array([update.timing.latency_ms(live=True) for update in self.updates])

    @property
    def jitter_ms(self) -> Float64s:
        """How much more or less time lies between two answers than between their captures, absolute."""
        pairs = pairwise(update.timing for update in self.updates)
        return np.array(
            [abs((b.answered_at_ns - a.answered_at_ns) - (b.captured_at_ns - a.captured_at_ns)) / 1e6 for a, b in pairs]
        )

    @property
    def dropped(self) -> int:
        """Frames that a newer one replaced."""
        return self.sent_frames - len(self.updates)


@dataclass(frozen=True, slots=True)
class CameraFigures:
    """One arena's figures; both cameras of a rig share them, since frames travel in pairs.

    Attributes:
        latency_ms: From the scheduled capture.
        jitter_p99_ms: See `ArenaRun.jitter_ms`.
        frames: Frames that the cameras gave after the warm-up.
        dropped: Of these, never answered since a newer one was there.
        stale: Answered when the next frame had been captured already.
        deadline_misses: Never answered, or later than the deadline.
    """

    latency_ms: Latency
    jitter_p99_ms: float
    frames: int
    dropped: int
    stale: int
    deadline_misses: int

    @classmethod
    def of(cls, run: ArenaRun, interval_ms: float, deadline_ms: float) -> "CameraFigures":
        """The figures of one arena."""
        latencies_ms = run.latencies_ms
        return cls(
            latency_ms=summarise_latency(latencies_ms, SCHEDULED),
            jitter_p99_ms=round(float(np.percentile(run.jitter_ms, 99)), 2) if len(run.updates) > 1 else 0.0,
            frames=run.sent_frames,
            dropped=run.dropped,
            stale=int((latencies_ms > interval_ms).sum()),
            deadline_misses=run.dropped + int((latencies_ms > deadline_ms).sum()),
        )


def run_load(url: str, model: str, match_dir: Path, load: Load) -> list[ArenaRun]:
    """Stream all arenas to their end.

    Args:
        url: Host and gRPC port.
        model: Name of the ensemble.
        match_dir: What the cameras see.
        load: How much.

    Returns:
        One run an arena.

    Raises:
        StreamError, SourceError: A stream failed.
        BenchmarkError: A frame was not tracked.
    """
    return asyncio.run(_run_all(url, model, match_dir, load))


async def _run_all(url: str, model: str, match_dir: Path, load: Load) -> list[ArenaRun]:
    client = Client(url, model=model, window=load.window)
    frames = max(1, round(load.seconds * load.fps))
    arenas = [ClockedCameras.of(match_dir, load.fps, frames, number / load.arenas) for number in range(load.arenas)]
    return list(await asyncio.gather(*(_run_arena(client, cameras, match_dir, load) for cameras in arenas)))


async def _run_arena(client: Client, cameras: ClockedCameras, match_dir: Path, load: Load) -> ArenaRun:
    session = client.track(cameras, match_sheet=find_roster(match_dir), live=True)
    updates = [update.without_pictures() async for update in session]
    check_statuses(updates)
    solving_ns = solving_spans(updates, GraphSettings().window_frames)
    warm_frames = min(round(load.warm_up_s * load.fps), cameras.frames - 1)
    counted = [update for update in updates if not update.is_end and update.frame_index >= warm_frames]
    ready_ns = [cameras.ready_ns[update.frame_index] - update.captured_at_ns for update in counted]
    return ArenaRun(counted, np.array(ready_ns) / 1e6, cameras.frames - warm_frames, solving_ns)


def solving_spans(updates: Sequence[Update], window_frames: int) -> list[tuple[int, int]]:
    """When windows were being solved, from what a client sees: the answer of the frame that closed one, and its result.

    Args:
        updates: One stream's, in order.
        window_frames: Frames of a window.
    """
    spans: list[tuple[int, int]] = []
    first_frame, closed_ns = updates[0].frame_index, None
    for update in updates:
        if update.windows is not None and closed_ns is not None:
            spans.append((closed_ns, update.timing.answered_at_ns))
            closed_ns = None
        if update.frame_index >= first_frame + window_frames:
            first_frame, closed_ns = update.frame_index, update.timing.answered_at_ns
    return spans


def answered_while_solving(runs: Sequence[ArenaRun]) -> tuple[Float64s, Float64s]:
    """Latencies of the frames that were under way while a window of any arena was being solved, and of the others."""
    spans = [span for run in runs for span in run.solving_ns]
    latencies_ms = np.concatenate([run.latencies_ms for run in runs])
    during = np.concatenate([_overlaps(run, spans) for run in runs])
    return latencies_ms[during], latencies_ms[~during]


def _overlaps(run: ArenaRun, spans: Sequence[tuple[int, int]]) -> Bools:
    timings = [update.timing for update in run.updates]
    return np.array(
        [any(each.captured_at_ns < end and each.answered_at_ns > begin for begin, end in spans) for each in timings],
        np.bool_,
    )
