"""A track's jersey number: the summed log-likelihood of its legible crops, what the roster adds, and when to abstain.

The sum is the baseline that is reported beside the engine ``jersey_classifier``; roster and abstention serve both.
Knows what crops say, not how they are cut or encoded.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Float64s, Floats
from sideline.crops.jersey import number_log_probabilities
from sideline.match_sheet import MatchSheet, Team
from sideline.tensors import NO_NUMBER, NUMBERS, Category

LEAST_PROBABILITY: Final = 0.9
"""A number that is less probable is not said: of tracks on validation matches, 0.9 read 93 % right and named 74 %."""
_OFF_ROSTER: Final = 0.02
"""Share of players who wear a number that is not on the roster: sheets have mistakes."""
_MISREAD: Final = 0.03
"""Share of tracks whose number is read wrongly however sure the reading is: a font that misleads does so in every crop.
A number that nobody of the team wears is such a reading rather than a mistake on the sheet."""
_LEGIBLE: Final = 0.5
"""Probability of a legible number from which a crop has a vote."""
_WORST_VOTE: Final = float(np.log(1e-2))
"""A crop's least log-likelihood for a number; one crop of somebody else cannot veto."""
_SHARE_OF_NEWS: Final = 0.3
"""Crops of one track resemble each other: a crop tells this much of what it would if it stood alone."""


@dataclass(frozen=True, slots=True)
class NumberVerdict:
    """What is said of a track's number.

    Attributes:
        number: 0–99, or NO_NUMBER: nothing legible, or not sure enough.
        probability: Of the number; 0 with NO_NUMBER.
    """

    number: int
    probability: float


_NOTHING: Final = NumberVerdict(NO_NUMBER, 0.0)


def sum_votes(jersey: Floats, mask: Bools) -> Float64s:
    """Log-probabilities [101] of the numbers and, last, of nothing legible, by the crops [T, 133] where `mask` [T]."""
    crops = number_log_probabilities(jersey[mask]).astype(np.float64)
    nothing = crops[:, NUMBERS]
    voters = crops[np.exp(nothing) < 1.0 - _LEGIBLE]
    if not len(voters):
        return np.where(np.arange(NUMBERS + 1) == NUMBERS, 0.0, -np.inf)
    numbers = voters[:, :NUMBERS] - np.logaddexp.reduce(voters[:, :NUMBERS], axis=-1, keepdims=True)
    summed = np.maximum(numbers, _WORST_VOTE).sum(axis=0) * _news(len(voters)) / len(voters)
    summed += np.log1p(-np.exp(voters[:, NUMBERS].min())) - np.logaddexp.reduce(summed)
    return np.append(summed, voters[:, NUMBERS].min())


def decide_number(scores: Floats, weights: Floats | None = None, least: float = LEAST_PROBABILITY) -> NumberVerdict:
    """The likeliest number, or nothing.

    Args:
        scores: [101] logits or log-probabilities: numbers 0–99, then nothing legible. With a NaN nothing is said.
        weights: [101] of :func:`weigh_numbers`; None without a match sheet.
        least: Numbers less probable than this are not said.
    """
    if np.isnan(scores).any():
        return _NOTHING
    scores = np.asarray(scores, np.float64)
    probabilities = np.exp(scores - np.logaddexp.reduce(scores))
    if weights is not None:
        read = probabilities[:NUMBERS]
        probabilities[:NUMBERS] = (1.0 - _MISREAD) * read + _MISREAD * read.mean()
        probabilities *= weights / (probabilities @ weights)
    number = int(probabilities.argmax())
    if number == NUMBERS or probabilities[number] < least:
        return _NOTHING
    return NumberVerdict(number, float(probabilities[number]))


def weigh_numbers(sheet: MatchSheet | None, team_probabilities: Floats) -> Float64s:
    """What the roster says of a track's number before its jersey is read; a soft prior.

    Args:
        sheet: The match sheet; None weighs all alike.
        team_probabilities: [3] probability of each Category; a referee has no number.

    Returns:
        [101] factors > 0, relative to numbers that are all equally likely: more than 1 for those that the person's team
        wears (the fewer it wears, the more), little for the others; 1 for nothing legible.
    """
    weights = np.ones(NUMBERS + 1)
    if sheet is None:
        return weights
    home, away = (_share_of_numbers(team) for team in (sheet.home, sheet.away))
    worn = team_probabilities[Category.HOME] * home + team_probabilities[Category.AWAY] * away
    weights[:NUMBERS] = (1.0 - _OFF_ROSTER) * worn * NUMBERS + _OFF_ROSTER
    return weights


def expect_numbers(sheet: MatchSheet | None) -> Float64s:
    """[100] probability of each number for a player of either team, before anything is seen; even without a sheet."""
    weights = weigh_numbers(sheet, np.array([0.5, 0.5, 0.0]))[:NUMBERS]
    return np.asarray(weights / weights.sum(), np.float64)


def _share_of_numbers(team: Team) -> Float64s:
    """[100] probability of each number for somebody of the team; even when its players are not known."""
    worn = np.isin(np.arange(NUMBERS), list(team.numbers)) if team.numbers else np.ones(NUMBERS)
    return np.asarray(worn / worn.sum(), np.float64)


def _news(crops: int) -> float:
    """Number of independent crops that tell as much as `crops` of one track."""
    return 1.0 + _SHARE_OF_NEWS * (crops - 1)
