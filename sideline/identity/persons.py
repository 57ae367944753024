"""Who a tracklet may be: the players of the match sheet, the referees as one, and unknown. Knows no evidence."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Int64s
from sideline.identity.tracklets import Tracklets
from sideline.match_sheet import MatchSheet
from sideline.tensors import NO_NUMBER, Category

REFEREES: Final = 3
"""Officials on the floor (FIBA Official Basketball Rules 2024, article 45.1: a crew chief and one or two umpires)."""
REFEREE_ID: Final = "referee"
UNKNOWN_ID: Final = "unknown"
_LEAST_READINGS: Final = 2.0
"""Without a roster a number is somebody when so many tracklets of a team say it, counted by probability."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom tracklets may be.

    Attributes:
        global_id: The same in every match of a team, e.g. "home-23"; REFEREE_ID for all referees together.
        name: As on the sheet; empty where there is none.
        category: Home, away or referee.
        number: 0–99, or NO_NUMBER.
        label: The number as it is written on the jersey; empty for none.
        at_once: How many tracklets at one time may be this person: 1, of the referees 3.
    """

    global_id: str
    name: str
    category: Category
    number: int
    label: str
    at_once: int = 1


REFEREE_PERSON: Final = Person(REFEREE_ID, "", Category.REFEREE, NO_NUMBER, "", REFEREES)


def list_persons(sheet: MatchSheet | None, tracklets: Tracklets) -> tuple[Person, ...]:
    """Everybody a tracklet may be, unknown left out: home, away, referees.

    Args:
        sheet: The roster. A team without players, and both without a sheet, get the numbers that were read.
        tracklets: What was read.
    """
    teams = {Category.HOME: sheet.home, Category.AWAY: sheet.away} if sheet is not None else {}
    players: list[Person] = []
    for category in (Category.HOME, Category.AWAY):
        listed = teams[category].players if category in teams else ()
        players += [_player(category, each.number, each.label, each.name) for each in listed]
        if not listed:
            players += [_player(category, number, str(number), "") for number in _read_numbers(tracklets, category)]
    return (*players, REFEREE_PERSON)


def _player(category: Category, number: int, label: str, name: str) -> Person:
    return Person(f"{category.name.lower()}-{label}", name, category, number, label)


def _read_numbers(tracklets: Tracklets, category: Category) -> list[int]:
    """Numbers that enough tracklets of a team say, rising."""
    if tracklets.numbers is None or tracklets.team_probabilities is None:
        return []
    read = tracklets.numbers != NO_NUMBER
    sure = np.ones(len(tracklets)) if tracklets.number_probabilities is None else tracklets.number_probabilities
    votes = np.bincount(
        tracklets.numbers[read], weights=(sure * tracklets.team_probabilities[:, category])[read], minlength=1
    )
    return [int(number) for number in np.flatnonzero(votes >= _LEAST_READINGS)]


def categories_of(persons: tuple[Person, ...]) -> Int64s:
    """[P] category of each person."""
    return np.array([person.category for person in persons], np.int64)


def numbers_of(persons: tuple[Person, ...]) -> Int64s:
    """[P] number of each person, NO_NUMBER for referees."""
    return np.array([person.number for person in persons], np.int64)
