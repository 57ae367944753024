"""Who is on the floor when, as far as tracklets tell: substitutions as a Markov chain of two states a person.

A person stays on the floor or at the bench for a while; each tracklet that may be them speaks for the floor while it
lasts, its absence for the bench. Forward and backward sums (Rabiner, Proc. IEEE 77, 1989), on a grid of one second.
"""

from typing import Final

import numpy as np

from sideline.arrays import Float64s, Int64s
from sideline.identity.settings import ResolverSettings
from sideline.identity.tracklets import Tracklets

_STEP_S: Final = 1.0
_DOUBT: Final = 0.02
"""Least probability that a person on the floor is in no tracklet, and the other way round."""
_WEIGHT: Final = 0.5
"""Before and after tell the same where nobody was exchanged: each counts half."""


def judge_presence(tracklets: Tracklets, beliefs: Float64s, shares: Float64s, settings: ResolverSettings) -> Float64s:
    """What the tracklets before and after each tracklet say about who it may be.

    Args:
        tracklets: N tracklets.
        beliefs: [N, P] probability of each person.
        shares: [P] share of the match that each is expected to be on the floor, (0, 1).
        settings: Length of a stint, and how much one tracklet tells.

    Returns:
        [N, P] log of how much likelier each person is on the floor all the while than by `shares` alone; what the
        tracklet says itself has no part in it.
    """
    if not len(tracklets):
        return np.zeros_like(beliefs)
    start_s = float(tracklets.first_s.min())
    first = ((tracklets.first_s - start_s) / _STEP_S).astype(np.int64)
    last = ((tracklets.last_s - start_s) / _STEP_S).astype(np.int64)
    seen = _count(first, last, beliefs)
    news = _STEP_S / settings.evidence_s
    on = np.clip(seen, _DOUBT, 1 - _DOUBT) ** news
    off = np.clip(1 - seen, _DOUBT, 1 - _DOUBT) ** news
    change = 2 * (1 - np.exp(-_STEP_S / settings.stint_s))
    rates = change * (1 - shares), change * shares
    before = _filter(on, off, *rates, shares)[first]
    after = _filter(on[::-1], off[::-1], *rates, shares)[::-1][last]
    return np.asarray(_WEIGHT * (np.log(before / shares) + np.log(after / shares)))


def _count(first: Int64s, last: Int64s, beliefs: Float64s) -> Float64s:
    """[T, P] expected tracklets of each person at each step, T up to the last one."""
    changes = np.zeros((int(last.max()) + 2, beliefs.shape[1]))
    np.add.at(changes, first, beliefs)
    np.add.at(changes, last + 1, -beliefs)
    return np.asarray(np.cumsum(changes[:-1], axis=0))


def _filter(on: Float64s, off: Float64s, leave: Float64s, enter: Float64s, shares: Float64s) -> Float64s:
    """[T, P] probability of being on the floor at each step, by what was seen before it."""
    result = np.empty_like(on)
    state = shares.copy()
    for step in range(len(on)):
        result[step] = state
        is_on, is_off = state * on[step], (1 - state) * off[step]
        state = is_on / (is_on + is_off)
        state = state * (1 - leave) + (1 - state) * enter
    return np.clip(result, 1e-3, 1 - 1e-3)
