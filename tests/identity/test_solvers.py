"""The last choice: HiGHS against all possibilities, tried one by one."""

import itertools

import numpy as np
import pytest

from sideline.identity.overlaps import find_cliques
from sideline.identity.solvers import NOBODY, Assignment, HighsSolver, IndependentSolver, Solver


def value(problem: Assignment, chosen: tuple[int, ...]) -> float | None:
    """What a choice brings; None when a clique holds somebody too often or a gain of 0 was chosen."""
    for clique in problem.cliques:
        counts = np.bincount([chosen[i] for i in clique if chosen[i] != NOBODY], minlength=problem.gains.shape[1])
        if (counts > problem.at_once).any():
            return None
    gains = [problem.gains[row, person] for row, person in enumerate(chosen) if person != NOBODY]
    return None if any(gain <= 0 for gain in gains) else sum(gains)


@pytest.mark.parametrize("seed", range(8))
def test_highs_finds_the_best_of_all_choices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first = np.sort(rng.uniform(0, 10, 5))
    cliques = find_cliques(first, first + rng.uniform(1, 6, 5), 0.0)
    problem = Assignment(np.maximum(rng.normal(0.5, 1, (5, 3)), 0), cliques, np.array([1, 1, 2]))
    values = (value(problem, choice) for choice in itertools.product(range(-1, 3), repeat=5))
    best = max(found for found in values if found is not None)
    chosen = value(problem, tuple(HighsSolver().solve(problem).tolist()))
    assert chosen == pytest.approx(best)


@pytest.mark.parametrize("solver", [HighsSolver(), IndependentSolver()])
def test_no_gain_and_no_person_is_unknown(solver: Solver) -> None:
    assert solver.solve(Assignment(np.zeros((2, 3)), [np.array([0, 1])], np.ones(3, np.int64))).tolist() == [-1, -1]
    assert solver.solve(Assignment(np.zeros((2, 0)), [], np.ones(0, np.int64))).tolist() == [-1, -1]
    assert solver.solve(Assignment(np.zeros((0, 3)), [], np.ones(3, np.int64))).tolist() == []


def test_the_independent_solver_looks_at_no_clique() -> None:
    problem = Assignment(np.array([[2.0, 1.0], [3.0, 1.0]]), [np.array([0, 1])], np.ones(2, np.int64))
    assert IndependentSolver().solve(problem).tolist() == [0, 0]
    assert HighsSolver().solve(problem).tolist() == [1, 0]
