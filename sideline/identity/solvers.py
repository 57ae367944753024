"""Solvers of the last step: one person for each tracklet, such that the most time is expected to be right.

A solver knows tables and cliques; neither evidence nor rosters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from sideline.arrays import Float64s, Int64s
from sideline.errors import IdentityError

NOBODY: Final = -1
"""In place of a person: unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """The problem: who is each of N tracklets?

    Attributes:
        gains: [N, P] what naming each person brings, against 0 for unknown; only gains above 0 may be chosen.
        cliques: Tracklets that exist at one time.
        at_once: [P] how many tracklets of a clique may be each person.
    """

    gains: Float64s
    cliques: Sequence[Int64s]
    at_once: Int64s


class Solver(Protocol):
    """Chooses a person for each tracklet."""

    def solve(self, problem: Assignment) -> Int64s:
        """[N] index of the person, or NOBODY.

        Raises:
            IdentityError: no solution was found.
        """
        ...


class IndependentSolver:
    """Takes the best for each tracklet by itself: the same without exclusivity."""

    def solve(self, problem: Assignment) -> Int64s:
        """See ``Solver``; cliques are not looked at."""
        if not problem.gains.shape[1]:
            return np.full(len(problem.gains), NOBODY, np.int64)
        best = problem.gains.argmax(axis=1)
        return np.where(problem.gains.max(axis=1) > 0, best, NOBODY).astype(np.int64)


@dataclass(frozen=True, slots=True)
class HighsSolver:
    """Integer programme with a constraint a clique and person, by HiGHS (Huangfu & Hall, Math. Prog. Comp. 10, 2018).

    Attributes:
        time_limit_s: The best solution found until then is taken.
    """

    time_limit_s: float = 30.0

    def solve(self, problem: Assignment) -> Int64s:
        """See ``Solver``."""
        chosen = np.full(len(problem.gains), NOBODY, np.int64)
        rows, columns = np.nonzero(problem.gains > 0)
        if not len(rows):
            return chosen
        constraints = _constrain(problem, rows.astype(np.int64), columns.astype(np.int64))
        result = milp(
            -problem.gains[rows, columns],
            integrality=np.ones(len(rows)),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options={"time_limit": self.time_limit_s, "mip_rel_gap": 1e-4},
        )
        if result.x is None:
            raise IdentityError(f"HiGHS found no assignment ({result.message}); raise its time limit")
        taken = result.x > 0.5
        chosen[rows[taken]] = columns[taken]
        return chosen


def _constrain(problem: Assignment, rows: Int64s, columns: Int64s) -> LinearConstraint:
    """A tracklet is one person at most; a person is in so many tracklets of a clique at most."""
    count, persons = problem.gains.shape
    variable = np.full((count, persons), -1, np.int64)
    variable[rows, columns] = np.arange(len(rows))
    at, entries, limits = [rows], [np.arange(len(rows))], [np.ones(count)]
    line = count
    for clique in problem.cliques:
        held = variable[clique]
        crowded = np.flatnonzero((held >= 0).sum(axis=0) > problem.at_once)
        members = held[:, crowded]
        lines = np.broadcast_to(line + np.arange(len(crowded)), members.shape)
        at.append(lines[members >= 0])
        entries.append(members[members >= 0])
        limits.append(problem.at_once[crowded].astype(np.float64))
        line += len(crowded)
    places = np.concatenate(at), np.concatenate(entries)
    matrix = coo_array((np.ones(len(places[0])), places), (line, len(rows)))
    return LinearConstraint(matrix.tocsr(), ub=np.concatenate(limits))
