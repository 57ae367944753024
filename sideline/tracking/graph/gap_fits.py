"""How well specks fit into the gaps of people: places, times and looks, all specks of a window at once.

A window in a crowd has hundreds of specks and dozens of people; one pair after the other, this was a third of the time
that a window took.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.tracking.graph.tracklets import Tracklet

_LONGEST_GAP_S: Final = 3.0
"""Over longer gaps nobody's way is known well enough."""
_LONGEST_END_S: Final = 0.8
"""A speck before a person's first detection, or after the last, is theirs only within so short a time."""
_UNLIKE_M: Final = 0.4
"""Looking like somebody else (cosine 0) counts as so much farther away."""


@dataclass(frozen=True, slots=True, eq=False)
class Specks:
    """N ≥ 1 specks side by side, with D detections together.

    Attributes:
        first_frames, last_frames: (N,) i64.
        owners: (D,) i64 row of the speck whose detection it is.
        frames: (D,) i64.
        points_m: (D,2) f32 foot-points, arena, metres.
        have_looks: (N,) bool, whether there is a crop.
        appearances: (N,64) f32 unit length; zeros where there is none.
    """

    first_frames: Int64s
    last_frames: Int64s
    owners: Int64s
    frames: Int64s
    points_m: Float32s
    have_looks: Bools
    appearances: Float32s

    @classmethod
    def of(cls, specks: Sequence[Tracklet]) -> Self:
        """The specks in their order."""
        return cls(
            np.array([each.first_frame for each in specks], np.int64),
            np.array([each.last_frame for each in specks], np.int64),
            np.repeat(np.arange(len(specks)), [len(each.frames) for each in specks]),
            np.concatenate([each.frames for each in specks]),
            np.concatenate([each.points_m for each in specks]),
            np.array([each.looks.crops > 0 for each in specks]),
            np.stack([each.looks.appearance for each in specks]),
        )


def measure_fits(person: Tracklet, specks: Specks, fps: float) -> Float64s:
    """How far each speck is from the person's way, metres, on average of its detections.

    The way leads straight from the last detection before a speck to the first one after it; who looks like somebody
    else is farther away.

    Returns:
        (N,) metres; infinite where the person is seen meanwhile, or was not for too long.
    """
    fits = np.full(len(specks.first_frames), np.inf)
    may = _find_gaps(person, specks, fps)
    if may.any():
        theirs = may[specks.owners]
        frames, owners = specks.frames[theirs], specks.owners[theirs]
        way_m = [np.interp(frames, person.frames, person.points_m[:, axis]) for axis in range(2)]
        away_m = np.linalg.norm(specks.points_m[theirs] - np.stack(way_m, axis=1), axis=1)
        sums_m, counts = (np.bincount(owners, weights, len(may))[may] for weights in (away_m, None))
        fits[may] = sums_m / counts + _UNLIKE_M * _unlike(person, specks)[may]
    return fits


def _find_gaps(person: Tracklet, specks: Specks, fps: float) -> Bools:
    """(N,) whether the speck lies in a gap of the person that is short enough, or near an end."""
    frames = np.concatenate([[-np.inf], person.frames, [np.inf]])
    after = np.searchsorted(person.frames, specks.first_frames) + 1
    before_s = (specks.first_frames - frames[after - 1]) / fps
    after_s = (frames[after] - specks.last_frames) / fps
    is_short = (before_s + after_s <= _LONGEST_GAP_S) | (np.minimum(before_s, after_s) <= _LONGEST_END_S)
    return np.asarray(is_short & (after_s > 0))


def _unlike(person: Tracklet, specks: Specks) -> Float32s:
    """(N,) 0 for who looks the same, 1 for who looks like anybody; 0 where it is not known."""
    if not person.looks.crops:
        return np.zeros(len(specks.have_looks), np.float32)
    return np.where(specks.have_looks, 1.0 - specks.appearances @ person.looks.appearance, 0.0).astype(np.float32)
