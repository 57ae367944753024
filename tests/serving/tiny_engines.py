"""Engines with the real names and shapes, but by rule: they make a whole server test in seconds, and predictable.

`detr` finds bright marks: it smooths the panorama over about 32 px and takes the 100 brightest local maxima on a grid
of 8 px; the score passes one half at brightness 128, the embedding depends on the mark's colour alone.
`heatmap_detector` is the same without the embedding.
`id_decoder` gives a detection the slot whose mean embedding is nearest to its own.
The engines behind the crops are in `tiny_recognition`.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sideline import tensors
from sideline.deployment.files import hash_file, int8_path
from sideline.deployment.int8_file import MADE_FROM
from tests.serving.onnx_nodes import constants, graph, node, write_engine
from tests.serving.tiny_recognition import recognition_engines

CELL_PX = 8
COLUMNS, ROWS = tensors.PANORAMA_WIDTH_PX // CELL_PX, tensors.PANORAMA_HEIGHT_PX // CELL_PX
NEWBORN_LOGIT = -4.0
"""A detection whose squared distance to every slot is above 4 is a newborn."""


def write_tiny_engines(repository: Path) -> None:
    """Write every engine into `<repository>/<engine>/1/model.onnx`."""
    for engine in (_detr(), _heatmap_detector(), _id_decoder(), *recognition_engines()):
        write_engine(repository, engine)


def write_tiny_int8(repository: Path, *engines: str) -> None:
    """Write `model_int8.onnx` of detectors. They see nobody (nothing is bright enough), and so are told apart."""
    for engine in engines:
        path = repository / engine / "1" / "model.onnx"
        model = onnx.load(path)
        middle = next(constant for constant in model.graph.initializer if constant.name == "middle")
        middle.CopyFrom(numpy_helper.from_array(np.float32(1e4), "middle"))
        helper.set_model_props(model, {MADE_FROM: hash_file(path)})
        onnx.save(model, int8_path(path))


def _detr() -> onnx.GraphProto:
    colours = np.random.default_rng(0).normal(0.0, 0.25, (3, tensors.EMBEDDING_DIMS)).astype(np.float32)
    fixed = constants(
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
        node("Cast", "panorama", "pixels", to=TensorProto.FLOAT),
        node("Transpose", "pixels", "planes", perm=[0, 3, 1, 2]),
        node("AveragePool", "planes", "cells_rgb", kernel_shape=[16] * 2, strides=[CELL_PX] * 2, pads=[4] * 4),
        node("AveragePool", "cells_rgb", "smooth", kernel_shape=[3] * 2, pads=[1] * 4, count_include_pad=1),
        node("ReduceMax", "smooth", "light", axes=[1], keepdims=1),
        node("MaxPool", "light", "light_around", kernel_shape=[5] * 2, pads=[2] * 4),
        node("Equal", "light light_around", "is_peak"),
        node("Where", "is_peak light dark", "peaks"),
        node("Reshape", "peaks cells", "brightness"),
        node("Transpose", "smooth", "grid", perm=[0, 2, 3, 1]),
        node("Reshape", "grid cells_of_three", "cell_colours"),
        node("TopK", "brightness queries", "best best_index", axis=1),
        node("Sub", "best middle", "above_middle"),
        node("Div", "above_middle slope", "flat_logits"),
        node("Unsqueeze", "flat_logits last", "logits"),
        node("Unsqueeze", "best_index last", "index"),
        node("Mod", "index columns", "column"),
        node("Div", "index columns", "row"),
        node("Concat", "column row", "place", axis=2),
        node("Cast", "place", "place_float", to=TensorProto.FLOAT),
        node("Add", "place_float half", "place_centre"),
        node("Mul", "place_centre cell_size_uv", "points"),
        node("Tile", "index rgb", "index_rgb"),
        node("GatherElements", "cell_colours index_rgb", "best_colours", axis=1),
        node("Div", "best_colours white", "unit_colours"),
        node("MatMul", "unit_colours colours", "embeddings"),
    ]
    outputs = (tensors.LOGITS, tensors.POINTS, tensors.EMBEDDINGS)
    return graph("detr", nodes, (tensors.PANORAMA,), outputs, fixed)


def _heatmap_detector() -> onnx.GraphProto:
    engine = _detr()
    engine.name = "heatmap_detector"
    unused = ("cell_colours", "index_rgb", "best_colours", "unit_colours", "embeddings", "grid")
    kept = [each for each in engine.node if each.output[0] not in unused]
    return graph(engine.name, kept, (tensors.PANORAMA,), (tensors.LOGITS, tensors.POINTS), list(engine.initializer))


def _id_decoder() -> onnx.GraphProto:
    fixed = constants(
        age_axis=np.array([1]),
        last=np.array([-1]),
        middle_axis=np.array([1]),
        one=np.float32(1),
        two=np.float32(2),
        dead=np.float32(1e4),
        newborn=np.full((1, 1, 1), NEWBORN_LOGIT, np.float32),
        zero=np.float32(0),
        slot_count=np.array(tensors.IDENTITY_SLOTS),
        off_and_on=np.array([0, 1], np.float32),
    )
    nodes = [
        node("Cast", "trajectory_mask", "seen", to=TensorProto.FLOAT),
        node("Unsqueeze", "seen last", "seen_column"),
        node("Mul", "trajectory_features seen_column", "history"),
        node("ReduceSum", "history age_axis", "history_sum", keepdims=0),
        node("ReduceSum", "seen_column age_axis", "count", keepdims=0),
        node("Max", "count one", "divisor"),
        node("Div", "history_sum divisor", "mean"),
        node("Transpose", "mean", "mean_columns", perm=[0, 2, 1]),
        node("MatMul", "current_features mean_columns", "product"),
        node("Mul", "product two", "twice"),
        node("Mul", "mean mean", "mean_squares"),
        node("ReduceSum", "mean_squares last", "mean_square", keepdims=0),
        node("Unsqueeze", "mean_square middle_axis", "mean_row"),
        node("Mul", "current_features current_features", "current_squares"),
        node("ReduceSum", "current_squares last", "current_column", keepdims=1),
        node("Sub", "twice mean_row", "partial"),
        node("Sub", "partial current_column", "nearness"),
        node("Min", "count one", "alive"),
        node("Transpose", "alive", "alive_row", perm=[0, 2, 1]),
        node("Add", "nearness dead", "above_dead"),
        node("Mul", "above_dead alive_row", "columns"),
        node("OneHot", "trajectory_labels slot_count off_and_on", "slot_of_column"),
        node("MatMul", "columns slot_of_column", "slots_above_dead"),
        node("Sub", "slots_above_dead dead", "slots"),
        node("Mul", "current_column zero", "zeros"),
        node("Add", "zeros newborn", "newborn_column"),
        node("Concat", "slots newborn_column", "id_logits", axis=2),
    ]
    inputs = (
        tensors.TRAJECTORY_FEATURES,
        tensors.TRAJECTORY_MASK,
        tensors.CURRENT_FEATURES,
        tensors.CURRENT_MASK,
        tensors.TRAJECTORY_LABELS,
    )
    return graph("id_decoder", nodes, inputs, (tensors.ID_LOGITS,), fixed)
