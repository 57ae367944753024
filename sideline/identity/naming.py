"""Which of the teams A and B is home, told by the numbers that were read: for matches tracked without a sheet."""

from dataclasses import replace

import numpy as np

from sideline.identity.evidence import read_numbers, read_teams, weigh_persons
from sideline.identity.persons import list_persons
from sideline.identity.settings import ResolverSettings
from sideline.identity.tracklets import Tracklets
from sideline.match_sheet import MatchSheet


def name_teams(tracklets: Tracklets, sheet: MatchSheet, settings: ResolverSettings) -> Tracklets:
    """The tracklets with home and away the way round in which numbers and teams fit the roster better.

    Args:
        tracklets: Teams A and B stand in the places of home and away.
        sheet: The roster.
        settings: What is taken for granted.
    """
    if tracklets.team_probabilities is None:
        return tracklets
    swapped = replace(tracklets, team_probabilities=tracklets.team_probabilities[:, [1, 0, 2]])
    as_it_is, turned = (_fit(each, sheet, settings) for each in (tracklets, swapped))
    return swapped if turned > as_it_is else tracklets


def _fit(tracklets: Tracklets, sheet: MatchSheet, settings: ResolverSettings) -> float:
    """Log-likelihood of all teams and numbers, each tracklet by itself."""
    persons = list_persons(sheet, tracklets)
    logs = weigh_persons(persons, settings) + read_teams(tracklets, persons)
    return float(np.logaddexp.reduce(logs + read_numbers(tracklets, persons, settings), axis=1).sum())
