"""How well tracks are named: team and jersey number per track, and GS-HOTA. Knows no file."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Int64s
from sideline.evaluation.matching import match_observations
from sideline.evaluation.metrics import COMPARABLE_M, measure_hota
from sideline.evaluation.naming import NO_CATEGORY, Naming
from sideline.evaluation.observations import Observations
from sideline.tensors import NO_NUMBER, Category

_SHORTEST_NS: Final = 1_000_000_000
"""Tracks that last no longer are not asked for team and number."""
_CATEGORIES: Final = len(Category)


@dataclass(frozen=True, slots=True, eq=False)
class FinalTracks:
    """The tracks of a run after its windows were solved.

    Attributes:
        found: Detections that have a final track, with its ID.
        captured_at_ns: (N,) i64, capture time of each row of ``found``.
        naming: What the run says of each track.
        teams_named: Whether the run knew home from away by a match sheet; otherwise its teams are A and B.
    """

    found: Observations
    captured_at_ns: Int64s
    naming: Naming
    teams_named: bool

    def select(self, rows: Bools) -> "FinalTracks":
        """The detections where the mask (N,) is true."""
        return FinalTracks(self.found.select(rows), self.captured_at_ns[rows], self.naming, self.teams_named)


@dataclass(frozen=True, slots=True)
class IdentificationFigures:
    """How well tracks are named; shares in [0,1], None where there was nothing to judge, all of them without tracks.

    Attributes:
        teams_named: As in ``FinalTracks``. A run whose teams are A and B is judged by the better of the two namings.
        team_accuracy: Share of the tracks longer than a second whose category is that of most people they followed.
        player_tracks: Such tracks of players; the next two are over these.
        jersey_coverage: Share that has a number.
        jersey_accuracy: Share of those whose number is right; "00" and "0" are one.
        gs_hota: HOTA with τ = 5 m where role, team and number must be equal (SoccerNet Game State).
    """

    teams_named: bool | None = None
    team_accuracy: float | None = None
    player_tracks: int | None = None
    jersey_coverage: float | None = None
    jersey_accuracy: float | None = None
    gs_hota: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Owners:
    """Whom each track followed, one row a track that found somebody.

    Attributes:
        tracks: (T,) track IDs.
        categories: (T,) category of most of the people found, or NO_CATEGORY.
        people: (T,) the person found most often.
    """

    tracks: Int64s
    categories: Int64s
    people: Int64s

    def select(self, rows: Bools) -> "_Owners":
        """The tracks where the mask (T,) is true."""
        return _Owners(self.tracks[rows], self.categories[rows], self.people[rows])


def measure_identification(
    people: Observations, naming: Naming, tracks: FinalTracks, frames: Int64s
) -> IdentificationFigures:
    """Judge what a run says of its tracks.

    Args:
        people: Who really stood where.
        naming: Who they are.
        tracks: What the run says.
        frames: (F,) the frames that count.
    """
    owners = _find_owners(people, naming, tracks.found, frames)
    owners = owners.select(_last_long(tracks, owners.tracks))
    said = tracks.naming if tracks.teams_named else _choose_naming(tracks.naming, owners)
    players = np.isin(owners.categories, (Category.HOME, Category.AWAY))
    numbers, true_numbers = said.numbers_of(owners.tracks[players]), naming.numbers_of(owners.people[players])
    read = numbers != NO_NUMBER
    return IdentificationFigures(
        teams_named=tracks.teams_named,
        team_accuracy=_judge_teams(said, owners),
        player_tracks=int(players.sum()),
        jersey_coverage=_share(read),
        jersey_accuracy=_share(numbers[read] == true_numbers[read]),
        gs_hota=_measure_gs_hota(people, naming, tracks.found, said, frames),
    )


def _find_owners(people: Observations, naming: Naming, found: Observations, frames: Int64s) -> _Owners:
    true, seen = match_observations(people, found, frames)
    with_track = found.ids[seen] >= 0
    tracks, rows = np.unique(found.ids[seen][with_track], return_inverse=True)
    ids, columns = np.unique(people.ids[true][with_track], return_inverse=True)
    votes = np.zeros((len(tracks), len(ids)), np.int64)
    np.add.at(votes, (rows, columns), 1)
    categories = naming.categories_of(ids)
    choices = np.array([NO_CATEGORY, *range(_CATEGORIES)])
    by_category = votes @ (categories[:, None] == choices).astype(np.int64)
    if not len(tracks):
        return _Owners(tracks, tracks, tracks)
    return _Owners(tracks, choices[by_category.argmax(axis=1)], ids[votes.argmax(axis=1)])


def _choose_naming(naming: Naming, owners: _Owners) -> Naming:
    """A and B may be home and away or the other way round: take what suits more tracks."""
    swapped = naming.swap_teams()
    return swapped if (_judge_teams(swapped, owners) or 0.0) > (_judge_teams(naming, owners) or 0.0) else naming


def _judge_teams(naming: Naming, owners: _Owners) -> float | None:
    """Tracks that followed staff are left out: there is no category that would be right."""
    judged = owners.categories != NO_CATEGORY
    return _share(naming.categories_of(owners.tracks[judged]) == owners.categories[judged])


def _last_long(tracks: FinalTracks, ids: Int64s) -> Bools:
    """(T,) whether each of the tracks ``ids`` (T,), which are distinct and rising, lasts longer than a second."""
    first, last = np.full(len(ids), np.iinfo(np.int64).max), np.full(len(ids), np.iinfo(np.int64).min)
    known = np.isin(tracks.found.ids, ids)
    places = np.searchsorted(ids, tracks.found.ids[known])
    np.minimum.at(first, places, tracks.captured_at_ns[known])
    np.maximum.at(last, places, tracks.captured_at_ns[known])
    return np.asarray(last - first > _SHORTEST_NS, np.bool_)


def _measure_gs_hota(people: Observations, naming: Naming, found: Observations, said: Naming, frames: Int64s) -> float:
    labels = naming.labels_of(people.ids), said.labels_of(found.ids)
    return measure_hota(people, found, frames, COMPARABLE_M, labels).hota


def _share(right: Bools) -> float | None:
    return float(right.mean()) if len(right) else None
