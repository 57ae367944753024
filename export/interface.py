"""Whether an ONNX file takes and gives what the project's steps expect: the compatibility check before a promotion."""

from pathlib import Path
from typing import Final

import onnx

from export.engines import Engine
from export.onnx_file import check_onnx
from sideline.errors import TrainingError
from sideline.tensors import Tensor

_ELEMENT_TYPES: Final = {
    "UINT8": onnx.TensorProto.UINT8,
    "FP32": onnx.TensorProto.FLOAT,
    "BOOL": onnx.TensorProto.BOOL,
    "INT64": onnx.TensorProto.INT64,
}


def check_interface(engine: Engine, path: Path) -> None:
    """Refuse a file that is no engine of this name.

    Args:
        engine: What the file has to be.
        path: The ONNX file.

    Raises:
        TrainingError: It is no valid ONNX file, holds an operator that some target lacks, or has other tensors.
    """
    check_onnx(path)
    graph = onnx.load(path).graph
    for kind, values, tensors in (("input", graph.input, engine.inputs), ("output", graph.output, engine.outputs)):
        found, wanted = sorted(map(_describe, values)), sorted(map(_promise, tensors))
        if found != wanted:
            raise TrainingError(
                f"{path} is no {engine.name}: its {kind}s are {', '.join(found)}, wanted are {', '.join(wanted)}; "
                "is it another engine's file, or was it exported by other code?"
            )


def _describe(value: onnx.ValueInfoProto) -> str:
    """E.g. "panorama UINT8 [?, 512, 1024, 3]"; the length of a free axis is "?"."""
    kind = value.type.tensor_type
    names = {int(number): name for name, number in _ELEMENT_TYPES.items()}
    axes = ["?" if axis.dim_param else str(axis.dim_value) for axis in kind.shape.dim]
    return f"{value.name} {names.get(kind.elem_type, 'of another type')} [{', '.join(axes)}]"


def _promise(tensor: Tensor) -> str:
    axes = ["?", *("?" if size == -1 else str(size) for size in tensor.dims)]
    return f"{tensor.name} {tensor.dtype} [{', '.join(axes)}]"
