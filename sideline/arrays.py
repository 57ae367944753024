"""Types of arrays, so that signatures read well; shapes and units stand in docstrings."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""Any floating-point array, as an argument."""
Float64s = NDArray[np.float64]
Float32s = NDArray[np.float32]
Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]
Image = NDArray[np.uint8]
"""[height, width, 3] uint8, RGB, rows from the top."""
