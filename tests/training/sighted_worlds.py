"""Sightings made by rule: people who walk straight lines along the court, each in a lane of their own."""

import numpy as np

from sideline.training.sighted_matches import SightedMatch
from sideline.training.sightings import CAST, Sightings

LANE_M = 1.4
STEP_M = 0.05


def walk(people: int, frames: int) -> np.ndarray:  # type: ignore[type-arg]
    """[T, 23, 2] foot-points: person p is in lane p and starts at x = -6 m; those beyond ``people`` stay far away."""
    places = np.full((frames, CAST, 2), 500.0, np.float32)
    places[:, :people, 0] = -6.0 + STEP_M * np.arange(frames)[:, None]
    places[:, :people, 1] = -7.0 + LANE_M * np.arange(people)
    return places


def make_world(people: int = 5, frames: int = 300, hidden: tuple[int, int, int] | None = None) -> SightedMatch:
    """A match in which everybody is seen in every frame and micro-track p + 1 is person p.

    Args:
        people: How many, at most 10.
        frames: How long.
        hidden: Person, first and last frame + 1 in which they are not seen; afterwards their micro-track is 100.
    """
    truth_m = walk(people, frames)
    frame, person = (axis.ravel() for axis in np.indices((frames, people)))
    seen, ids = np.ones(len(frame), np.bool_), person + 1
    if hidden is not None:
        seen &= ~((person == hidden[0]) & (frame >= hidden[1]) & (frame < hidden[2]))
        ids = np.where((person == hidden[0]) & (frame >= hidden[2]), 100, ids)
    sightings = Sightings(
        frame,
        person,
        person,
        truth_m[frame, person],
        np.ones(len(frame), np.float32),
        np.full(len(frame), 0.9, np.float32),
        ids,
    )
    return SightedMatch(sightings.select(seen), truth_m, np.tile(np.arange(CAST) < people, (frames, 1)))
