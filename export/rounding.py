"""Rounds constants to float16; the weights of a convolution so that what it says of an even area stays as it was.

Neighbouring pixels are nearly alike, so what matters of a kernel's errors is their sum; of a layer without neighbours
the sum over the channels, which are seldom negative. Knows arrays; no graph.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sideline.arrays import Floats

_LARGEST: Final = 65504.0
"""Of a float16; what is larger, such as a mask, is clipped to it."""


def round_values(values: Floats) -> NDArray[np.float16]:
    """Round each value by itself, to the nearest."""
    return np.clip(values, -_LARGEST, _LARGEST).astype(np.float16)


def round_kernels(weights: Floats) -> NDArray[np.float16]:
    """Round each kernel tap by tap and hand each error on to the next one (error diffusion, Floyd and Steinberg, 1976).

    The largest comes first: what is left at last is half a step of the smallest tap. Kernels of one tap hand their
    errors on to those of the output's next inputs.

    Args:
        weights: [outputs, inputs, taps …] as ONNX's Conv has them.

    Returns:
        The same shape. A kernel's sum is kept but for half a step of its smallest tap.
    """
    has_taps = weights[0, 0].size > 1
    taps = np.asarray(weights, np.float64).reshape(len(weights), weights.shape[1] if has_taps else 1, -1)
    order = np.argsort(-np.abs(taps), axis=-1, kind="stable")
    falling = np.take_along_axis(taps, order, -1)
    rounded = np.empty(taps.shape, np.float16)
    error: NDArray[Any] = np.zeros(taps.shape[:-1])
    for tap in range(taps.shape[-1]):
        wanted = np.clip(falling[..., tap] + error, -_LARGEST, _LARGEST)
        rounded[..., tap] = wanted
        error = wanted - rounded[..., tap]
    result = np.empty_like(rounded)
    np.put_along_axis(result, order, rounded, -1)
    return result.reshape(weights.shape)
