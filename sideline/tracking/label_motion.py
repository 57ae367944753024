"""Where the players behind the labels are expected, how surely, and what a way to a detection costs.

Knows places on the floor and frame indices; knows neither embeddings nor what a label means. A Kalman filter a label,
whose speed is an Ornstein–Uhlenbeck process, i.e. forgets itself: a player who is not seen is expected to slow down,
and the doubt about where they are grows with the square root of the time instead of its cube (Singer, "Estimating
optimal tracking filter performance for manned maneuvering targets", 1970).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Float64s, Floats, Int64s
from sideline.tensors import IDENTITY_SLOTS

UNREACHABLE: Final = 1e4
"""Penalty of a label that cannot be meant."""
_FRAME_S: Final = 0.04
_NEVER: Final = -1


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """How people move, and how well they are seen.

    Attributes:
        reach_slack_m, reach_m_per_frame: A label is believed only within this distance of where it was last seen,
            the second times the frames since: 0.36 m is 9 m/s at 25 fps.
        foot_point_error_m: Standard deviation of a detection along each axis.
        speed_m_per_s: Standard deviation of the speed along each axis.
        speed_memory_s: Time in which a speed falls to 1/e of itself, unless seen anew.
        weight: Share of the negative log-likelihood of a way that counts; 0 leaves the gate of reach alone.
    """

    reach_slack_m: float = 0.4
    reach_m_per_frame: float = 0.36
    foot_point_error_m: float = 0.15
    speed_m_per_s: float = 3.5
    speed_memory_s: float = 1.0
    weight: float = 1.0


class LabelMotion:
    """Foot-point and velocity of each of the 50 labels, with one covariance for both axes."""

    def __init__(self, settings: MotionSettings) -> None:
        self._settings = settings
        self._places_m = np.zeros((IDENTITY_SLOTS, 2))
        self._velocities_m_per_s = np.zeros((IDENTITY_SLOTS, 2))
        self._covariances = np.zeros((IDENTITY_SLOTS, 2, 2))  # of place and speed along one axis
        self._seen_at_m = np.zeros((IDENTITY_SLOTS, 2))
        self._seen = np.full(IDENTITY_SLOTS, _NEVER, np.int64)

    def penalise(self, frame_index: int, points_m: Floats) -> Float64s:
        """What to subtract from the log-probability of each label for the way to each detection.

        Args:
            frame_index: The present frame.
            points_m: (N,2) foot-points, metres.

        Returns:
            (N,50): negative log-likelihood of the way, 0 for a label surely where the detection is, times the weight;
            UNREACHABLE beyond a label's reach.
        """
        settings, labels = self._settings, np.arange(IDENTITY_SLOTS)
        expected_m, _, covariances = self._predict(frame_index, labels)
        error = settings.foot_point_error_m**2
        spread = np.maximum(covariances[:, 0, 0], error) + error
        way_m = np.linalg.norm(points_m[:, None] - self._seen_at_m[None], axis=2)
        miss_m = np.linalg.norm(points_m[:, None] - expected_m[None], axis=2)
        cost = settings.weight * (miss_m**2 / (2 * spread) + np.log(spread / (2 * error)))
        reach_m = settings.reach_slack_m + settings.reach_m_per_frame * (frame_index - self._seen)
        return np.where(way_m <= reach_m, cost, UNREACHABLE)

    def observe(self, frame_index: int, labels: Int64s, points_m: Floats) -> None:
        """Take the detections (M,2) of a frame with their labels (M,), each at most once."""
        settings = self._settings
        new = self._seen[labels] == _NEVER
        expected_m, velocities, covariances = self._predict(frame_index, labels)
        error = settings.foot_point_error_m**2
        gain = covariances[:, :, 0] / (covariances[:, :1, 0] + error)
        miss_m = points_m - expected_m
        fresh = np.diag([error, settings.speed_m_per_s**2])
        self._places_m[labels] = np.where(new[:, None], points_m, expected_m + gain[:, :1] * miss_m)
        self._velocities_m_per_s[labels] = np.where(new[:, None], 0.0, velocities + gain[:, 1:] * miss_m)
        updated = covariances - gain[:, :, None] * covariances[:, :1]
        self._covariances[labels] = np.where(new[:, None, None], fresh, updated)
        self._seen_at_m[labels], self._seen[labels] = points_m, frame_index

    def forget(self, label: int) -> None:
        """The label goes to somebody else."""
        self._seen[label] = _NEVER

    def _predict(self, frame_index: int, labels: Int64s) -> tuple[Float64s, Float64s, Float64s]:
        """Places (M,2), velocities (M,2) and covariances (M,2,2) of labels in the present frame."""
        memory_s = self._settings.speed_memory_s
        time_s = (frame_index - self._seen[labels]) * _FRAME_S
        kept = np.exp(-time_s / memory_s)
        travel_s = memory_s * (1 - kept)
        step = np.zeros((len(labels), 2, 2))
        step[:, 0, 0], step[:, 0, 1], step[:, 1, 1] = 1.0, travel_s, kept
        covariances = step @ self._covariances[labels] @ step.transpose(0, 2, 1) + self._drift(time_s, kept, travel_s)
        velocities = self._velocities_m_per_s[labels]
        return self._places_m[labels] + travel_s[:, None] * velocities, kept[:, None] * velocities, covariances

    def _drift(self, time_s: Float64s, kept: Float64s, travel_s: Float64s) -> Float64s:
        """Covariances (M,2,2) that chance adds in a time: the integrated Ornstein–Uhlenbeck process."""
        memory_s, variance = self._settings.speed_memory_s, self._settings.speed_m_per_s**2
        drift = np.empty((len(time_s), 2, 2))
        drift[:, 0, 0] = variance * (2 * memory_s * (time_s - travel_s) - travel_s**2)
        drift[:, 0, 1] = drift[:, 1, 0] = variance * travel_s**2 / memory_s
        drift[:, 1, 1] = variance * (1 - kept**2)
        return drift
