"""What is said of each tracklet at last: person, team and number, each with its probability and a reason."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Float64s
from sideline.identity.persons import REFEREE_ID, UNKNOWN_ID, categories_of, numbers_of
from sideline.identity.reasons import explain
from sideline.identity.resolver import Identities
from sideline.identity.solvers import NOBODY
from sideline.tensors import NO_NUMBER, Category

_SECOND_PERSON: Final = 0.02
"""Share of a tracklet's time that is somebody else's on average: no probability is higher than what is left."""


@dataclass(frozen=True, slots=True)
class IdentityVerdict:
    """Who a tracklet is.

    Attributes:
        track_id: The tracklet's ID.
        global_id: Who: "home-23", "referee" for any official, or "unknown".
        name: As on the roster; empty where it does not tell.
        probability: Of the person; of "unknown" that it is nobody on the roster.
        category: The team, or referee, refined by who it is.
        category_probability: Of the category.
        number: 0–99, refined; NO_NUMBER where nobody knows.
        number_probability: Of the number; 0 with NO_NUMBER.
        reason: What spoke for the person, in words.
    """

    track_id: int
    global_id: str
    name: str
    probability: float
    category: Category
    category_probability: float
    number: int
    number_probability: float
    reason: str


def give_verdicts(identities: Identities) -> list[IdentityVerdict]:
    """One verdict a tracklet, in their order."""
    teams = _sum_teams(identities)
    reasons = explain(identities)
    return [_give_verdict(identities, row, teams[row], reasons[row]) for row in range(len(identities.tracklets))]


def _give_verdict(identities: Identities, row: int, teams: Float64s, reason: str) -> IdentityVerdict:
    chosen = int(identities.chosen[row])
    person = None if chosen == NOBODY else identities.persons[chosen]
    category = Category(int(teams.argmax())) if person is None else person.category
    number, sure = _tell_number(identities, row)
    return IdentityVerdict(
        track_id=int(identities.tracklets.ids[row]),
        global_id=UNKNOWN_ID if person is None else person.global_id,
        name="" if person is None else person.name,
        probability=(1 - _SECOND_PERSON) * float(identities.probabilities[row]),
        category=category,
        category_probability=(1 - _SECOND_PERSON) * float(teams[category]),
        number=number,
        number_probability=sure,
        reason=reason,
    )


def _sum_teams(identities: Identities) -> Float64s:
    """[N, 3] probability of each category; what is unknown counts as the tracker said, or evenly."""
    known = identities.beliefs.probabilities[:, :-1]
    table = np.zeros((len(known), len(Category)))
    for category in Category:
        table[:, category] = known[:, categories_of(identities.persons) == category].sum(axis=1)
    said = identities.tracklets.team_probabilities
    rest = 1 / len(Category) if said is None else said
    return np.asarray(table + identities.beliefs.probabilities[:, -1:] * rest)


def _tell_number(identities: Identities, row: int) -> tuple[int, float]:
    """The person's number with the probability of all who wear it; of an unknown person the one that was read."""
    chosen = int(identities.chosen[row])
    if chosen != NOBODY:
        number = identities.persons[chosen].number
        wears = numbers_of(identities.persons) == number
        sure = float(identities.beliefs.probabilities[row, :-1][wears].sum())
        return (NO_NUMBER, 0.0) if number == NO_NUMBER else (number, (1 - _SECOND_PERSON) * min(sure, 1.0))
    read, shares = identities.tracklets.numbers, identities.tracklets.number_probabilities
    if read is None or read[row] == NO_NUMBER or shares is None:
        return NO_NUMBER, 0.0
    return int(read[row]), float(shares[row])


def is_player(verdict: IdentityVerdict) -> bool:
    """Whether the verdict names somebody on the roster."""
    return verdict.global_id not in (UNKNOWN_ID, REFEREE_ID)
