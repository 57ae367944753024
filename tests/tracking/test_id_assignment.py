"""Labels from probabilities, by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from sideline.arrays import Bools, Float64s, Int64s
from sideline.tensors import IDENTITY_SLOTS, NEWBORN
from sideline.tracking.id_assignment import assign_by_hungarian, assign_by_object_max, label_probabilities

Assign = Callable[[Float64s, Bools, float], Int64s]
ALL_LIVE = np.ones(IDENTITY_SLOTS, np.bool_)


def probabilities(*rows: dict[int, float]) -> Float64s:
    table = np.zeros((len(rows), IDENTITY_SLOTS + 1))
    for row, words in enumerate(rows):
        table[row, list(words)] = list(words.values())
    return table


def test_equal_logits_share_the_probability() -> None:
    np.testing.assert_allclose(label_probabilities(np.full((2, 51), 3.0, np.float32)), 1 / 51)


def test_huge_logits_do_not_overflow() -> None:
    id_logits = np.zeros((1, 51), np.float32)
    id_logits[0, 4] = 1e30
    assert label_probabilities(id_logits)[0, 4] == 1.0


@pytest.mark.parametrize("assign", [assign_by_object_max, assign_by_hungarian])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_row_that_is_not_finite_is_newborn_and_leaves_the_others_alone(assign: Assign, broken: float) -> None:
    id_logits = np.zeros((2, 51), np.float32)
    id_logits[0, 4], id_logits[1, 4] = broken, 20.0
    assert assign(label_probabilities(id_logits), ALL_LIVE, 0.2).tolist() == [NEWBORN, 4]


@pytest.mark.parametrize("assign", [assign_by_object_max, assign_by_hungarian])
def test_no_detection_gets_no_label(assign: Assign) -> None:
    assert assign(probabilities(), ALL_LIVE, 0.2).shape == (0,)


@pytest.mark.parametrize("assign", [assign_by_object_max, assign_by_hungarian])
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{4: 0.9}, {7: 0.8}], [4, 7]),
        ([{4: 0.9}, {4: 0.8, NEWBORN: 0.1}], [4, NEWBORN]),
        ([{4: 0.5, NEWBORN: 0.5}], [4]),
        ([{NEWBORN: 0.6, 4: 0.4}], [NEWBORN]),
        ([{4: 0.19, NEWBORN: 0.1}], [NEWBORN]),
        ([{4: 0.5}, {4: 0.5}], [4, NEWBORN]),
    ],
)
def test_labels_by_both_rules(assign: Assign, rows: list[dict[int, float]], expected: list[int]) -> None:
    assert assign(probabilities(*rows), ALL_LIVE, 0.2).tolist() == expected


@pytest.mark.parametrize("assign", [assign_by_object_max, assign_by_hungarian])
def test_a_label_that_nobody_holds_is_not_given(assign: Assign) -> None:
    live = ALL_LIVE.copy()
    live[4] = False
    assert assign(probabilities({4: 0.9}), live, 0.2).tolist() == [NEWBORN]


def test_the_rules_differ_where_two_want_the_same_label_and_one_has_another_choice() -> None:
    table = probabilities({0: 0.7, 1: 0.3}, {0: 0.6, 1: 0.4})
    assert assign_by_object_max(table, ALL_LIVE, 0.2).tolist() == [0, NEWBORN]
    assert assign_by_hungarian(table, ALL_LIVE, 0.2).tolist() == [0, 1]
