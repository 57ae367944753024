from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

class OptimizeResult:
    x: NDArray[np.float64]

def least_squares(
    fun: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    x0: NDArray[np.float64],
    *,
    x_scale: str = ...,
) -> OptimizeResult: ...
def linear_sum_assignment(
    cost_matrix: NDArray[np.floating[Any]], maximize: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...

class Bounds:
    def __init__(self, lb: float, ub: float) -> None: ...

class LinearConstraint:
    def __init__(self, A: csr_array, *, ub: NDArray[np.float64]) -> None: ...

class MilpResult:
    x: NDArray[np.float64] | None
    message: str

def milp(
    c: NDArray[np.float64],
    *,
    integrality: NDArray[np.float64],
    bounds: Bounds,
    constraints: LinearConstraint,
    options: dict[str, float],
) -> MilpResult: ...
