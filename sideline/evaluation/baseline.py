"""What the nearest-neighbour baseline makes of given points, and how much it loses where they are hard."""

import numpy as np

from sideline.arrays import Float64s, Int64s
from sideline.evaluation.metrics import STRICT_M, measure_hota
from sideline.evaluation.observations import Observations
from sideline.tracking.nearest import NearestNeighbourTracker


def track_by_nearest(frame_index: Int64s, points_m: Float64s) -> Observations:
    """The same points with the IDs that the nearest-neighbour baseline gives them.

    Args:
        frame_index: (N,) frame of every point, in any order.
        points_m: (N,2) metres.
    """
    tracker = NearestNeighbourTracker()
    ids = np.zeros(len(frame_index), np.int64)
    points = Observations(frame_index, ids, points_m)
    frames = np.unique(frame_index)
    for frame, rows in zip(frames, points.rows_of(frames), strict=True):
        ids[rows] = tracker.update(int(frame), points_m[rows])
    return points


def measure_association_loss(
    truth: Observations, noise_m: float = 0.1, miss_rate: float = 0.03, seed: int = 0
) -> float:
    """How much AssA (τ = 1 m) the nearest-neighbour baseline loses to a perfect tracker on the same noisy points.

    Args:
        truth: Who stood where, at 25 frames a second.
        noise_m: Standard deviation of the noise on each axis, metres.
        miss_rate: Share of the points that is left out.
        seed: Of the noise and the misses.

    Returns:
        Difference of AssA in [-1,1]; 0.10 means ten points lost.
    """
    rng = np.random.default_rng(seed)
    noisy = truth.points_m + rng.normal(0.0, noise_m, truth.points_m.shape)
    seen = Observations(truth.frame_index, truth.ids, noisy).select(rng.random(len(noisy)) >= miss_rate)
    frames = np.unique(truth.frame_index)
    perfect = measure_hota(truth, seen, frames, STRICT_M).assa
    return perfect - measure_hota(truth, track_by_nearest(seen.frame_index, seen.points_m), frames, STRICT_M).assa
