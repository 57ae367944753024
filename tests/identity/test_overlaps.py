"""Overlaps and cliques of intervals, by hand and against all pairs."""

import numpy as np

from sideline.identity.overlaps import find_cliques, find_overlaps


def test_overlaps_are_the_pairs_that_share_more_than_the_least_time() -> None:
    rng = np.random.default_rng(3)
    first = rng.uniform(0, 50, 40)
    last = first + rng.exponential(8, 40)
    shared = np.minimum(last[:, None], last) - np.maximum(first[:, None], first)
    expected = (shared > 0.5) & ~np.eye(40, dtype=bool)
    found = np.zeros((40, 40), int)
    one, other = find_overlaps(first, last, 0.5)
    np.add.at(found, (one, other), 1)
    assert (found + found.T == expected).all()


def test_cliques_are_the_largest_sets_of_one_time() -> None:
    first, last = np.array([0.0, 1.0, 2.0, 6.0]), np.array([5.0, 3.0, 8.0, 9.0])
    assert [clique.tolist() for clique in find_cliques(first, last, 0.0)] == [[0, 1, 2], [2, 3]]


def test_touching_and_short_common_times_are_no_clique() -> None:
    first, last = np.array([0.0, 5.0, 9.9]), np.array([5.0, 10.0, 20.0])
    assert find_cliques(first, last, 0.3) == []
    assert find_cliques(np.zeros(0), np.zeros(0), 0.3) == []
