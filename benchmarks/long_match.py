"""Tracker and graph on a crowd without pictures, as fast as they go: matches of any length.

The ID decoder and the crop encoder, which remember nothing, are left out: the decoder's word is that it cannot tell, so
that motion alone decides, and the crop encoder's is the crowd's. Windows are solved with the real engines, at once and
in the same thread: at this speed they would pile up.
"""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.crowd import Crowd
from benchmarks.in_process import SOLVER_ENGINES
from benchmarks.stopwatch import StepTimes
from sideline.crops.project import find_due
from sideline.engines import OnnxEngine
from sideline.tensors import IDENTITY_SLOTS, FrameStatus
from sideline.tracking.arena_tracker import ArenaTracker
from sideline.tracking.graph.arena_graph import ArenaGraph
from sideline.tracking.graph.engines import GraphEngines
from sideline.tracking.graph.frames import GraphFrame
from sideline.tracking.graph.settings import GraphSettings

P = ParamSpec("P")
T = TypeVar("T")

_CROP_STRIDE: Final = 3


class LongMatch:
    """One arena's tracker and graph.

    Args:
        crowd: The players.
        repository: Holds the engines that windows are solved with.
        settings: Of the graph.

    Attributes:
        windows: Times of the windows solved so far.
        frame_index: The next frame.
    """

    def __init__(self, crowd: Crowd, repository: Path, settings: GraphSettings) -> None:
        self.windows = StepTimes()
        self.frame_index = 0
        self._crowd = crowd
        self._calibration = crowd.rig.to_toml().encode()
        engines = (OnnxEngine(name, 1, repository) for name in SOLVER_ENGINES)
        self._tracker = ArenaTracker(_cannot_tell)
        self._graph = ArenaGraph(GraphEngines(*engines), _TimedInline(self.windows), settings)

    @property
    def kept_items(self) -> int:
        """What the graph remembers, see `ArenaGraph.kept_items`."""
        return self._graph.kept_items

    def play(self, until_frame: int) -> float:
        """Go on up to a frame; CPU milliseconds a frame."""
        begun_s, first = time.thread_time(), self.frame_index
        while self.frame_index < until_frame:
            self._step()
            self.frame_index += 1
        return (time.thread_time() - begun_s) * 1e3 / max(1, self.frame_index - first)

    def _step(self) -> None:
        found = (array[0] for array in self._crowd.detect(self.frame_index))
        seen = self._tracker.update(self.frame_index, FrameStatus.OK, "", self._calibration, *found)
        rows = np.flatnonzero(find_due(self.frame_index, seen.micro_track_ids, _CROP_STRIDE)).astype(np.int32)
        self._graph.update(
            GraphFrame(
                frame_index=self.frame_index,
                status=FrameStatus.OK,
                match_sheet=b"",
                foot_points_m=seen.foot_points_m,
                scores=seen.scores,
                micro_track_ids=seen.micro_track_ids,
                crop_rows=rows,
                is_end=False,
                **self._crowd.describe(rows.astype(np.int64)),
            )
        )


class _TimedInline(Executor):
    """Runs what is submitted at once, in the caller's thread, and takes its time."""

    def __init__(self, times: StepTimes) -> None:
        self._times = times

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        wall_s, cpu_s = time.perf_counter(), time.thread_time()
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        self._times.wall_ms.append((time.perf_counter() - wall_s) * 1e3)
        self._times.cpu_ms.append((time.thread_time() - cpu_s) * 1e3)
        return future


def _cannot_tell(*arrays: NDArray[Any]) -> NDArray[np.float32]:
    return np.zeros((len(arrays[2]), IDENTITY_SLOTS + 1), np.float32)
