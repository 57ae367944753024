"""What a detector's int8 version says differently from float32, and what it costs, on panoramas it was not made with.

Knows detections, not tracks: what becomes of those is for `sideline evaluate` to say.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from rich.progress import track

from export.engines import ENGINES
from export.pairing import SAME_PLACE_PX, Arrays, pair_rows
from sideline import tensors
from sideline.arrays import Float64s, Image
from sideline.errors import EngineError
from sideline.simulator.venues import ANYWHERE, TRAINING_VENUES
from sideline.tracking.arena_tracker import ArenaTrackerSettings
from sideline.training.panoramas import render_shard

DETECTORS: Final = tuple(name for name, engine in ENGINES.items() if engine.inputs == (tensors.PANORAMA,))
LARGEST_CHANGE: Final = 0.05
"""Share of the likely detections that one of the forms alone may have."""
_LIKELY: Final = ArenaTrackerSettings().selection.detection_score
"""What path B takes for a person when it is seen again."""
_CALIBRATED_ON: Final = tuple(
    enumerate((*(venue.name for venue in TRAINING_VENUES), ANYWHERE, ANYWHERE, ANYWHERE), 800_400)
)
"""Seed and venue of validation matches; no figure of a card is measured on these."""
_COMPARED_ON: Final = ((800_420, "maple_hall"), (800_421, ANYWHERE), (800_422, ANYWHERE))
_SECONDS: Final = 12.0
_FRAMES: Final = (60, 240)
_SIZE_PX: Final = np.array([tensors.PANORAMA_WIDTH_PX, tensors.PANORAMA_HEIGHT_PX])


@dataclass(frozen=True, slots=True)
class Panoramas:
    """What detectors are quantised by, and others to compare them on; [512, 1024, 3] uint8 RGB each."""

    calibration: tuple[Image, ...]
    comparison: tuple[Image, ...]


@dataclass(frozen=True, slots=True)
class Int8Report:
    """How the int8 version of a detector differs from float32.

    Attributes:
        engine: Name of the detector.
        panoramas: On how many they were compared.
        detections: Likely ones of float32.
        lost: Those of them that int8 has not within 4 px.
        new: Likely ones of int8 that float32 has not within 4 px.
        differences: By output, median and 99th percentile over the likely detections that both have: of logits, of
            points in panorama pixels, of embeddings relative to their norm.
        full_cpu_ms, int8_cpu_ms: CPU time of a panorama on one thread, median.
    """

    engine: str
    panoramas: int
    detections: int
    lost: int
    new: int
    differences: dict[str, tuple[float, float]]
    full_cpu_ms: float
    int8_cpu_ms: float

    def check(self) -> None:
        """Refuse an int8 version that sees other people.

        Raises:
            EngineError: too many detections of one form are none of the other.
        """
        if not self.lost + self.new <= LARGEST_CHANGE * self.detections:
            raise EngineError(
                f"{self.engine} in int8 loses {self.lost} of {self.detections} detections and adds {self.new}, more "
                f"than {LARGEST_CHANGE:.0%}: serve it in float32 (--profile cpu)"
            )


def render_panoramas() -> Panoramas:
    """Panoramas of simulated matches in every training venue and in `anywhere`; the same with every call."""
    frames, matches = np.array(_FRAMES), (*_CALIBRATED_ON, *_COMPARED_ON)
    images = [
        image
        for seed, venue in track(matches, description="rendering panoramas")
        for image in render_shard(seed, venue, frames, _SECONDS).images
    ]
    first = len(_CALIBRATED_ON) * len(_FRAMES)
    return Panoramas(tuple(images[:first]), tuple(images[first:]))


def compare_int8(name: str, full: Path, int8: Path, panoramas: Sequence[Image]) -> Int8Report:
    """Run both versions of a detector on the same panoramas.

    Args:
        name: The detector.
        full, int8: Its files.
        panoramas: At least one.
    """
    names = [tensor.name for tensor in ENGINES[name].outputs]
    one, other = (_TimedDetector(path, names) for path in (full, int8))
    pairs = [pair_rows(names, one(image), other(image)) for image in track(panoramas, description=f"comparing {name}")]
    want, got = _join([pair.want for pair in pairs], names), _join([pair.got for pair in pairs], names)
    distances = {output: _distance(output, want[output], got[output]) for output in names}
    was, is_now = (_score(side) >= _LIKELY for side in (want, got))
    near = distances[tensors.POINTS.name] < SAME_PLACE_PX
    return Int8Report(
        name,
        len(panoramas),
        detections=int(was.sum()),
        lost=int((was & ~near).sum()),
        new=int((is_now & ~near).sum()),
        differences={output: _summarise(distance[was & near]) for output, distance in distances.items()},
        full_cpu_ms=one.cpu_ms,
        int8_cpu_ms=other.cpu_ms,
    )


class _TimedDetector:
    """A detector's file on one thread."""

    def __init__(self, path: Path, outputs: Sequence[str]) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._outputs = outputs
        self._spent_ms: list[float] = []

    def __call__(self, image: Image) -> Arrays:
        begun_s = time.thread_time()
        answer: Arrays = self._session.run(self._outputs, {tensors.PANORAMA.name: image[None]})
        self._spent_ms.append((time.thread_time() - begun_s) * 1e3)
        return answer

    @property
    def cpu_ms(self) -> float:
        return float(np.median(self._spent_ms))


def _join(sides: Sequence[Arrays], names: Sequence[str]) -> dict[str, Float64s]:
    """Rows of all panoramas by output."""
    columns = zip(*sides, strict=True)
    return {name: np.concatenate(parts).astype(np.float64) for name, parts in zip(names, columns, strict=True)}


def _score(side: dict[str, Float64s]) -> Float64s:
    scores: Float64s = 1 / (1 + np.exp(-side[tensors.LOGITS.name][:, 0]))
    return scores


def _distance(output: str, want: Float64s, got: Float64s) -> Float64s:
    unit: Float64s | float = 1.0
    if output == tensors.POINTS.name:
        unit = 1 / _SIZE_PX
    elif output == tensors.EMBEDDINGS.name:
        unit = np.linalg.norm(want, axis=1, keepdims=True)
    distance: Float64s = np.linalg.norm((got - want) / unit, axis=1)
    return distance


def _summarise(distance: Float64s) -> tuple[float, float]:
    """Median and 99th percentile; zeros of none."""
    p50, p99 = np.percentile(distance, [50, 99]) if len(distance) else (0.0, 0.0)
    return float(p50), float(p99)
