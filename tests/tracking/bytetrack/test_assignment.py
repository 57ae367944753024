"""Pairs below a cost."""

import itertools

import numpy as np
import pytest

from sideline.arrays import Float64s
from sideline.tracking.bytetrack.assignment import choose_pairs


def _pairs(cost: list[list[float]], gate: float) -> list[tuple[int, int]]:
    """Pairs with gains gate - cost; those that gain nothing are no candidates."""
    table = ((row, column, gate - value) for row, line in enumerate(cost) for column, value in enumerate(line))
    return choose_pairs([each for each in table if each[2] > 0])


def test_without_a_choice_all_candidates_are_pairs() -> None:
    assert choose_pairs([(4, 7, 0.1), (9, 2, 0.3)]) == [(4, 7), (9, 2)]
    assert choose_pairs([]) == []


def test_rows_and_columns_keep_their_numbers_where_there_is_a_choice() -> None:
    assert choose_pairs([(4, 7, 0.1), (4, 2, 0.3), (9, 5, 0.2)]) == [(4, 2), (9, 5)]


def test_the_sum_decides_where_two_want_one() -> None:
    assert _pairs([[0.1, 0.2], [0.15, 0.7]], 0.8) == [(0, 1), (1, 0)]  # 0.35, not 0.1 + 0.7


def test_one_cheap_pair_beats_two_dear_ones() -> None:
    """(0, 0) alone gains 0.7; both others together 0.2: the published cost of leaving out two is the gate."""
    assert _pairs([[0.1, 0.7], [0.7, 0.9]], 0.8) == [(0, 0)]


def _best_gain(cost: Float64s, gate: float) -> float:
    """The largest sum of gate - cost over all partial assignments, by trying them all."""
    best, rows = 0.0, range(cost.shape[0])
    for size in range(1, min(cost.shape) + 1):
        for chosen in itertools.combinations(rows, size):
            for columns in itertools.permutations(range(cost.shape[1]), size):
                gains = gate - cost[chosen, columns]
                best = max(best, float(gains.sum())) if (gains > 0).all() else best
    return best


@pytest.mark.parametrize("seed", range(30))
def test_no_other_assignment_gains_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.random((rng.integers(1, 5), rng.integers(1, 5)))
    gains = [0.6 - cost[pair] for pair in _pairs(cost.tolist(), 0.6)]
    assert all(gain > 0 for gain in gains)
    assert sum(gains) == pytest.approx(_best_gain(cost, 0.6))
