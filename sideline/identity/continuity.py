"""Which tracklet goes on where another one ended, told by place and time alone. Knows no person.

A link is the belief that two tracklets are one person because the second begins near the end of the first, soon after
it, and nothing else does.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Float64s, Int64s
from sideline.identity.tracklets import Tracklets

_STILL_M: Final = 0.4
_PACE_M_S: Final = 2.2
"""Standard deviation of a place after a gap: fixed part, and what each second adds."""
_FLOOR_M2: Final = 30.0 * 17.0
"""Where somebody else might begin: the court with a metre around."""
_BEGINS_PER_S: Final = 0.45
"""Tracklets that begin anywhere, of anybody."""
_GAP_S: Final = 0.8
"""Mean gap between two tracklets of one person who stays on the floor."""
_GOES_ON: Final = 0.85
"""Probability that somebody whose tracklet ended is on the floor and begins another one."""
_BALANCING: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """E possible continuations.

    Attributes:
        before, after: [E] indices of the tracklets.
        probabilities: [E] that they are one person.
    """

    before: Int64s
    after: Int64s
    probabilities: Float64s


def find_links(tracklets: Tracklets, longest_gap_s: float) -> Links:
    """Weigh pairs where one begins up to `longest_gap_s` after the other's end; none if negative or without places."""
    before, after, gaps_s = _list_pairs(tracklets, longest_gap_s)
    if tracklets.starts_m is None or tracklets.ends_m is None or not len(before):
        return Links(before[:0], after[:0], np.zeros(0))
    apart = tracklets.starts_m[after] - tracklets.ends_m[before]
    spread = _STILL_M + _PACE_M_S * gaps_s
    density = np.exp(-0.5 * (apart**2).sum(axis=1) / spread**2) / (2 * np.pi * spread**2)
    odds = _GOES_ON * density * np.exp(-gaps_s / _GAP_S) / _GAP_S / (_BEGINS_PER_S / _FLOOR_M2)
    near = np.isfinite(odds) & (odds > 1e-3)
    before, after, odds = before[near], after[near], odds[near]
    return Links(before, after, _balance(before, after, odds / (1 - _GOES_ON), len(tracklets)))


def _list_pairs(tracklets: Tracklets, longest_gap_s: float) -> tuple[Int64s, Int64s, Float64s]:
    order = np.argsort(tracklets.first_s, kind="stable")
    starts = tracklets.first_s[order]
    low = np.searchsorted(starts, tracklets.last_s, side="left")
    high = np.searchsorted(starts, tracklets.last_s + longest_gap_s, side="right")
    counts = np.maximum(high - low, 0)
    before = np.repeat(np.arange(len(order)), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    after = order[np.repeat(low, counts) + offsets]
    other = before != after
    before, after = before[other], after[other]
    return before, after, np.asarray(tracklets.first_s[after] - tracklets.last_s[before], np.float64)


def _balance(before: Int64s, after: Int64s, odds: Float64s, count: int) -> Float64s:
    """Probabilities such that nobody goes on twice and nothing continues two: shares of rows and columns by turns.

    Every row and column may stay without a link, whose odds are 1 (Sinkhorn & Knopp, Pacific J. Math. 21, 1967).
    """
    row, column = np.ones(count), np.ones(count)
    for _ in range(_BALANCING):
        row = 1 / (1 + np.bincount(before, odds * column[after], count))
        column = 1 / (1 + np.bincount(after, odds * row[before], count))
    return np.asarray(np.minimum(odds * row[before] * column[after], 0.99))
