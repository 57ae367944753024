"""Shorthand to write small ONNX graphs by hand, with the names and shapes of `sideline.tensors`."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sideline.tensors import Tensor

_ONNX_TYPES = {
    "UINT8": TensorProto.UINT8,
    "FP32": TensorProto.FLOAT,
    "BOOL": TensorProto.BOOL,
    "INT64": TensorProto.INT64,
}


def value(tensor: Tensor) -> onnx.ValueInfoProto:
    """An engine's input or output; lengths that vary are called "length"."""
    dims = ["length" if size == -1 else size for size in tensor.dims]
    return helper.make_tensor_value_info(tensor.name, _ONNX_TYPES[tensor.dtype], ["batch", *dims])


def constants(**arrays: np.ndarray) -> list[onnx.TensorProto]:
    return [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]


def node(op: str, inputs: str, output: str, **attributes: object) -> onnx.NodeProto:
    """A node; names of inputs and outputs are separated by blanks."""
    return helper.make_node(op, inputs.split(), output.split(), **attributes)


def graph(
    name: str,
    nodes: list[onnx.NodeProto],
    inputs: tuple[Tensor, ...],
    outputs: tuple[Tensor, ...],
    initializers: list[onnx.TensorProto],
) -> onnx.GraphProto:
    ends = [[value(tensor) for tensor in side] for side in (inputs, outputs)]
    return helper.make_graph(nodes, name, *ends, initializers)


def write_engine(repository: Path, engine: onnx.GraphProto) -> None:
    """Check the graph and write it as `<repository>/<name of the graph>/1/model.onnx`."""
    folder = repository / engine.name / "1"
    folder.mkdir(parents=True, exist_ok=True)
    model = helper.make_model(engine, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / "model.onnx")
