"""Slopes of costs that are known."""

import numpy as np
import pytest

from benchmarks.slopes import fit_slopes
from sideline.errors import BenchmarkError


def test_a_line_is_found_again() -> None:
    work = np.array([5.0, 10.0, 50.0])
    slopes = fit_slopes(work, 3.0 + 0.5 * work)
    assert slopes.per_unit == pytest.approx(0.5)
    assert slopes.fixed == pytest.approx(3.0)


@pytest.mark.parametrize(("exponent"), [0.0, 1.0, 2.0])
def test_the_exponent_tells_flat_linear_and_quadratic_apart(exponent: float) -> None:
    work = np.array([1.0, 2.0, 4.0, 8.0])
    assert fit_slopes(work, 7.0 * work**exponent).exponent == pytest.approx(exponent)


@pytest.mark.parametrize(
    ("work", "cost"), [([3.0, 3.0], [1.0, 2.0]), ([0.0, 1.0], [1.0, 2.0]), ([1.0, 2.0], [0.0, 1.0])]
)
def test_what_has_no_slope_is_refused(work: list[float], cost: list[float]) -> None:
    with pytest.raises(BenchmarkError, match="measure more sizes"):
        fit_slopes(np.array(work), np.array(cost))
