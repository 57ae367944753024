"""Path B as a plain loop: the functions that the steps call and the engines that they share, in one process.

It is what somebody would write who wants no server: ONNX Runtime with as many threads as there are cores, one frame
after the other, windows solved in a thread. Nothing of Triton is in it, so it is also the measure of what the steps
themselves cost.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.stopwatch import Stopwatch
from client.frames import FramePair
from ensemble_configs.schema import PythonStep, read_models
from sideline import tensors
from sideline.arrays import Bools, Float32s
from sideline.crops.project import CropProjector
from sideline.engines import OnnxEngine
from sideline.errors import BenchmarkError
from sideline.ingest import IngestedFrame, ingest_frame
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.tensors import FrameStatus, Tensor
from sideline.tracking.arena_tracker import ArenaTracker
from sideline.tracking.decoder_inputs import ask_for_few
from sideline.tracking.detection_selector import Answer
from sideline.tracking.graph.arena_graph import ArenaGraph
from sideline.tracking.graph.engines import GraphEngines
from sideline.tracking.graph.frames import GraphAnswer, GraphFrame
from sideline.tracking.graph.settings import GraphSettings

P = ParamSpec("P")
T = TypeVar("T")
Arrays = tuple[NDArray[Any], ...]

WINDOW: Final = "solve_window"
"""Name of the background work in the stopwatch; all others are the names of the models."""
SOLVER_ENGINES: Final = ("graph_tracker", "jersey_classifier", "temporal_encoder")
"""What windows are solved with, in the order of `GraphEngines`."""


class ReplayableEngine(OnnxEngine):
    """An engine that remembers the arrays of its last call, for who wants to make it again; empty before the first."""

    last_inputs: Arrays = ()

    def __call__(self, *arrays: NDArray[Any]) -> Any:
        """As the engine."""
        self.last_inputs = arrays
        return super().__call__(*arrays)


class _TimedExecutor(ThreadPoolExecutor):
    """The thread that solves windows, timed."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        super().__init__(1)
        self._stopwatch = stopwatch

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        def timed() -> T:
            with self._stopwatch.time(WINDOW):
                return fn(*args, **kwargs)

        return super().submit(timed)


class PathB:
    """The steps of path B, and streams through them one after the other; use it as a context manager.

    Args:
        threads: ONNX Runtime's threads in the engines that a live frame waits for; the others have one, as served.
        repository: The model repository.
        detect: Stands in for the detector: the frame's index to logits, points and embeddings; None for the engine.
        settings: Of the graph; None as served.

    Attributes:
        stopwatch: Times of every step, engine and window so far.
        engines: The engines by name.
    """

    def __init__(
        self,
        threads: int,
        repository: Path = MODEL_REPOSITORY,
        *,
        detect: Callable[[int], Arrays] | None = None,
        settings: GraphSettings | None = None,
    ) -> None:
        self.stopwatch = Stopwatch()
        self.engines = {
            **{name: ReplayableEngine(name, threads, repository) for name in ("detr", "crop_encoder", "id_decoder")},
            **{name: ReplayableEngine(name, 1, repository) for name in SOLVER_ENGINES},
        }
        self._detect = detect
        self._settings = settings
        self._executor = _TimedExecutor(self.stopwatch)
        self._projector = CropProjector(_crop_stride())
        self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def update(self, frame: FramePair, calibration: bytes, match_sheet: bytes, *, is_end: bool = False) -> GraphAnswer:
        """Take one frame; a frame without pictures and with `is_end` closes the stream, and the next one begins anew.

        Args:
            frame: The frame.
            calibration: The rig file, UTF-8.
            match_sheet: The match sheet, UTF-8, with the first frame; empty for none.
            is_end: Whether the stream ends; every window is answered.

        Raises:
            BenchmarkError: The frame could not be tracked, as when it came out of order.
        """
        ingested = self._ingest(frame, calibration, is_end)
        tracked = self._track(frame, calibration, ingested, self._find(frame.frame_index, ingested))
        if tracked.status not in (FrameStatus.OK, FrameStatus.END_OF_STREAM):
            raise BenchmarkError(f"frame {frame.frame_index} is {tracked.status.name}: {tracked.message}")
        said = self._look(frame, calibration, ingested, tracked)
        with self.stopwatch.time("build_graph"):
            answer = self._graph.update(
                GraphFrame(
                    frame_index=frame.frame_index,
                    status=tracked.status,
                    match_sheet=match_sheet,
                    foot_points_m=tracked.foot_points_m,
                    scores=tracked.scores,
                    micro_track_ids=tracked.micro_track_ids,
                    is_end=is_end,
                    **{tensor.name: array for tensor, array in said.items()},
                )
            )
        if is_end:
            self._begin()
        return answer

    def _begin(self) -> None:
        self._tracker = ArenaTracker(self._decode_ids)
        engines = (self.engines[name] for name in SOLVER_ENGINES)
        self._graph = ArenaGraph(GraphEngines(*engines), self._executor, self._settings)

    def _ingest(self, frame: FramePair, calibration: bytes, is_end: bool) -> IngestedFrame:
        with self.stopwatch.time("ingest_frames"):
            left, right = (np.frombuffer(jpeg or b"", np.uint8) for jpeg in (frame.left_jpeg, frame.right_jpeg))
            return ingest_frame(left, right, np.frombuffer(calibration, np.uint8), is_end)

    def _find(self, frame_index: int, ingested: IngestedFrame) -> Arrays:
        if self._detect is not None:
            return self._detect(frame_index)
        with self.stopwatch.time("detr"):
            found: Arrays = self.engines["detr"](ingested.panorama[None])
        return found

    def _track(self, frame: FramePair, calibration: bytes, ingested: IngestedFrame, found: Arrays) -> Answer:
        logits, points, embeddings = found
        with self.stopwatch.time("assign_micro_ids"):
            return self._tracker.update(
                frame.frame_index, ingested.status, ingested.message, calibration, logits[0], points[0], embeddings[0]
            )

    def _decode_ids(self, features: Float32s, mask: Bools, current: Float32s, current_mask: Bools) -> Float32s:
        return ask_for_few(self._call_decoder, features, mask, current, current_mask)

    def _call_decoder(self, *arrays: NDArray[Any]) -> Float32s:
        with self.stopwatch.time("id_decoder"):
            logits: Float32s = self.engines["id_decoder"](*(array[None] for array in arrays))[0]
        return logits

    def _look(
        self, frame: FramePair, calibration: bytes, ingested: IngestedFrame, tracked: Answer
    ) -> Mapping[Tensor, NDArray[Any]]:
        with self.stopwatch.time("project_crops"):
            projected = self._projector.project(
                frame.frame_index,
                calibration,
                ingested.left_image,
                ingested.right_image,
                tracked.foot_points_m,
                tracked.micro_track_ids,
            )
        with self.stopwatch.time("crop_encoder"):
            said: Arrays = self.engines["crop_encoder"](projected.crops)
        outputs = (tensors.APPEARANCE, tensors.JERSEY, tensors.TEAM, tensors.CROP_FEATURES)
        return {tensors.CROP_ROWS: projected.crop_rows, **dict(zip(outputs, said, strict=True))}


def _crop_stride() -> int:
    step = read_models().models["project_crops"]
    assert isinstance(step, PythonStep)  # noqa: S101  for mypy
    return int(step.parameters["crop_stride"])
