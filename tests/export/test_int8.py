"""A network of two convolutions in int8: which of them, how near, and from which file it was made."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from export.int8 import write_int8
from sideline.deployment.files import hash_file
from sideline.errors import EngineError

SIDE_PX = 8
PANORAMAS = [np.random.default_rng(seed).integers(0, 256, (SIDE_PX, SIDE_PX, 3), np.uint8) for seed in range(4)]


def write_two_layers(path: Path, channels: int = 8) -> Path:
    """Three colours → `channels`, 3 × 3 → one channel, 1 × 1."""
    rng = np.random.default_rng(0)
    weights = {
        "first": rng.normal(0, 0.01, (channels, 3, 3, 3)),
        "bias": rng.normal(0, 0.1, channels),
        "last": rng.normal(0, 1, (1, channels, 1, 1)),
    }
    nodes = [
        helper.make_node("Cast", ["panorama"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["pixels"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "first", "bias"], ["wide"], name="first_layer", pads=[1] * 4),
        helper.make_node("Relu", ["wide"], ["positive"]),
        helper.make_node("Conv", ["positive", "last"], ["map"], name="last_layer"),
    ]
    ends = (
        [helper.make_tensor_value_info("panorama", TensorProto.UINT8, ["batch", SIDE_PX, SIDE_PX, 3])],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, ["batch", 1, SIDE_PX, SIDE_PX])],
    )
    constants = [numpy_helper.from_array(array.astype(np.float32), name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, "two_layers", *ends, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), path)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_two_layers(tmp_path / "model.onnx")


def test_the_wide_layer_computes_in_bytes_with_a_scale_a_channel_and_the_last_one_in_floats(source: Path) -> None:
    target = source.with_name("model_int8.onnx")
    write_int8(source, target, PANORAMAS)
    graph = onnx.load(target).graph
    makers = {name: node for node in graph.node for name in node.output}
    constants = {tensor.name: tensor for tensor in graph.initializer}
    first, last = (node for node in graph.node if node.op_type == "Conv")
    weights = makers[first.input[1]]
    assert weights.op_type == "DequantizeLinear"
    assert constants[weights.input[0]].data_type == TensorProto.INT8
    assert list(constants[weights.input[1]].dims) == [8]
    assert constants[makers[first.input[0]].input[2]].data_type == TensorProto.UINT8
    assert constants[last.input[1]].data_type == TensorProto.FLOAT


def test_it_says_nearly_the_same_for_any_number_of_panoramas(source: Path) -> None:
    target = source.with_name("model_int8.onnx")
    write_int8(source, target, PANORAMAS)
    batch = {"panorama": np.stack(PANORAMAS[:3])}
    want, got = (
        onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, batch)[0]
        for path in (source, target)
    )
    assert got.shape == (3, 1, SIDE_PX, SIDE_PX)
    assert 0 < np.linalg.norm(got - want) / np.linalg.norm(want) < 0.02  # a byte has steps of 1/255, a weight of 1/127


def test_the_same_input_gives_the_same_file_which_says_from_which_one_it_was_made(source: Path) -> None:
    before = source.read_bytes()
    first, second = (source.with_name(f"{number}.onnx") for number in range(2))
    for target in (first, second):
        write_int8(source, target, PANORAMAS)
    assert first.read_bytes() == second.read_bytes()
    session = onnxruntime.InferenceSession(first, providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map == {"made_from": hash_file(source)}
    assert source.read_bytes() == before
    assert sorted(path.name for path in source.parent.iterdir()) == ["0.onnx", "1.onnx", "model.onnx"]


def test_a_network_without_a_wide_layer_or_a_damaged_file_is_refused(tmp_path: Path) -> None:
    narrow, damaged = write_two_layers(tmp_path / "narrow.onnx", channels=4), tmp_path / "damaged.onnx"
    damaged.write_bytes(narrow.read_bytes()[:100])
    with pytest.raises(EngineError, match="no convolution to compute in int8"):
        write_int8(narrow, tmp_path / "out.onnx", PANORAMAS)
    with pytest.raises(EngineError, match=r"damaged\.onnx cannot be read"):
        write_int8(damaged, tmp_path / "out.onnx", PANORAMAS)
    assert not (tmp_path / "out.onnx").exists()
