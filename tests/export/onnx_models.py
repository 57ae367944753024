"""ONNX files of one operator, and what an ONNX file says about its tensors."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

from sideline.tensors import Tensor

_ELEMENT_TYPES = {
    "UINT8": TensorProto.UINT8,
    "FP32": TensorProto.FLOAT,
    "BOOL": TensorProto.BOOL,
    "INT64": TensorProto.INT64,
}


def save_model(path: Path, nodes: list[onnx.NodeProto], shape: list[int], opset: int = 18) -> Path:
    """A graph from "x" (float, of `shape`) to "y" (float or int64 of any shape)."""
    source = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    dtype = TensorProto.INT64 if nodes[-1].op_type == "NonZero" else TensorProto.FLOAT
    target = helper.make_tensor_value_info("y", dtype, [None] * (2 if dtype == TensorProto.INT64 else len(shape)))
    graph = helper.make_graph(nodes, "test", [source], [target])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), path)
    return path


def described(values: list[onnx.ValueInfoProto]) -> list[tuple[str, int, list[int | str]]]:
    """Name, element type and shape of each; an axis of free length by its name."""
    return [
        (
            value.name,
            value.type.tensor_type.elem_type,
            [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim],
        )
        for value in values
    ]


def promised(tensors: tuple[Tensor, ...]) -> list[tuple[str, int, list[int | str]]]:
    """The same for tensors of the project, with the batch axis in front."""
    return [(tensor.name, _ELEMENT_TYPES[tensor.dtype], ["batch", *_axes(tensor)]) for tensor in tensors]


def _axes(tensor: Tensor) -> list[int | str]:
    return ["length" if size == -1 else size for size in tensor.dims]
