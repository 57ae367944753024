"""How a cost grows with the work: a straight line, and a power law."""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Floats
from sideline.errors import BenchmarkError


@dataclass(frozen=True, slots=True)
class Slopes:
    """What fits (work, cost) best in least squares.

    Attributes:
        per_unit: Cost of one unit more, of the line cost = fixed + per_unit · work.
        fixed: Cost of no work at all, of that line.
        exponent: e in cost ∝ workᵉ: 0 is flat, 1 linear; below 1 where a fixed part counts.
    """

    per_unit: float
    fixed: float
    exponent: float


def fit_slopes(work: Floats, cost: Floats) -> Slopes:
    """Fit both.

    Args:
        work: (N,) positive, at least two different.
        cost: (N,) positive.

    Raises:
        BenchmarkError: There are not two different amounts of work, or something is not positive.
    """
    work, cost = np.asarray(work, np.float64), np.asarray(cost, np.float64)
    if len(np.unique(work)) < 2 or (work <= 0).any() or (cost <= 0).any():
        raise BenchmarkError("a slope needs two different amounts of work and positive costs: measure more sizes")
    per_unit, fixed = np.polyfit(work, cost, 1)
    exponent, _ = np.polyfit(np.log(work), np.log(cost), 1)
    return Slopes(round(float(per_unit), 6), round(float(fixed), 6), round(float(exponent), 4))
