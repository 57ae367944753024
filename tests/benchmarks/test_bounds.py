"""Work that is counted by hand."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from benchmarks.bounds import Peaks, count_gflop


def write_network(path: Path) -> Path:
    """A convolution of 3 to 4 channels with 3×3, its 10×8 maps flattened and multiplied to 5 numbers."""
    floats = TensorProto.FLOAT
    weights = {
        "kernel": np.ones((4, 3, 3, 3), np.float32),
        "matrix": np.ones((320, 5), np.float32),
        "flat": np.array([1, 320]),
    }
    nodes = [
        helper.make_node("Conv", ["image", "kernel"], ["maps"], pads=[1, 1, 1, 1]),
        helper.make_node("Reshape", ["maps", "flat"], ["row"]),
        helper.make_node("MatMul", ["row", "matrix"], ["numbers"]),
    ]
    graph = helper.make_graph(
        nodes,
        "by_hand",
        [helper.make_tensor_value_info("image", floats, [1, 3, 10, 8])],
        [helper.make_tensor_value_info("numbers", floats, [1, 5])],
        [onnx.numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_the_work_of_convolutions_and_products_is_counted(tmp_path: Path) -> None:
    path = write_network(tmp_path / "model.onnx")
    # 80 places × 4 channels × 27 inputs, and 320 × 5, two operations each.
    by_hand = (2 * 80 * 4 * 27 + 2 * 320 * 5) / 1e9
    assert count_gflop(path, {"image": np.zeros((1, 3, 10, 8), np.float32)}) == pytest.approx(by_hand)


def test_the_bound_is_whichever_takes_longer() -> None:
    peaks = Peaks(gflop_per_s=100.0, gbyte_per_s=10.0)
    assert peaks.least_ms(gflop=2.0, mbyte=50.0) == 20.0
    assert peaks.least_ms(gflop=0.1, mbyte=50.0) == 5.0
