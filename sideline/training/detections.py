"""The detector's raw answer on a shard's panorama: which rows the tracker would take, and whom they show."""

from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from sideline.arrays import Float64s, Floats, Int64s
from sideline.tensors import PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX
from sideline.tracking.arena_tracker import ArenaTrackerSettings
from sideline.tracking.detection_selector import find_distinct
from sideline.training.panoramas import Truth

NEAR_M: Final = 0.5
"""A detection at most this far from a person shows that person."""


def to_pixels(points_uv: Floats) -> Float64s:
    """Panorama points in [0, 1]² → pixels, centres at integers; [N, 2]."""
    return np.asarray(points_uv * [PANORAMA_WIDTH_PX, PANORAMA_HEIGHT_PX] - 0.5, np.float64)


def select_distinct(points_px: Float64s, scores: Floats, truth: Truth, threshold: float) -> Int64s:
    """Rows [M] above the threshold without doubles, best first, as ``ArenaTracker`` keeps them."""
    rows = np.flatnonzero(scores > threshold)
    rows = rows[np.argsort(-scores[rows], kind="stable")]
    radius_m = ArenaTrackerSettings().duplicate_radius_m
    return rows[find_distinct(truth.lay_out(points_px[rows]), radius_m)]


def pair_with_people(points_px: Float64s, truth: Truth, frame: int) -> tuple[Int64s, Int64s]:
    """Pair detections [N, 2] with the people of a frame, each at most once, at most 0.5 m apart.

    Returns:
        Rows of detections and indices of people, both [M].
    """
    people = np.flatnonzero(truth.required[frame] | truth.ignored[frame])
    offsets = (points_px[:, None] - truth.points_px[frame, people][None]) * truth.metres_per_px[frame, people][None]
    distance = np.hypot(offsets[..., 0], offsets[..., 1])
    rows, columns = linear_sum_assignment(np.minimum(distance, 1.5 * NEAR_M))
    near = distance[rows, columns] < NEAR_M
    return rows[near], people[columns[near]]
