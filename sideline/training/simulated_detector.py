"""A detector that is drawn instead of run: what it misses, displaces and invents among simulated people."""

from typing import Final

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.tracking.detection_selector import find_distinct
from sideline.training.sightings import NOBODY, Sightings, join_sightings

_DUPLICATE_RADIUS_M: Final = 0.25
_HALF_SEEN: Final = (0.15, 0.45)
"""Visibility of a person whom the detector sees in one frame out of two; drawn for a match."""
_MISS_RATE: Final = (0.005, 0.05)
"""Share of the frames in which even who is wholly visible is missed; drawn for a match."""
_ERROR_M: Final = (0.06, 0.12)
"""Error of the foot-point of who is wholly visible, along each axis; drawn for a match."""
_HIDDEN_ERROR_M: Final = 0.25
"""Further error of who is wholly hidden."""
_FALSE_RATE: Final = (0.001, 0.015)
"""False detections that appear, a frame and person on the floor; drawn for a match. They last 7 frames in the mean."""


def detect_people(
    truth_m: Float32s, on_floor: Bools, visibility: Float32s, viewer_m: Float64s, rng: np.random.Generator
) -> Sightings:
    """Draw what a detector gives: misses that last, foot-points that stray, people who are not there.

    Args:
        truth_m: [T, P, 2] foot-points.
        on_floor: [T, P].
        visibility: [T, P] in [0, 1].
        viewer_m: (2,) x and z between the cameras; along this line of sight foot-points are the least certain.
        rng: Source of all chance.

    Returns:
        The detections without micro-tracks; of two within 0.25 m the one with the lower score is left out.
    """
    sureness = visibility + 0.09 * draw_wander(on_floor.shape, 8.0, rng)
    seen = on_floor & (sureness > rng.uniform(*_HALF_SEEN)) & (rng.random(on_floor.shape) > rng.uniform(*_MISS_RATE))
    points_m = truth_m + _draw_errors(visibility, truth_m - viewer_m, rng)
    frame, person = np.nonzero(seen)
    scores = 0.55 + 0.42 * sureness[frame, person] + rng.normal(0, 0.05, len(frame))
    true = _list_rows(frame, person, person, points_m[frame, person], visibility, scores)
    return _drop_doubles(join_sightings([true, _invent_people(truth_m, on_floor, visibility, rng)]))


def draw_wander(shape: tuple[int, ...], frames: float, rng: np.random.Generator) -> Float64s:
    """Noise of unit variance that keeps its value along axis 0 for about ``frames`` frames."""
    keep = np.exp(-1.0 / frames)
    noise = rng.normal(size=shape)
    noise[1:] *= np.sqrt(1 - keep**2)
    for row in range(1, shape[0]):
        noise[row] += keep * noise[row - 1]
    return noise


def _draw_errors(visibility: Float32s, from_viewer_m: Float64s, rng: np.random.Generator) -> Float64s:
    """Errors [T, P, 2], metres: half of it lasts for frames, more of it for the hidden and along the line of sight."""
    size_m = rng.uniform(*_ERROR_M) + _HIDDEN_ERROR_M * (1 - visibility[..., None])
    shape = (*visibility.shape, 2)
    mixed = np.sqrt(0.5) * (rng.normal(size=shape) + draw_wander(shape, 12.0, rng))
    along = from_viewer_m / np.maximum(np.linalg.norm(from_viewer_m, axis=-1, keepdims=True), 1e-6)
    return np.asarray(size_m * (mixed + 0.6 * rng.normal(size=visibility.shape)[..., None] * along))


def _invent_people(truth_m: Float32s, on_floor: Bools, visibility: Float32s, rng: np.random.Generator) -> Sightings:
    """False detections: near somebody, for a few frames, with a low score."""
    start, person = np.nonzero(rng.random(on_floor.shape) < on_floor * rng.uniform(*_FALSE_RATE))
    length = np.minimum(rng.geometric(0.15, len(start)), len(on_floor) - start)
    owner = np.repeat(np.arange(len(start)), length)
    frame = start[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
    offset_m = rng.normal(0, 0.6, (len(start), 2))[owner] + rng.normal(0, 0.08, (len(owner), 2))
    near = person[owner]
    points_m = truth_m[frame, near] + offset_m
    return _list_rows(
        frame, np.full(len(owner), NOBODY), near, points_m, visibility, rng.normal(0.58, 0.08, len(owner))
    )


def _list_rows(
    frames: Int64s, persons: Int64s, neighbours: Int64s, points_m: Float64s, visibility: Float32s, scores: Float64s
) -> Sightings:
    return Sightings(
        frames=frames,
        persons=persons,
        neighbours=neighbours,
        points_m=points_m.astype(np.float32),
        visibility=visibility[frames, neighbours],
        scores=np.clip(scores, 0.46, 0.99).astype(np.float32),
        micro_track_ids=np.zeros(len(frames), np.int64),
    )


def _drop_doubles(found: Sightings) -> Sightings:
    points_m = found.points_m.astype(np.float64)
    kept = [rows[find_distinct(points_m[rows], _DUPLICATE_RADIUS_M)] for rows in found.split_by_frame()]
    return found.select(np.concatenate([np.empty(0, np.int64), *kept]))
