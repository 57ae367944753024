"""Engines with the real names and shapes, but by rule: they make a whole server test in seconds, and predictable.

`detr` finds bright marks: it smooths the panorama over about 32 px and takes the 100 brightest local maxima on a grid
of 8 px; the score passes one half at brightness 128, the embedding depends on the mark's colour alone.
`id_decoder` gives a detection the slot whose mean embedding is nearest to its own.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sideline import tensors
from sideline.tensors import Tensor

CELL_PX = 8
COLUMNS, ROWS = tensors.PANORAMA_WIDTH_PX // CELL_PX, tensors.PANORAMA_HEIGHT_PX // CELL_PX
_ONNX_TYPES = {"UINT8": TensorProto.UINT8, "FP32": TensorProto.FLOAT, "BOOL": TensorProto.BOOL}
NEWBORN_LOGIT = -4.0
"""A detection whose squared distance to every slot is above 4 is a newborn."""


def write_tiny_engines(repository: Path) -> None:
    """Write both engines into `<repository>/<engine>/1/model.onnx`."""
    for name, graph in (("detr", _detr()), ("id_decoder", _id_decoder())):
        folder = repository / name / "1"
        folder.mkdir(parents=True, exist_ok=True)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, folder / "model.onnx")


def _value(tensor: Tensor) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(tensor.name, _ONNX_TYPES[tensor.dtype], ["batch", *tensor.dims])


def _constants(**arrays: np.ndarray) -> list[onnx.TensorProto]:
    return [numpy_helper.from_array(array, name) for name, array in arrays.items()]


def _node(op: str, inputs: str, output: str, **attributes: object) -> onnx.NodeProto:
    return helper.make_node(op, inputs.split(), output.split(), **attributes)


def _detr() -> onnx.GraphProto:
    colours = np.random.default_rng(0).normal(0.0, 0.25, (3, tensors.EMBEDDING_DIMS)).astype(np.float32)
    constants = _constants(
        cells=np.array([0, ROWS * COLUMNS]),
        cells_of_three=np.array([0, ROWS * COLUMNS, 3]),
        dark=np.float32(0),
        queries=np.array([tensors.QUERIES]),
        last=np.array([-1]),
        columns=np.array(COLUMNS),
        cell_size_uv=np.array([1 / COLUMNS, 1 / ROWS], np.float32),
        half=np.float32(0.5),
        middle=np.float32(128),
        slope=np.float32(16),
        white=np.float32(255),
        colours=colours,
        rgb=np.array([1, 1, 3]),
    )
    nodes = [
        _node("Cast", "panorama", "pixels", to=TensorProto.FLOAT),
        _node("Transpose", "pixels", "planes", perm=[0, 3, 1, 2]),
        _node("AveragePool", "planes", "cells_rgb", kernel_shape=[16] * 2, strides=[CELL_PX] * 2, pads=[4] * 4),
        _node("AveragePool", "cells_rgb", "smooth", kernel_shape=[3] * 2, pads=[1] * 4, count_include_pad=1),
        _node("ReduceMax", "smooth", "light", axes=[1], keepdims=1),
        _node("MaxPool", "light", "light_around", kernel_shape=[5] * 2, pads=[2] * 4),
        _node("Equal", "light light_around", "is_peak"),
        _node("Where", "is_peak light dark", "peaks"),
        _node("Reshape", "peaks cells", "brightness"),
        _node("Transpose", "smooth", "grid", perm=[0, 2, 3, 1]),
        _node("Reshape", "grid cells_of_three", "cell_colours"),
        _node("TopK", "brightness queries", "best best_index", axis=1),
        _node("Sub", "best middle", "above_middle"),
        _node("Div", "above_middle slope", "flat_logits"),
        _node("Unsqueeze", "flat_logits last", "logits"),
        _node("Unsqueeze", "best_index last", "index"),
        _node("Mod", "index columns", "column"),
        _node("Div", "index columns", "row"),
        _node("Concat", "column row", "place", axis=2),
        _node("Cast", "place", "place_float", to=TensorProto.FLOAT),
        _node("Add", "place_float half", "place_centre"),
        _node("Mul", "place_centre cell_size_uv", "points"),
        _node("Tile", "index rgb", "index_rgb"),
        _node("GatherElements", "cell_colours index_rgb", "best_colours", axis=1),
        _node("Div", "best_colours white", "unit_colours"),
        _node("MatMul", "unit_colours colours", "embeddings"),
    ]
    outputs = [_value(tensor) for tensor in (tensors.LOGITS, tensors.POINTS, tensors.EMBEDDINGS)]
    return helper.make_graph(nodes, "detr", [_value(tensors.PANORAMA)], outputs, constants)


def _id_decoder() -> onnx.GraphProto:
    constants = _constants(
        age_axis=np.array([1]),
        last=np.array([-1]),
        middle_axis=np.array([1]),
        one=np.float32(1),
        two=np.float32(2),
        dead=np.float32(1e4),
        newborn=np.full((1, 1, 1), NEWBORN_LOGIT, np.float32),
        zero=np.float32(0),
    )
    nodes = [
        _node("Cast", "trajectory_mask", "seen", to=TensorProto.FLOAT),
        _node("Unsqueeze", "seen last", "seen_column"),
        _node("Mul", "trajectory_features seen_column", "history"),
        _node("ReduceSum", "history age_axis", "history_sum", keepdims=0),
        _node("ReduceSum", "seen_column age_axis", "count", keepdims=0),
        _node("Max", "count one", "divisor"),
        _node("Div", "history_sum divisor", "mean"),
        _node("Transpose", "mean", "mean_columns", perm=[0, 2, 1]),
        _node("MatMul", "current_features mean_columns", "product"),
        _node("Mul", "product two", "twice"),
        _node("Mul", "mean mean", "mean_squares"),
        _node("ReduceSum", "mean_squares last", "mean_square", keepdims=0),
        _node("Unsqueeze", "mean_square middle_axis", "mean_row"),
        _node("Mul", "current_features current_features", "current_squares"),
        _node("ReduceSum", "current_squares last", "current_column", keepdims=1),
        _node("Sub", "twice mean_row", "partial"),
        _node("Sub", "partial current_column", "nearness"),
        _node("Min", "count one", "alive"),
        _node("Sub", "one alive", "is_dead"),
        _node("Mul", "is_dead dead", "penalty"),
        _node("Transpose", "penalty", "penalty_row", perm=[0, 2, 1]),
        _node("Sub", "nearness penalty_row", "slots"),
        _node("Mul", "current_column zero", "zeros"),
        _node("Add", "zeros newborn", "newborn_column"),
        _node("Concat", "slots newborn_column", "id_logits", axis=2),
    ]
    inputs = [
        tensors.TRAJECTORY_FEATURES,
        tensors.TRAJECTORY_MASK,
        tensors.CURRENT_FEATURES,
        tensors.CURRENT_MASK,
    ]
    return helper.make_graph(
        nodes, "id_decoder", [_value(tensor) for tensor in inputs], [_value(tensors.ID_LOGITS)], constants
    )
