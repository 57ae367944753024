from typing import Any

import numpy as np
from numpy.typing import NDArray

class cKDTree:
    def __init__(self, data: NDArray[np.floating[Any]]) -> None: ...
    def query(
        self, x: NDArray[np.floating[Any]], *, distance_upper_bound: float
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]: ...
