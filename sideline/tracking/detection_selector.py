"""The detector's raw answer → the detections of a stream's frame that are worth keeping, in metres, each with an ID.

Knows which frames count (status, order, calibration) and what a detection is worth keeping for: its score, its place on
the floor, its neighbours. Who is who is told by others; path A does not ask (`number_detections`). A detection of no
micro-track is *loose*: too doubtful to say who it is, but where somebody's way has a gap, it fills it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeAlias

import numpy as np

from sideline.arena.panorama import Panorama
from sideline.arena.rig import parse_rig
from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.errors import RigError
from sideline.tensors import FrameStatus
from sideline.tracking.micro_tracks import NO_MICRO_TRACK

SURE_SCORE: Final = 0.45
"""Path A: detections at or below this score are loose."""


@dataclass(frozen=True, slots=True)
class SelectionSettings:
    """What is kept of the detector's answer.

    Attributes:
        detection_score: Detections at or below this score are left out, loose ones, too.
        duplicate_radius_m: Of two detections nearer than this, the one with the higher score stays. Players have been
            seen to stand 0.35 m apart: keep it smaller.
        court_margin_m: Detections further outside the court than this are dropped.
    """

    detection_score: float = 0.3
    duplicate_radius_m: float = 0.25
    court_margin_m: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class RawDetections:
    """The detector's answer of one frame; see `sideline.tensors`.

    Attributes:
        logits: (Q,1) f32.
        points_uv: (Q,2) f32.
        embeddings: (Q,D) f32; D = 0 where the detector gives none.
    """

    logits: Float32s
    points_uv: Float32s
    embeddings: Float32s


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Detections worth keeping, best score first; N rows.

    Attributes:
        points_uv, points_m: (N,2) f32, in the panorama and on the floor.
        scores: (N,) f32 in (0,1).
        embeddings: (N,D) f32, finite.
    """

    points_uv: Float32s
    points_m: Float32s
    scores: Float32s
    embeddings: Float32s


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Who stands where in one frame, best score first; N rows, none unless the status says tracked.

    Attributes:
        status: What became of the frame.
        message: What is wrong and what to do; empty when all is well.
        foot_points_uv: (N,2) f32, panorama, u right and v down, [0,1]².
        foot_points_m: (N,2) f32, arena, x along and z across, metres, origin at the centre.
        scores: (N,) f32 in (0,1).
        micro_track_ids: (N,) i64, distinct; from 1, or negative for a loose detection.
    """

    status: FrameStatus
    message: str
    foot_points_uv: Float32s
    foot_points_m: Float32s
    scores: Float32s
    micro_track_ids: Int64s


Identify: TypeAlias = Callable[[int, Detections], Int64s]
"""frame_index and detections (none for a frame without an image) → (N,) micro-track IDs or NO_MICRO_TRACK."""


class DetectionSelector:
    """Takes the frames of one stream; has those identified that count. Two selectors share nothing.

    Args:
        identify: Says who is who.
        settings: What is kept.
    """

    def __init__(self, identify: Identify, settings: SelectionSettings | None = None) -> None:
        self._identify: Final = identify
        self._settings: Final = settings or SelectionSettings()
        self._calibration: bytes | None = None
        self._panorama: Panorama | None = None
        self._last_frame_index = -1

    def update(
        self, frame_index: int, status: FrameStatus, message: str, calibration: bytes, raw: RawDetections
    ) -> Answer:
        """Take one frame. The state stays as it was when the frame is refused or `identify` raises.

        Args:
            frame_index: Must rise; an index that does not is answered OUT_OF_ORDER.
            status, message: What the step before says of the frame. NO_IMAGE counts as an empty frame; other frames
                that were not tracked leave the state alone.
            calibration: The rig file, TOML as UTF-8.
            raw: The detector's answer; rows that are not finite are dropped.
        """
        if not status.is_tracked and status is not FrameStatus.NO_IMAGE:
            return _empty_answer(status, message)
        if frame_index <= self._last_frame_index:
            return _empty_answer(FrameStatus.OUT_OF_ORDER, _describe_order(frame_index, self._last_frame_index))
        try:
            found = self._select(calibration, raw) if status.is_tracked else _nobody(raw)
        except RigError as error:
            return _empty_answer(FrameStatus.BAD_CALIBRATION, str(error))
        ids = self._identify(frame_index, found)
        self._last_frame_index = frame_index
        ids = np.where(ids == NO_MICRO_TRACK, -1 - np.arange(len(ids)), ids)
        return Answer(status, message, found.points_uv, found.points_m, found.scores, ids)

    def _select(self, calibration: bytes, raw: RawDetections) -> Detections:
        panorama = self._panorama_of(calibration)
        scores = _sigmoid(raw.logits[:, 0])
        finite = np.isfinite(raw.points_uv).all(axis=1) & np.isfinite(raw.embeddings).all(axis=1)
        rows = np.flatnonzero(finite & (scores > self._settings.detection_score))
        rows = rows[np.argsort(-scores[rows], kind="stable")]
        floor_m = panorama.floor_from_uv(raw.points_uv[rows])
        kept = np.flatnonzero(panorama.rig.court.contains(floor_m, self._settings.court_margin_m))
        kept = kept[find_distinct(floor_m[kept], self._settings.duplicate_radius_m)]
        rows = rows[kept]
        return Detections(raw.points_uv[rows], floor_m[kept].astype(np.float32), scores[rows], raw.embeddings[rows])

    def _panorama_of(self, calibration: bytes) -> Panorama:
        if self._panorama is None or calibration != self._calibration:
            self._panorama = Panorama.of(parse_rig(calibration.decode("utf-8", errors="replace")))
            self._calibration = calibration
        return self._panorama


def number_detections() -> Identify:
    """Path A's answer to who is who: every detection above SURE_SCORE is a micro-track of its own, counted from 1."""
    numbers = count(1)
    return lambda _frame_index, found: np.array(
        [next(numbers) if score > SURE_SCORE else NO_MICRO_TRACK for score in found.scores], np.int64
    )


def find_distinct(points_m: Float64s, radius_m: float) -> Bools:
    """Mark the points that no better point is near to.

    Args:
        points_m: (N,2) metres, best first.
        radius_m: Two points nearer than this are one player.

    Returns:
        (N,) bool, true for the points that stay; a point that fell away does not push others out.
    """
    offsets = points_m[:, None] - points_m[None]
    near = (offsets**2).sum(axis=2) < radius_m**2
    distinct = np.ones(len(points_m), np.bool_)
    for row in range(len(points_m)):
        if distinct[row]:
            distinct[row + 1 :] &= ~near[row, row + 1 :]
    return distinct


def _nobody(raw: RawDetections) -> Detections:
    return Detections(raw.points_uv[:0], raw.points_uv[:0], raw.logits[:0, 0], raw.embeddings[:0])


def _sigmoid(logits: Float32s) -> Float32s:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * logits), np.float32)


def _describe_order(frame_index: int, last_frame_index: int) -> str:
    return (
        f"frame {frame_index} came after frame {last_frame_index}: send frame indices that rise, "
        "or start a new sequence to begin again"
    )


def _empty_answer(status: FrameStatus, message: str) -> Answer:
    points = np.empty((0, 2), np.float32)
    return Answer(status, message, points, points, np.empty(0, np.float32), np.empty(0, np.int64))
