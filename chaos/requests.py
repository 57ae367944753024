"""Single requests to the ensemble, for clients that do not behave."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tritonclient.grpc import InferInput

from chaos.clips import Clip
from sideline import tensors
from sideline.tensors import Tensor

Arrays = dict[Tensor, NDArray[Any]]


def frame_arrays(clip: Clip, index: int) -> Arrays:
    """The inputs of one good frame."""
    left, right = clip.pictures[index % len(clip.pictures)]
    return {
        tensors.LEFT_JPEG: np.frombuffer(left, np.uint8),
        tensors.RIGHT_JPEG: np.frombuffer(right, np.uint8),
        tensors.FRAME_INDEX: np.array([index], np.int64),
        tensors.CAPTURED_AT_NS: np.array([index], np.int64),
        tensors.CALIBRATION: np.frombuffer(clip.rig.to_toml().encode(), np.uint8),
        tensors.MATCH_SHEET: np.empty(0, np.uint8),
    }


def ensemble_request(
    clip: Clip, index: int, correlation_id: int, *, start: bool = False, end: bool = False
) -> dict[str, Any]:
    """The arguments of Triton's client for one good frame."""
    inputs = [to_input(tensor.name, array) for tensor, array in frame_arrays(clip, index).items()]
    return {
        "model_name": "path_b",
        "inputs": inputs,
        "sequence_id": correlation_id,
        "sequence_start": start,
        "sequence_end": end,
    }


def to_input(name: str, array: NDArray[Any]) -> InferInput:
    """One input, its dtype and shape as the array has them."""
    kinds = {"uint8": "UINT8", "int64": "INT64", "float32": "FP32", "int32": "INT32", "bool": "BOOL", "object": "BYTES"}
    entry = InferInput(name, list(array.shape), kinds[array.dtype.name])
    entry.set_data_from_numpy(array)
    return entry
