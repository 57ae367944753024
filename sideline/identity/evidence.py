"""What team and number of a tracklet say about who it is. The last column of every table is: unknown.

Generative: the log-likelihood of what was seen, given who it is; priors stand apart.
"""

from typing import Final

import numpy as np

from sideline.arrays import Float64s
from sideline.identity.persons import Person, categories_of, numbers_of
from sideline.identity.settings import ResolverSettings
from sideline.identity.tracklets import Tracklets
from sideline.tensors import NO_NUMBER, NUMBERS, Category

_LEAST_SHARE: Final = 0.01
"""No probability that is read is believed to be surer than this: a tracklet may hold a second person."""
_SURE_UNLESS_SAID: Final = 0.9
"""Probability of a number that came without one."""


def weigh_persons(persons: tuple[Person, ...], settings: ResolverSettings) -> Float64s:
    """Log-prior [P + 1]: each category alike, in a team each player alike; last, unknown."""
    categories = categories_of(persons)
    shares = np.bincount(categories, minlength=len(Category)).astype(np.float64)
    known = np.log((1 - settings.unknown_share) / len(Category)) - np.log(shares[categories])
    return np.append(known, np.log(settings.unknown_share))


def read_teams(tracklets: Tracklets, persons: tuple[Person, ...]) -> Float64s:
    """Log-likelihood [N, P + 1] of the team evidence; an unknown person has any team."""
    table = np.zeros((len(tracklets), len(persons) + 1))
    if tracklets.team_probabilities is None:
        return table
    shares = (1 - _LEAST_SHARE) * tracklets.team_probabilities + _LEAST_SHARE / len(Category)
    table[:, :-1] = np.log(len(Category) * shares)[:, categories_of(persons)]
    return table


def read_numbers(tracklets: Tracklets, persons: tuple[Person, ...], settings: ResolverSettings) -> Float64s:
    """Log-likelihood [N, P + 1] of the numbers, against a number drawn evenly.

    Who wears the number that was read has it with the reader's probability; everybody else with what is left over,
    spread over the other numbers; an unknown person wears any.
    """
    table = np.zeros((len(tracklets), len(persons) + 1))
    if tracklets.numbers is None:
        return table
    read = tracklets.numbers != NO_NUMBER
    sure = np.full(len(tracklets), _SURE_UNLESS_SAID)
    if tracklets.number_probabilities is not None:
        sure = np.clip(tracklets.number_probabilities, 1 / NUMBERS, 1 - settings.off_roster_share)
    wears = tracklets.numbers[:, None] == numbers_of(persons)
    likelihood = np.where(wears, sure[:, None], ((1 - sure) / (NUMBERS - 1))[:, None]) * NUMBERS
    table[read, :-1] = np.log(likelihood[read])
    return table
