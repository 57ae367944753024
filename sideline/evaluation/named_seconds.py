"""Identity accuracy per player-second: for how much of the players' time the right person is named. Knows no file."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Int64s
from sideline.evaluation.identification import FinalTracks
from sideline.evaluation.matching import match_observations
from sideline.evaluation.naming import Naming
from sideline.evaluation.observations import Observations
from sideline.tensors import NO_NUMBER, Category

_PLAYERS: Final = (Category.HOME, Category.AWAY)


@dataclass(frozen=True, slots=True)
class NamedSeconds:
    """Shares of the time that players with a number are on the floor; what is left was not found, or has no name.

    Attributes:
        right: Somebody was found there whose track has the player's team and number.
        wrong: Somebody was found there whose track has another player's.
    """

    right: float
    wrong: float


def measure_named_seconds(
    people: Observations, naming: Naming, tracks: FinalTracks | None, said: Naming | None, frames: Int64s
) -> NamedSeconds | None:
    """Hold what is said of tracks against who really stood there.

    Args:
        people: Who was on the floor in these frames.
        naming: Who they are.
        tracks: What was found; None for nothing.
        said: Who each track is; without a team and a number it is nobody.
        frames: (F,) the frames that count.

    Returns:
        The shares; where the run did not know home from away, by the better of the two namings. None where no player
        has a number.
    """
    players = people.select(_are_players(naming, people.ids))
    if not len(players.ids):
        return None
    if tracks is None or said is None:
        return NamedSeconds(0.0, 0.0)
    true, seen = match_observations(people, tracks.found, frames)
    of_player = _are_players(naming, people.ids[true])
    owners, ids = naming.labels_of(people.ids[true][of_player]), tracks.found.ids[seen][of_player]
    namings = (said,) if tracks.teams_named else (said, said.swap_teams())
    shares = [_share(owners, ids, each, len(players.ids)) for each in namings]
    return max(shares, key=lambda each: each.right)


def _share(owners: Int64s, ids: Int64s, said: Naming, total: int) -> NamedSeconds:
    """``owners`` (K,) are labels of the players who were found, ``ids`` (K,) the tracks that found them."""
    named = _are_players(said, ids)
    right = named & (said.labels_of(ids) == owners)
    return NamedSeconds(float(right.sum()) / total, float((named & ~right).sum()) / total)


def _are_players(naming: Naming, ids: Int64s) -> Bools:
    return np.asarray(np.isin(naming.categories_of(ids), _PLAYERS) & (naming.numbers_of(ids) != NO_NUMBER), np.bool_)
