"""A tracklet: a run of detections believed to be one person. Knows how tracklets are joined, not who decides on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sideline.arrays import Float32s, Float64s, Int64s
from sideline.tracking.graph.looks import Looks, add_looks

_VELOCITY_DETECTIONS = 13
_VELOCITY_SPAN_S = 0.6
_VELOCITY_PRIOR_S2 = 0.0036
"""(0.15 m noise of a foot-point / 2.5 m/s usual speed)²: pulls the velocity of few detections towards none."""


@dataclass(frozen=True, slots=True, eq=False)
class Tracklet:
    """Detections of one person, and what is known of those that were let go (past tracks keep their end only).

    Attributes:
        frames: (T,) i64 frame_index, rising, T ≥ 1.
        points_m: (T,2) f32 foot-points, arena, metres.
        scores: (T,) f32 in (0,1).
        micro_track_ids: (T,) i64.
        looks: What the crops say, of all detections.
        first_frame: frame_index of the first detection, kept or not.
        detections: Number of detections, kept or not; ≥ T.
    """

    frames: Int64s
    points_m: Float32s
    scores: Float32s
    micro_track_ids: Int64s
    looks: Looks
    first_frame: int
    detections: int

    @property
    def last_frame(self) -> int:
        """frame_index of the last detection."""
        return int(self.frames[-1])

    def start_velocity_m_s(self, fps: float) -> Float64s:
        """(2,) velocity over the first detections, m/s, drawn towards zero when they are few."""
        return _fit_velocity(self.frames[:_VELOCITY_DETECTIONS], self.points_m[:_VELOCITY_DETECTIONS], 0, fps)

    def end_velocity_m_s(self, fps: float) -> Float64s:
        """(2,) velocity over the last detections, m/s, drawn towards zero when they are few."""
        return _fit_velocity(self.frames[-_VELOCITY_DETECTIONS:], self.points_m[-_VELOCITY_DETECTIONS:], -1, fps)

    def keep_end(self, detections: int) -> "Tracklet":
        """The same tracklet with at most so many of its last detections; what the crops say stays whole."""
        if len(self.frames) <= detections:
            return self
        last = slice(-detections, None)
        return replace(
            self,
            frames=self.frames[last].copy(),
            points_m=self.points_m[last].copy(),
            scores=self.scores[last].copy(),
            micro_track_ids=self.micro_track_ids[last].copy(),
        )


def make_tracklet(
    frames: Int64s, points_m: Float32s, scores: Float32s, micro_track_ids: Int64s, looks: Looks
) -> Tracklet:
    """A tracklet of T ≥ 1 detections; arrays as in Tracklet."""
    return Tracklet(frames, points_m, scores, micro_track_ids, looks, int(frames[0]), len(frames))


def join_tracklets(tracklets: Sequence[Tracklet]) -> Tracklet:
    """One person's tracklets as one; each ends before the next one starts."""
    if len(tracklets) == 1:
        return tracklets[0]
    return Tracklet(
        np.concatenate([each.frames for each in tracklets]),
        np.concatenate([each.points_m for each in tracklets]),
        np.concatenate([each.scores for each in tracklets]),
        np.concatenate([each.micro_track_ids for each in tracklets]),
        add_looks([each.looks for each in tracklets]),
        tracklets[0].first_frame,
        sum(each.detections for each in tracklets),
    )


def _fit_velocity(frames: Int64s, points_m: Float32s, anchor: int, fps: float) -> Float64s:
    if len(frames) < 2:
        return np.zeros(2)
    times_s = (frames - frames[anchor]) / fps
    near = np.abs(times_s) <= _VELOCITY_SPAN_S
    times_s, points = times_s[near], points_m[near].astype(np.float64)
    times_s -= times_s.sum() / len(times_s)
    spread_s2 = float(times_s @ times_s)
    return np.asarray(times_s @ points / (spread_s2 + _VELOCITY_PRIOR_S2), np.float64)
