"""Frames of people for one micro-tracker."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from sideline.tracking.label_motion import MotionSettings
from sideline.tracking.micro_tracks import DecodeIds, MicroTracker
from tests.tracking.decoders import looks_of
from tests.tracking.published import PUBLISHED

_MOTION = {field.name for field in fields(MotionSettings)}


def tracker_of(decoder: DecodeIds, **changes: object) -> MicroTracker:
    """A tracker with the published settings but for the changes, of which some are the motion's."""
    motion = {name: changes.pop(name) for name in list(changes) if name in _MOTION}
    return MicroTracker(decoder, replace(PUBLISHED, motion=replace(PUBLISHED.motion, **motion), **changes))


def show(
    tracker: MicroTracker,
    frame_index: int,
    *people: int,
    scores: Sequence[float] = (),
    places_m: Sequence[tuple[float, float]] = (),
) -> list[int]:
    """IDs of the people in one frame, all with score 0.9 and at the origin unless told."""
    given_scores = np.array(scores or [0.9] * len(people), np.float32)
    points_m = np.array(places_m or [(0.0, 0.0)] * len(people), np.float32).reshape(-1, 2)
    return tracker.update(frame_index, looks_of(*people), given_scores, points_m).tolist()
