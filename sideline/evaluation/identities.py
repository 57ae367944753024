"""How right identities are: shares of the players' tracked seconds. Knows the simulator's truth, no file."""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Int64s
from sideline.identity.resolver import Identities
from sideline.identity.solvers import NOBODY
from sideline.simulator.people import People
from sideline.simulator.tracklets import Stretches

_NO_COLUMN = -2


@dataclass(frozen=True, slots=True)
class IdentityFigures:
    """Over the seconds in which a tracklet holds a player; officials are left out.

    Attributes:
        player_seconds: Their sum.
        accuracy: Share of them with the right player.
        unknown: Share of them without a name.
        mean_probability: What the resolver gives itself, on average over the seconds of all tracklets.
    """

    player_seconds: float
    accuracy: float
    unknown: float
    mean_probability: float


def measure_identities(identities: Identities, people: People, truth: Stretches) -> IdentityFigures:
    """Hold identities against the truth.

    Args:
        identities: Of a simulated match, resolved with its own roster.
        people: Who took part.
        truth: Whom each tracklet held when.
    """
    right = _columns(identities, people)[truth.persons]
    is_player = np.array([person.category in ("home", "away") for person in people.persons])[truth.persons]
    said, seconds = identities.chosen[truth.tracklets], truth.durations_s
    total = max(float(seconds[is_player].sum()), 1e-9)
    long_s = identities.tracklets.durations_s
    return IdentityFigures(
        player_seconds=total,
        accuracy=float(seconds[is_player & (said == right)].sum()) / total,
        unknown=float(seconds[is_player & (said == NOBODY)].sum()) / total,
        mean_probability=float(long_s @ identities.probabilities / max(long_s.sum(), 1e-9)),
    )


def _columns(identities: Identities, people: People) -> Int64s:
    """[P] index in ``identities.persons`` of everybody in the match."""
    column = {person.global_id: place for place, person in enumerate(identities.persons)}
    named = [column.get(f"{person.category}-{person.number}", _NO_COLUMN) for person in people.persons]
    return np.array(named, np.int64)
