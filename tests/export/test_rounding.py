"""Kernels in float16, by hand: from 2048 on a float16 has steps of 2, from 1024 on of 1."""

import numpy as np
import pytest

from export.rounding import round_kernels


@pytest.mark.parametrize(
    ("taps", "expected"),
    [
        ([2049.0, 3.0], [2048.0, 4.0]),
        ([3.0, 2049.0], [4.0, 2048.0]),  # the largest comes first, wherever it stands
        ([-2049.0, 3.0], [-2048.0, 2.0]),
        ([2049.0, 1024.25, 1.0], [2048.0, 1025.0, 1.25]),  # 1 goes on, 1025.25 is 1025, a quarter goes on
        ([70000.0, 1.0], [65504.0, 1.0]),
        ([0.0, 0.0], [0.0, 0.0]),
    ],
)
def test_what_a_tap_loses_goes_to_the_next_smaller_one(taps: list[float], expected: list[float]) -> None:
    assert round_kernels(np.float32([[taps]])).tolist() == [[expected]]


def test_each_kernel_keeps_its_own_sum_and_its_shape() -> None:
    weights = np.float32([[[[2049.0, 3.0]], [[1.0, 2.0]]], [[[5.0, 2051.0]], [[0.5, 0.25]]]])
    rounded = round_kernels(weights)
    assert rounded.dtype == np.float16
    assert rounded.tolist() == [[[[2048.0, 4.0]], [[1.0, 2.0]]], [[[4.0, 2052.0]], [[0.5, 0.25]]]]


def test_where_a_kernel_is_one_tap_its_error_goes_to_the_next_input_of_the_same_output() -> None:
    weights = np.float32([[[[2049.0]], [[3.0]]], [[[1.0]], [[2051.0]]]])
    assert round_kernels(weights).tolist() == [[[[2048.0]], [[4.0]]], [[[0.0]], [[2052.0]]]]
