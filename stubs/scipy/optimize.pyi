from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
