from typing import Any

import numpy as np
from numpy.typing import NDArray

def cdist(XA: NDArray[Any], XB: NDArray[Any], metric: str = ...) -> NDArray[np.float64]: ...
