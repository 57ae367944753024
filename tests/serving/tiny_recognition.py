"""The engines behind the crops, by rule: a person is the colour of their disc.

`crop_encoder` takes the direction of the mean colour, above the dark floor, for everything: appearance and clothes are
that colour, and red, green and blue wear 10, 22 and 33. `temporal_encoder` says the same of the mean over the crops.
`graph_tracker` joins pairs whose appearances agree (feature 7 of a pair), the sooner the better (feature 0), and takes
the colours' word for the category. `jersey_classifier` adds up the whole numbers of the crops. To
`persistence` everybody stays.
"""

import numpy as np
import onnx
from onnx import TensorProto

from sideline import tensors
from sideline.crops.kit import lab_from_rgb
from tests.serving.onnx_nodes import constants, graph, node

NUMBERS = (10, 22, 33)
"""Of red, green and blue."""
FLOOR_LEVEL = 24.0
SURE = 9.0
"""A logit that leaves no doubt."""
_GAP, _COSINE = 0, 7


def recognition_engines() -> tuple[onnx.GraphProto, ...]:
    return _crop_encoder(), _temporal_encoder(), _graph_tracker(), _jersey_classifier(), _persistence()


def _jersey_of_colour() -> tuple[np.ndarray, np.ndarray]:
    """Weights (3,133) and bias (133,): two digits, tens, ones, whole number."""
    weights, bias = np.zeros((3, 133), np.float32), np.zeros(133, np.float32)
    for channel, number in enumerate(NUMBERS):
        weights[channel, [13 + number // 10, 23 + number % 10, 33 + number]] = SURE
    bias[2] = SURE
    return weights, bias


def _team_of_colour() -> tuple[np.ndarray, np.ndarray]:
    """Weights (3,8) and bias (8,): a player, shirt and shorts in the colour."""
    bias = np.array([SURE, 0, 0, 0, 0, 0, 0, 0], np.float32)
    lab = lab_from_rgb(255 * np.eye(3))
    return np.hstack([np.zeros((3, 2)), lab, lab]).astype(np.float32), bias


def _heads(outputs: tuple[tensors.Tensor, ...]) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """From "colour" (batch,3) to the outputs appearance, jersey and team, whatever their names."""
    appearance, jersey, team = (tensor.name for tensor in outputs)
    weights = constants(
        spread=np.eye(3, tensors.APPEARANCE_DIMS, dtype=np.float32),
        **dict(zip(("jersey_weights", "jersey_bias"), _jersey_of_colour(), strict=True)),
        **dict(zip(("team_weights", "team_bias"), _team_of_colour(), strict=True)),
    )
    nodes = [
        node("MatMul", "colour spread", appearance),
        node("Gemm", "colour jersey_weights jersey_bias", jersey),
        node("Gemm", "colour team_weights team_bias", team),
    ]
    return nodes, weights


def _crop_encoder() -> onnx.GraphProto:
    heads, weights = _heads((tensors.APPEARANCE, tensors.JERSEY, tensors.TEAM))
    fixed = constants(
        floor=np.float32(FLOOR_LEVEL),
        zero=np.float32(0),
        tiny=np.float32(1e-6),
        features=np.eye(3, tensors.CROP_FEATURE_DIMS, dtype=np.float32),
    )
    nodes = [
        node("Cast", "crops", "pixels", to=TensorProto.FLOAT),
        node("Sub", "pixels floor", "above"),
        node("Max", "above zero", "light"),
        node("ReduceMean", "light", "mean", axes=[1, 2], keepdims=0),
        node("ReduceL2", "mean", "length", axes=[1], keepdims=1),
        node("Max", "length tiny", "divisor"),
        node("Div", "mean divisor", "colour"),
        *heads,
        node("MatMul", "colour features", "crop_features"),
    ]
    outputs = (tensors.APPEARANCE, tensors.JERSEY, tensors.TEAM, tensors.CROP_FEATURES)
    return graph("crop_encoder", nodes, (tensors.CROPS,), outputs, fixed + weights)


def _temporal_encoder() -> onnx.GraphProto:
    outputs = (tensors.TRACKLET_APPEARANCE, tensors.TRACKLET_JERSEY, tensors.TRACKLET_TEAM)
    heads, weights = _heads(outputs)
    fixed = constants(
        last=np.array([-1]),
        crop_axis=np.array([1]),
        tiny=np.float32(1e-6),
        features=np.eye(tensors.CROP_FEATURE_DIMS, 3, dtype=np.float32),
    )
    nodes = [
        node("Cast", "tracklet_mask", "seen", to=TensorProto.FLOAT),
        node("Unsqueeze", "seen last", "seen_column"),
        node("Mul", "tracklet_features seen_column", "kept"),
        node("ReduceSum", "kept crop_axis", "sum", keepdims=0),
        node("MatMul", "sum features", "colour_sum"),
        node("ReduceL2", "colour_sum", "length", axes=[1], keepdims=1),
        node("Max", "length tiny", "divisor"),
        node("Div", "colour_sum divisor", "colour"),
        *heads,
    ]
    inputs = (tensors.TRACKLET_FEATURES, tensors.TRACKLET_MASK)
    return graph("temporal_encoder", nodes, inputs, outputs, fixed + weights)


def _graph_tracker() -> onnx.GraphProto:
    weights = np.zeros((tensors.PAIR_DIMS, 1), np.float32)
    weights[_COSINE], weights[_GAP] = 20.0, -0.5
    fixed = constants(
        weights=weights,
        least_agreement=np.float32(20.0 * 0.85),
        last=np.array([-1]),
        never=np.float32(-30),
        no_word=np.float32(0),
    )
    nodes = [
        node("MatMul", "pairs weights", "likeness_column"),
        node("Squeeze", "likeness_column last", "likeness"),
        node("Sub", "likeness least_agreement", "agreement"),
        node("Where", "pair_mask agreement never", "masked"),
        node("ReduceSum", "level last", "level_sum", keepdims=1),
        node("ReduceSum", "nodes last", "node_sum", keepdims=1),
        node("Mul", "level_sum no_word", "level_silent"),
        node("Mul", "node_sum no_word", "nodes_silent"),
        node("Unsqueeze", "level_silent last", "level_column"),
        node("Add", "masked level_column", "pair_logits"),
        node("Add", "team_evidence nodes_silent", "category_logits"),
    ]
    inputs = (tensors.NODES, tensors.PAIRS, tensors.PAIR_MASK, tensors.LEVEL, tensors.TEAM_EVIDENCE)
    return graph("graph_tracker", nodes, inputs, (tensors.PAIR_LOGITS, tensors.CATEGORY_LOGITS), fixed)


def _jersey_classifier() -> onnx.GraphProto:
    whole = np.zeros((133, tensors.NUMBERS + 1), np.float32)
    whole[33:, : tensors.NUMBERS] = np.eye(tensors.NUMBERS)
    fixed = constants(last=np.array([-1]), crop_axis=np.array([1]), whole=whole)
    nodes = [
        node("Cast", "jersey_mask", "seen", to=TensorProto.FLOAT),
        node("Unsqueeze", "seen last", "seen_column"),
        node("Mul", "jersey_sequence seen_column", "kept"),
        node("ReduceSum", "kept crop_axis", "sum", keepdims=0),
        node("MatMul", "sum whole", "number_logits"),
    ]
    inputs = (tensors.JERSEY_SEQUENCE, tensors.JERSEY_MASK)
    return graph("jersey_classifier", nodes, inputs, (tensors.NUMBER_LOGITS,), fixed)


def _persistence() -> onnx.GraphProto:
    nodes = [node("Cast", "track_mask", "persistence", to=TensorProto.FLOAT)]
    inputs = (tensors.TRACK_POINTS, tensors.TRACK_MASK)
    return graph("persistence", nodes, inputs, (tensors.PERSISTENCE,), constants())
