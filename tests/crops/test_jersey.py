"""The named parts of the 133 jersey features and what they say about a number."""

import numpy as np
import pytest

from sideline.crops.jersey import (
    JERSEY_DIMS,
    NOTHING,
    ONE_DIGIT,
    TWO_DIGITS,
    label_jerseys,
    number_log_probabilities,
    split_jersey,
)
from sideline.tensors import JERSEY, NO_NUMBER

_SURE = 50.0
"""A logit that leaves the others of its part no chance."""


def test_the_parts_are_views_that_follow_one_another_and_leave_nothing_out() -> None:
    jersey = np.arange(2 * JERSEY_DIMS, dtype=np.float32).reshape(2, JERSEY_DIMS)
    parts = split_jersey(jersey)
    columns = (parts.legibility, parts.single_digit, parts.tens_digit, parts.ones_digit, parts.whole_number)
    assert [column.shape[-1] for column in columns] == [3, 10, 10, 10, 100]
    np.testing.assert_array_equal(np.concatenate(columns, axis=-1), jersey)
    parts.tens_digit[1, 3] = -1.0
    assert jersey[1, 16] == -1.0


def test_the_length_is_that_of_the_tensor() -> None:
    assert JERSEY.dims == (JERSEY_DIMS,)


@pytest.mark.parametrize("shape", [(132,), (2, 134), (0,)])
def test_another_length_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"jersey must be \[\.\.\., 133\]"):
        split_jersey(np.zeros(shape, np.float32))


def _jersey(legibility: int, single: int = 0, tens: int = 0, ones: int = 0, whole: int = 0) -> np.ndarray:
    """Features of which every part is sure of one answer."""
    jersey = np.zeros(JERSEY_DIMS)
    parts = split_jersey(jersey)
    for part, index in zip(
        (parts.legibility, parts.single_digit, parts.tens_digit, parts.ones_digit, parts.whole_number),
        (legibility, single, tens, ones, whole),
        strict=True,
    ):
        part[index] = _SURE
    return jersey


@pytest.mark.parametrize(
    ("jersey", "expected"),
    [
        (_jersey(NOTHING, 4, 4, 4, 4), {100: 1.0}),
        (_jersey(ONE_DIGIT, single=7, tens=2, ones=3, whole=7), {7: 1.0}),
        (_jersey(TWO_DIGITS, single=7, tens=2, ones=3, whole=23), {23: 1.0}),
        (_jersey(TWO_DIGITS, single=7, tens=2, ones=3, whole=28), {23: 0.5, 28: 0.5}),
        (_jersey(TWO_DIGITS, single=7, tens=0, ones=0, whole=0), {0: 1.0}),  # "00" is 0
        (_jersey(ONE_DIGIT, single=9, whole=19), {9: 0.5, 19: 0.5}),
    ],
)
def test_sure_parts_give_their_number(jersey: np.ndarray, expected: dict[int, float]) -> None:
    probabilities = np.exp(number_log_probabilities(jersey))
    wanted = np.zeros(101)
    wanted[list(expected)] = list(expected.values())
    np.testing.assert_allclose(probabilities, wanted, atol=1e-6)


def test_parts_that_know_nothing_give_the_mixture_by_hand() -> None:
    # Legibility 1/3 each. By digits: 1/3 · 1/100 for two digits, and 1/3 · 1/10 more below 10. Whole: 2/3 · 1/100.
    probabilities = np.exp(number_log_probabilities(np.zeros(JERSEY_DIMS)))
    assert probabilities[100] == pytest.approx(1 / 3)
    assert probabilities[42] == pytest.approx((1 / 300 + 2 / 300) / 2)
    assert probabilities[4] == pytest.approx((1 / 300 + 1 / 30 + 2 / 300) / 2)


def test_probabilities_sum_to_one_for_any_logits_and_leading_axes() -> None:
    jersey = np.random.default_rng(0).normal(0, 20, (3, 4, JERSEY_DIMS)).astype(np.float32)
    log_probabilities = number_log_probabilities(jersey)
    assert log_probabilities.shape == (3, 4, 101)
    assert log_probabilities.dtype == np.float32
    np.testing.assert_allclose(np.exp(log_probabilities).sum(-1), 1.0, rtol=1e-5)


def test_logits_too_large_for_exp_stay_finite() -> None:
    assert np.isfinite(number_log_probabilities(np.full(JERSEY_DIMS, 1e4, np.float32))).all()


def test_labels_name_each_digit_or_nothing() -> None:
    labels = label_jerseys(np.array([NO_NUMBER, 5, 5, 0, 83]), np.array([2, 1, 2, 2, 2]))
    assert labels.legibility.tolist() == [NOTHING, ONE_DIGIT, TWO_DIGITS, TWO_DIGITS, TWO_DIGITS]
    assert labels.single_digit.tolist() == [NO_NUMBER, 5, NO_NUMBER, NO_NUMBER, NO_NUMBER]
    assert labels.tens_digit.tolist() == [NO_NUMBER, NO_NUMBER, 0, 0, 8]
    assert labels.ones_digit.tolist() == [NO_NUMBER, NO_NUMBER, 5, 0, 3]
    assert labels.whole_number.tolist() == [NO_NUMBER, 5, 5, 0, 83]
