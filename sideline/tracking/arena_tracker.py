"""One arena's tracker: the detector's raw answer in, the frame's answer out, state in between.

Knows what a detection is worth keeping for: its score, its place on the floor, its neighbours. Does not know images,
Triton or where the decoder runs. Two trackers share nothing.
"""

from dataclasses import dataclass, field

import numpy as np

from sideline.arena.panorama import Panorama
from sideline.arena.rig import parse_rig
from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.errors import RigError
from sideline.tensors import EMBEDDING_DIMS, FrameStatus
from sideline.tracking.micro_tracks import NO_MICRO_TRACK, DecodeIds, MicroTracker, MicroTrackSettings


@dataclass(frozen=True, slots=True)
class ArenaTrackerSettings:
    """What the tracker keeps of the detector's answer.

    Attributes:
        duplicate_radius_m: Of two detections nearer than this, the one with the higher score stays. Players have been
            seen to stand 0.35 m apart: keep it smaller.
        court_margin_m: Detections further outside the court than this are dropped.
        micro_tracks: Thresholds of the association.
    """

    duplicate_radius_m: float = 0.25
    court_margin_m: float = 1.0
    micro_tracks: MicroTrackSettings = field(default_factory=MicroTrackSettings)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Who stands where in one frame, best score first; N rows, none unless the status says tracked.

    Attributes:
        status: What became of the frame.
        message: What is wrong and what to do; empty when all is well.
        foot_points_uv: (N,2) f32, panorama, u right and v down, [0,1]².
        foot_points_m: (N,2) f32, arena, x along and z across, metres, origin at the centre.
        scores: (N,) f32 in (0,1).
        micro_track_ids: (N,) i64 from 1, distinct.
    """

    status: FrameStatus
    message: str
    foot_points_uv: Float32s
    foot_points_m: Float32s
    scores: Float32s
    micro_track_ids: Int64s


class ArenaTracker:
    """Tracks the people of one arena frame by frame."""

    def __init__(self, decode_ids: DecodeIds, settings: ArenaTrackerSettings | None = None) -> None:
        self._settings = settings or ArenaTrackerSettings()
        self._micro_tracker = MicroTracker(decode_ids, self._settings.micro_tracks)
        self._calibration: bytes | None = None
        self._panorama: Panorama | None = None
        self._last_frame_index = -1

    def update(
        self,
        frame_index: int,
        status: FrameStatus,
        message: str,
        calibration: bytes,
        logits: Float32s,
        points: Float32s,
        embeddings: Float32s,
    ) -> Answer:
        """Take one frame. The state stays as it was when the frame is refused or the decoder raises.

        Args:
            frame_index: Must rise; an index that does not is answered OUT_OF_ORDER.
            status, message: What the step before says of the frame. NO_IMAGE counts as an empty frame; other frames
                that were not tracked leave the state alone.
            calibration: The rig file, TOML as UTF-8.
            logits, points, embeddings: (Q,1), (Q,2), (Q,256) f32, the detector's answer; see `sideline.tensors`. Rows
                that are not finite are dropped.
        """
        if not status.is_tracked and status is not FrameStatus.NO_IMAGE:
            return _empty_answer(status, message)
        if frame_index <= self._last_frame_index:
            return _empty_answer(FrameStatus.OUT_OF_ORDER, _describe_order(frame_index, self._last_frame_index))
        if status is FrameStatus.NO_IMAGE:
            answer = self._take_empty_frame(frame_index, message)
        else:
            try:
                panorama = self._panorama_of(calibration)
            except RigError as error:
                return _empty_answer(FrameStatus.BAD_CALIBRATION, str(error))
            detections = self._select_detections(panorama, logits, points, embeddings)
            answer = self._track(frame_index, status, message, detections)
        self._last_frame_index = frame_index
        return answer

    def _take_empty_frame(self, frame_index: int, message: str) -> Answer:
        self._micro_tracker.update(
            frame_index, np.empty((0, EMBEDDING_DIMS), np.float32), np.empty(0, np.float32), np.empty((0, 2))
        )
        return _empty_answer(FrameStatus.NO_IMAGE, message)

    def _panorama_of(self, calibration: bytes) -> Panorama:
        if self._panorama is None or calibration != self._calibration:
            self._panorama = Panorama.of(parse_rig(calibration.decode("utf-8", errors="replace")))
            self._calibration = calibration
        return self._panorama

    def _select_detections(
        self, panorama: Panorama, logits: Float32s, points: Float32s, embeddings: Float32s
    ) -> "_Detections":
        scores = _sigmoid(logits[:, 0])
        finite = np.isfinite(points).all(axis=1) & np.isfinite(embeddings).all(axis=1)
        rows = np.flatnonzero(finite & (scores > self._settings.micro_tracks.detection_score))
        rows = rows[np.argsort(-scores[rows], kind="stable")]
        floor_m = panorama.floor_from_uv(points[rows])
        kept = np.flatnonzero(panorama.rig.court.contains(floor_m, self._settings.court_margin_m))
        kept = kept[find_distinct(floor_m[kept], self._settings.duplicate_radius_m)]
        rows = rows[kept]
        return _Detections(points[rows], floor_m[kept].astype(np.float32), scores[rows], embeddings[rows])

    def _track(self, frame_index: int, status: FrameStatus, message: str, found: "_Detections") -> Answer:
        ids = self._micro_tracker.update(frame_index, found.embeddings, found.scores, found.points_m)
        kept = ids != NO_MICRO_TRACK
        return Answer(status, message, found.points_uv[kept], found.points_m[kept], found.scores[kept], ids[kept])


@dataclass(frozen=True, slots=True, eq=False)
class _Detections:
    """Detections worth tracking, best score first."""

    points_uv: Float32s
    points_m: Float32s
    scores: Float32s
    embeddings: Float32s


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
