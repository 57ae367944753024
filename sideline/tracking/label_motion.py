"""Where the players behind the labels were seen last, how fast they went, and what a way to a detection costs.

Knows places on the floor and frame indices; knows neither embeddings nor what a label means.
"""

from typing import Final

import numpy as np

from sideline.arrays import Float64s, Floats, Int64s
from sideline.tensors import IDENTITY_SLOTS

UNREACHABLE: Final = 1e4
"""Penalty of a label that cannot be meant."""
_SMOOTHING: Final = 0.15
"""Share of the newest displacement in the velocity; a foot-point is off by 0.1 m, a frame's way is 0–0.3 m."""
_LONGEST_PREDICTION: Final = 8
"""Frames for which a velocity is believed."""
_DRIFT_M_PER_FRAME: Final = 0.1
_NEVER: Final = -1


class LabelMotion:
    """Last foot-point and velocity of each of the 50 labels.

    Args:
        slack_m, m_per_frame: A label reaches as far as the slack plus so much for every frame since it was seen.
        weight: Penalty at the slack's distance from where the label is expected, quadratic in the distance.
    """

    def __init__(self, slack_m: float, m_per_frame: float, weight: float) -> None:
        self._slack_m, self._m_per_frame, self._weight = slack_m, m_per_frame, weight
        self._points_m = np.zeros((IDENTITY_SLOTS, 2))
        self._velocities_m = np.zeros((IDENTITY_SLOTS, 2))
        self._seen = np.full(IDENTITY_SLOTS, _NEVER, np.int64)

    def penalise(self, frame_index: int, points_m: Floats) -> Float64s:
        """What to subtract from the logit of each label for the way to each detection.

        Args:
            frame_index: The present frame.
            points_m: (N,2) foot-points, metres.

        Returns:
            (N,50), at least 0; UNREACHABLE beyond a label's reach.
        """
        frames = frame_index - self._seen
        expected_m = self._points_m + self._velocities_m * np.minimum(frames, _LONGEST_PREDICTION)[:, None]
        way_m = np.linalg.norm(points_m[:, None] - self._points_m[None], axis=2)
        miss_m = np.linalg.norm(points_m[:, None] - expected_m[None], axis=2)
        cost = self._weight * (miss_m / (self._slack_m + _DRIFT_M_PER_FRAME * frames)) ** 2
        return np.where(way_m <= self._slack_m + self._m_per_frame * frames, cost, UNREACHABLE)

    def observe(self, frame_index: int, labels: Int64s, points_m: Floats) -> None:
        """Take the detections (M,2) of a frame with their labels (M,), each at most once."""
        known = self._seen[labels] != _NEVER
        frames = np.maximum(frame_index - self._seen[labels], 1)[:, None]
        steps_m = (points_m - self._points_m[labels]) / frames
        smoothed = self._velocities_m[labels] + _SMOOTHING * (steps_m - self._velocities_m[labels])
        self._velocities_m[labels] = np.where(known[:, None], smoothed, 0.0)
        self._points_m[labels], self._seen[labels] = points_m, frame_index

    def forget(self, label: int) -> None:
        """The label goes to somebody else."""
        self._seen[label] = _NEVER
