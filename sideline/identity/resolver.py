"""From the tracklets of a match to people: beliefs, then one consistent answer. Knows neither files nor servers."""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Float64s, Int64s
from sideline.identity.beliefs import Beliefs, weigh_evidence
from sideline.identity.overlaps import find_cliques
from sideline.identity.persons import Person, list_persons
from sideline.identity.settings import ResolverSettings
from sideline.identity.solvers import NOBODY, Assignment, HighsSolver, IndependentSolver, Solver
from sideline.identity.tracklets import Tracklets
from sideline.match_sheet import MatchSheet


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """Who the N tracklets of a match are.

    Attributes:
        tracklets: The question.
        persons: Everybody they may be.
        chosen: [N] index into ``persons``, or NOBODY: unknown.
        beliefs: What speaks for whom.
    """

    tracklets: Tracklets
    persons: tuple[Person, ...]
    chosen: Int64s
    beliefs: Beliefs

    @property
    def probabilities(self) -> Float64s:
        """[N] of the person chosen; of unknown where nobody was."""
        column = np.where(self.chosen == NOBODY, len(self.persons), self.chosen)
        return np.asarray(self.beliefs.probabilities[np.arange(len(column)), column])


def resolve(
    tracklets: Tracklets,
    sheet: MatchSheet | None,
    settings: ResolverSettings | None = None,
    solver: Solver | None = None,
) -> Identities:
    """Tell who is who.

    Args:
        tracklets: All of a match; may be none.
        sheet: The roster; None for none.
        settings: What is taken for granted.
        solver: Makes the last choice; HiGHS by default, and none where ``settings.exclusive`` is off.

    Raises:
        IdentityError: tracklets that cannot be used, or a solver without an answer.
    """
    settings = settings or ResolverSettings()
    tracklets.check()
    persons = list_persons(sheet, tracklets)
    beliefs = weigh_evidence(tracklets, persons, settings)
    solver = solver or (HighsSolver() if settings.exclusive else IndependentSolver())
    known = beliefs.probabilities[:, :-1]
    seconds = np.maximum(tracklets.durations_s, 1e-3)[:, None]
    problem = Assignment(
        gains=np.where(known >= settings.least_probability, known * seconds, 0.0),
        cliques=find_cliques(tracklets.first_s, tracklets.last_s, settings.overlap_s),
        at_once=np.array([person.at_once for person in persons], np.int64),
    )
    return Identities(tracklets, persons, solver.solve(problem), beliefs)
