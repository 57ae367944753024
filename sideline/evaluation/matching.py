"""Which detection found whom, frame by frame: people off the floor, and the error of foot-points. Knows no identity."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from sideline.arrays import Bools, Float64s, Int64s
from sideline.evaluation.metrics import MATCH_RADIUS_M, distances_between
from sideline.evaluation.observations import Observations

_TOO_FAR = 1e6


def match_points(first_m: Float64s, second_m: Float64s) -> tuple[Int64s, Int64s]:
    """Pair as many points as possible within the match radius, and of those pairings the one with the least distance.

    Args:
        first_m, second_m: (N,2) and (M,2), metres.

    Returns:
        (K,) rows of the first and (K,) rows of the second.
    """
    distances_m = distances_between(first_m, second_m)
    near = distances_m <= MATCH_RADIUS_M
    first, second = linear_sum_assignment(np.where(near, distances_m, _TOO_FAR))
    paired = near[first, second]
    return first[paired], second[paired]


def find_off_floor(on_floor: Observations, off_floor: Observations, found: Observations, frames: Int64s) -> Bools:
    """Mark the detections of people who are not on the floor, as MOT17 leaves its distractors out.

    Whoever is on the floor has the first choice: only detections that found nobody there can be of the bench.

    Args:
        on_floor, off_floor: The truth's people.
        found: Detections.
        frames: (F,) the frames that count.

    Returns:
        (N,) bool over the rows of `found`.
    """
    off = np.zeros(len(found.ids), np.bool_)
    rows = zip(on_floor.rows_of(frames), off_floor.rows_of(frames), found.rows_of(frames), strict=True)
    for playing, benched, seen in rows:
        _, taken = match_points(on_floor.points_m[playing], found.points_m[seen])
        left_over = np.delete(seen, taken)
        _, of_bench = match_points(off_floor.points_m[benched], found.points_m[left_over])
        off[left_over[of_bench]] = True
    return off


def match_observations(truth: Observations, found: Observations, frames: Int64s) -> tuple[Int64s, Int64s]:
    """Pair the people with the detections that found them, over all frames.

    Returns:
        (K,) rows of ``truth`` and (K,) rows of ``found``.
    """
    pairs = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for true, seen in zip(truth.rows_of(frames), found.rows_of(frames), strict=True):
        first, second = match_points(truth.points_m[true], found.points_m[seen])
        pairs.append((true[first], seen[second]))
    true_rows, found_rows = zip(*pairs, strict=True)
    return np.concatenate(true_rows), np.concatenate(found_rows)


def measure_foot_point_errors(truth: Observations, found: Observations, frames: Int64s) -> Float64s:
    """Distances (K,) in metres between the people and the detections that found them, over all frames."""
    true, seen = match_observations(truth, found, frames)
    return np.asarray(np.linalg.norm(truth.points_m[true] - found.points_m[seen], axis=1))
