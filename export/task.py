"""Path B over a match with truth, in this process: how well people are tracked, and what each engine was given.

The engines are those of a model repository, in float32 or with float16's roundings (`export.half`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.frames import load_film
from benchmarks.in_process import PathB, ReplayableEngine
from client.frames import FramePair
from ensemble_configs.schema import Engine, read_models
from export.half import write_half
from export.real_inputs import EngineInputs
from sideline.arrays import Float32s, Int64s
from sideline.evaluation.files import read_truth
from sideline.evaluation.matching import find_off_floor
from sideline.evaluation.metrics import STRICT_M, measure_hota
from sideline.evaluation.observations import Observations
from sideline.tensors import NO_TRACK
from sideline.tracking.detection_selector import Answer

_ALL_CORES: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class TaskRun:
    """What came of one run.

    Attributes:
        hota_1m: HOTA at τ = 1 m of the final tracks, in [0, 1]; as `sideline evaluate` says it.
        inputs: What the engines were given.
        calibration: The rig file of the match, UTF-8.
    """

    hota_1m: float
    inputs: EngineInputs
    calibration: bytes


@dataclass(slots=True)
class _Tracks:
    """Who was seen, and the tracks that the windows gave them."""

    seen: list[tuple[int, Int64s, Float32s]] = field(default_factory=list)
    track_of: dict[tuple[int, int], int] = field(default_factory=dict)

    def as_observations(self) -> Observations:
        """The detections that have a track."""
        rows = [
            (frame, self.track_of.get((frame, micro), NO_TRACK), *point)
            for frame, micros, points in self.seen
            for micro, point in zip(micros.tolist(), points.tolist(), strict=True)
        ]
        table = np.array([row for row in rows if row[1] != NO_TRACK], np.float64).reshape(-1, 4)
        return Observations(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:])


class _Watched(ReplayableEngine):
    """An engine that keeps some of what it is given: each row with equal chance (Vitter's algorithm R, 1985)."""

    def __init__(self, name: str, threads: int, repository: Path, most: int) -> None:
        super().__init__(name, threads, repository)
        self.kept: list[tuple[NDArray[Any], ...]] = []
        self._most = most
        self._met = 0
        self._rng = np.random.default_rng(0)

    def __call__(self, *arrays: NDArray[Any]) -> Any:
        """As the engine."""
        for row in range(len(arrays[0])):
            self._meet(tuple(array[row : row + 1] for array in arrays))
        return super().__call__(*arrays)

    def _meet(self, inputs: tuple[NDArray[Any], ...]) -> None:
        place = len(self.kept) if len(self.kept) < self._most else int(self._rng.integers(self._met + 1))
        self._met += 1
        if place < self._most:
            self.kept[place : place + 1] = [tuple(np.array(array) for array in inputs)]


class _WatchedPath(PathB):
    """Path B that remembers where its micro-tracks were seen, and what its engines were given."""

    def __init__(self, repository: Path, keep: int) -> None:
        self.tracks = _Tracks()
        self.watched: dict[str, _Watched] = {}
        self._repository, self._keep = repository, keep
        super().__init__(_ALL_CORES, repository)

    def _begin(self) -> None:
        for name in self.engines:
            self.watched.setdefault(name, _Watched(name, _ALL_CORES, self._repository, self._keep))
        self.engines = dict(self.watched)
        super()._begin()

    def _track(self, frame: FramePair, *arguments: Any) -> Answer:
        answer = super()._track(frame, *arguments)
        self.tracks.seen.append((frame.frame_index, answer.micro_track_ids, answer.foot_points_m))
        return answer


def run_task(repository: Path, match_dir: Path, frames: int, keep: int = 0) -> TaskRun:
    """Track a match and hold it against its truth.

    Args:
        repository: Model repository with the engines of path B.
        match_dir: Match folder with truth.parquet; simulated if it is data/demo and not there.
        frames: Frames to track, from the first on.
        keep: Inputs of each engine to keep.

    Raises:
        SourceError, EvaluationError: the match cannot be read.
    """
    film = load_film(match_dir, frames)
    count = len(film.pictures)
    with _WatchedPath(repository, keep) as path:
        for frame in (*film.play(count), FramePair(count, 0, None, None)):
            is_end = frame.left_jpeg is None
            sheet = film.match_sheet if frame.frame_index == 0 else b""
            windows = path.update(frame, film.calibration, sheet, is_end=is_end).windows
            columns = (windows.window_frames, windows.window_micro_track_ids, windows.window_track_ids)
            for index, micro, track in zip(*map(np.ndarray.tolist, columns), strict=True):
                path.tracks.track_of[index, micro] = track
        inputs = {name: engine.kept for name, engine in path.watched.items()}
        return TaskRun(_measure(match_dir, path.tracks.as_observations(), np.arange(count)), inputs, film.calibration)


def _measure(match_dir: Path, found: Observations, frames: Int64s) -> float:
    truth = read_truth(match_dir)
    people, bench = truth.on_floor.within(frames), truth.off_floor.within(frames)
    counted = found.select(~find_off_floor(people, bench, found, frames))
    return measure_hota(people, counted, frames, STRICT_M).hota


@contextmanager
def candidate_repository(base: Path, candidates: Mapping[str, Path], *, half: bool = False) -> Iterator[Path]:
    """A temporary repository with some engines exchanged.

    Args:
        base: Where the other engines are taken from.
        candidates: ONNX file by engine.
        half: Whether every engine computes with float16's roundings.
    """
    with TemporaryDirectory(prefix="sideline-engines-") as folder:
        for name, model in read_models().models.items():
            if not isinstance(model, Engine):
                continue
            source = candidates.get(name, base / name / "1" / "model.onnx").resolve()
            target = Path(folder) / name / "1" / "model.onnx"
            target.parent.mkdir(parents=True)
            if half:
                write_half(source, target, emulated=True)
            else:
                target.symlink_to(source)
        yield Path(folder)
