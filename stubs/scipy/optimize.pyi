from typing import Any

import numpy as np
from numpy.typing import NDArray

def linear_sum_assignment(
    cost_matrix: NDArray[np.floating[Any]], maximize: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
