"""Engines in float16, on graphs of a few operators with values that a float16 holds and others that it does not."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper

from export.half import cast_bytes_first, write_half
from sideline.errors import EngineError

_INTEGERS = {"count", "flat", "picture"}
"""Names of constants that are whole numbers."""
_CHOICE = [
    helper.make_node("TopK", ["choice", "count"], ["best", "index"]),
    helper.make_node("Cast", ["index"], ["y"], to=TensorProto.FLOAT),
]
"""The places of all scores, best first; of equal ones the first."""


def _run(folder: Path, nodes: list[NodeProto], constants: dict[str, object], x: object, name: str = "y") -> object:
    """What the float16 version of a graph from "x" (float32) to `name` (float32) says, rounded after every node."""
    source = helper.make_tensor_value_info("x", TensorProto.FLOAT, np.shape(x))
    target = helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
    arrays = {key: np.array(value, np.int64 if key in _INTEGERS else np.float32) for key, value in constants.items()}
    tensors = [numpy_helper.from_array(array, key) for key, array in arrays.items()]
    graph = helper.make_graph(nodes, "test", [source], [target], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.save(model, folder / "full.onnx")
    write_half(folder / "full.onnx", folder / "half.onnx")
    write_half(folder / "full.onnx", folder / "emulated.onnx", emulated=True)
    session = onnxruntime.InferenceSession(folder / "emulated.onnx", providers=["CPUExecutionProvider"])
    return session.run([name], {"x": np.float32(x)})[0].tolist()


def test_sums_have_the_steps_of_a_float16_and_come_out_as_float32(tmp_path: Path) -> None:
    # From 2048 on a float16 has steps of 2, and a tie goes to the even one: 2048 + 1 = 2048.
    nodes = [helper.make_node("Add", ["x", "one"], ["y"])]
    assert _run(tmp_path, nodes, {"one": 1.0}, [2048.0, 3.0]) == [2048.0, 4.0]
    model = onnx.load(tmp_path / "half.onnx")
    onnxruntime.InferenceSession(tmp_path / "half.onnx", providers=["CPUExecutionProvider"])
    assert [tensor.data_type for tensor in model.graph.initializer] == [TensorProto.FLOAT16]
    assert model.graph.input[0].type.tensor_type.elem_type == TensorProto.FLOAT
    assert model.graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT


def test_what_is_rounded_to_a_pixel_stays_exact_and_so_does_the_fraction(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Add", ["x", "one"], ["place"]),
        helper.make_node("Floor", ["place"], ["pixel"]),
        helper.make_node("Sub", ["place", "pixel"], ["y"]),
    ]
    assert _run(tmp_path, nodes, {"one": 1.0}, [2048.25, 4096.5]) == [0.25, 0.5]


def test_the_output_named_points_stays_exact(tmp_path: Path) -> None:
    nodes = [helper.make_node("Add", ["x", "one"], ["points"])]
    assert _run(tmp_path, nodes, {"one": 1.0}, [2048.0], "points") == [2049.0]


def test_a_mask_that_is_too_large_becomes_the_largest_number_and_not_infinite(tmp_path: Path) -> None:
    nodes = [helper.make_node("Mul", ["x", "mask"], ["y"])]
    assert _run(tmp_path, nodes, {"mask": -1e9}, [1.0, 0.0]) == [-65504.0, 0.0]


def test_a_bound_that_a_float16_cannot_hold_still_guards_from_a_zero(tmp_path: Path) -> None:
    nodes = [helper.make_node("Max", ["x", "bound"], ["norm"]), helper.make_node("Div", ["x", "norm"], ["y"])]
    assert _run(tmp_path, nodes, {"bound": 1e-12}, [0.0, 2.0]) == [0.0, 1.0]


def test_powers_that_a_float16_cannot_hold_are_divided_by_their_sum_all_the_same(tmp_path: Path) -> None:
    # e^12 = 162,755; its share beside one is 1 - 6e-6, which rounds to 1.
    nodes = [
        helper.make_node("Exp", ["x"], ["power"]),
        helper.make_node("Add", ["power", "one"], ["sum"]),
        helper.make_node("Div", ["power", "sum"], ["y"]),
    ]
    assert _run(tmp_path, nodes, {"one": 1.0}, [12.0, 0.0]) == [pytest.approx(1, abs=1e-3), 0.5]


def test_two_neighbours_of_nearly_one_score_are_told_apart_and_only_one_is_a_peak(tmp_path: Path) -> None:
    # 3 · 682.5 = 2047.5 and 3 · 683 = 2049 are both 2048 in a float16: both would be peaks, and the first be chosen. As
    # it is, peaks are the places 1 and 3; what is no peak stands back by 20: 2027.5, 2049, -20, 0.
    nodes = [
        helper.make_node("Reshape", ["x", "picture"], ["row"]),
        helper.make_node("Conv", ["row", "weight"], ["score"]),
        helper.make_node("MaxPool", ["score"], ["highest"], kernel_shape=[1, 3], pads=[0, 1, 0, 1]),
        helper.make_node("Equal", ["highest", "score"], ["is_peak"]),
        helper.make_node("Where", ["is_peak", "none", "step_back"], ["handicap"]),
        helper.make_node("Sub", ["score", "handicap"], ["kept"]),
        helper.make_node("Reshape", ["kept", "flat"], ["choice"]),
        *_CHOICE,
    ]
    constants: dict[str, object] = {"picture": [1, 1, 1, 4], "flat": [4], "count": [4]}
    constants |= {"weight": [[[[3.0]]]], "none": 0.0, "step_back": 20.0}
    assert _run(tmp_path, nodes, constants, [682.5, 683.0, 0.0, 0.0]) == [1, 0, 3, 2]


def test_the_last_layer_before_a_choice_that_looks_at_neighbours_stays_exact(tmp_path: Path) -> None:
    # As above, by a layer of three taps; one of a single tap makes scores of what it says.
    nodes = [
        helper.make_node("Reshape", ["x", "picture"], ["row"]),
        helper.make_node("Conv", ["row", "taps"], ["hidden"], pads=[0, 1, 0, 1]),
        helper.make_node("Relu", ["hidden"], ["rest"]),
        helper.make_node("Conv", ["rest", "weight"], ["score"]),
        helper.make_node("Reshape", ["score", "flat"], ["choice"]),
        *_CHOICE,
    ]
    constants: dict[str, object] = {"picture": [1, 1, 1, 4], "flat": [4], "count": [4]}
    constants |= {"taps": [[[[0.0, 3.0, 0.0]]]], "weight": [[[[1.0]]]]}
    assert _run(tmp_path, nodes, constants, [682.5, 683.0, 0.0, 0.0]) == [1, 0, 2, 3]


def test_sums_of_maps_of_two_sizes_stay_exact_where_something_is_chosen(tmp_path: Path) -> None:
    # 3 · 682.5 and 3 · 683 again, each twice as wide: rounded, all four would be 2048, and the first be chosen.
    nodes = [
        helper.make_node("Reshape", ["x", "picture"], ["row"]),
        helper.make_node("Conv", ["row", "weight"], ["small"]),
        helper.make_node("Resize", ["small", "", "scales"], ["wide"], mode="nearest"),
        helper.make_node("Add", ["wide", "other"], ["sum"]),
        helper.make_node("Conv", ["sum", "taps"], ["score"], pads=[0, 1, 0, 1]),
        helper.make_node("Reshape", ["score", "flat"], ["choice"]),
        *_CHOICE,
    ]
    constants: dict[str, object] = {"picture": [1, 1, 1, 2], "flat": [4], "count": [4]}
    constants |= {"weight": [[[[3.0]]]], "scales": [1.0, 1.0, 1.0, 2.0], "other": np.zeros((1, 1, 1, 4))}
    constants |= {"taps": [[[[0.0, 1.0, 0.0]]]]}
    assert _run(tmp_path, nodes, constants, [682.5, 683.0]) == [2, 3, 0, 1]


def test_what_the_scoring_layer_reads_is_rounded_as_everything_is(tmp_path: Path) -> None:
    # 2047 + 1 and 2048 + 1 are both 2048 in a float16: the first is chosen.
    nodes = [
        helper.make_node("Add", ["x", "one"], ["features"]),
        helper.make_node("MatMul", ["features", "weight"], ["choice"]),
        *_CHOICE,
    ]
    constants: dict[str, object] = {"one": 1.0, "weight": np.eye(2), "count": [2]}
    assert _run(tmp_path, nodes, constants, [2047.0, 2048.0]) == [0, 1]


def test_what_follows_from_coordinates_stays_exact_up_to_the_first_layer(tmp_path: Path) -> None:
    # 100³ is more than a float16 holds; what the layer reads and says is rounded, from 2048 on to steps of 2.
    nodes = [
        helper.make_node("Mul", ["x", "x"], ["square"]),
        helper.make_node("Mul", ["square", "x"], ["cube"]),
        helper.make_node("Div", ["cube", "square"], ["ratio"]),
        helper.make_node("MatMul", ["ratio", "matrix"], ["y"]),
    ]
    answer = _run(tmp_path, nodes, {"matrix": [[1.0, 0.0], [0.0, 1.0]]}, [[[100.0, 3333.0]]])
    assert answer == [[[100.0, 3332.0]]]


def test_a_tensor_that_is_needed_in_both_precisions_is_cast_once(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Relu", ["x"], ["z"]),
        helper.make_node("Sin", ["z"], ["a"]),
        helper.make_node("Cos", ["z"], ["b"]),
        helper.make_node("Add", ["a", "b"], ["y"]),
    ]
    assert _run(tmp_path, nodes, {}, [-1.0]) == [1.0]
    casts = [node.input[0] for node in onnx.load(tmp_path / "half.onnx").graph.node if node.op_type == "Cast"]
    assert casts.count("z") == 1


def _show(folder: Path, nodes: list[NodeProto], outputs: list[str]) -> list[float]:
    """What a graph from a picture "x" of one byte, 255, to values of that size says in float16; weights are 1 or 0.1,
    and `shift` is 2048, from where on a float16 has steps of 2."""
    pixels = helper.make_tensor_value_info("x", TensorProto.UINT8, [1, 1, 1, 1])
    answers = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, 1, 1]) for name in outputs]
    constants = {"tenth": 0.1, "shift": 2048.0, "weight": [[[[1.0]]]], "taps": [[[[0.0, 1.0, 0.0]]]]}
    tensors = [numpy_helper.from_array(np.array(value, np.float32), name) for name, value in constants.items()]
    tensors += [numpy_helper.from_array(np.array([1], np.int64), name) for name in ("flat", "count")]
    start = [
        helper.make_node("Cast", ["x"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["floats", "tenth"], ["scaled"]),
        helper.make_node("Add", ["scaled", "shift"], ["shifted"]),
        helper.make_node("Conv", ["shifted", "weight"], ["first"]),
        helper.make_node("Relu", ["first"], ["rest"]),
    ]
    graph = helper.make_graph([*start, *nodes], "test", [pixels], answers, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.save(model, folder / "full.onnx")
    write_half(folder / "full.onnx", folder / "half.onnx", emulated=True)
    session = onnxruntime.InferenceSession(folder / "half.onnx", providers=["CPUExecutionProvider"])
    said = session.run(outputs, {"x": np.full((1, 1, 1, 1), 255, np.uint8)})
    return [values.item() for values in said]


def test_an_image_stays_exact_up_to_its_first_layer_and_what_the_layer_says_is_rounded_once_it_is_used(
    tmp_path: Path,
) -> None:
    # 255 · 0.1 + 2048 = 2073.5.
    assert _show(tmp_path, [helper.make_node("Relu", ["rest"], ["y"])], ["first", "y"]) == [2073.5, 2074.0]


def test_where_something_is_chosen_it_stays_exact_up_to_its_second_layer(tmp_path: Path) -> None:
    # The last layer computes exactly, too, for its scores are chosen from; what it takes is rounded.
    nodes = [
        helper.make_node("Conv", ["rest", "weight"], ["second"]),
        helper.make_node("Abs", ["second"], ["third"]),
        helper.make_node("Conv", ["third", "taps"], ["score"], pads=[0, 1, 0, 1]),
        helper.make_node("Mul", ["score", "weight"], ["y"]),
        helper.make_node("Reshape", ["y", "flat"], ["choice"]),
        helper.make_node("TopK", ["choice", "count"], ["best", "index"]),
    ]
    assert _show(tmp_path, nodes, ["second", "y"]) == [2073.5, 2074.0]


def test_a_kernel_says_of_an_even_area_what_it_said_before(tmp_path: Path) -> None:
    # 2049 becomes 2048, and the 1 that is lost goes to the other tap: 2048 + 6. Each by itself, 2048 + 5 would be 2052.
    nodes = [
        helper.make_node("Reshape", ["x", "picture"], ["row"]),
        helper.make_node("Conv", ["row", "weight"], ["sum"]),
        helper.make_node("Reshape", ["sum", "flat"], ["y"]),
    ]
    constants: dict[str, object] = {"picture": [1, 1, 1, 3], "flat": [2], "weight": [[[[2049.0, 5.0]]]]}
    assert _run(tmp_path, nodes, constants, [1.0, 1.0, 1.0]) == [2054.0, 2054.0]


@pytest.mark.parametrize("content", [b"", b"no network"])
def test_a_file_that_is_no_network_is_refused_and_nothing_is_written(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "full.onnx").write_bytes(content)
    with pytest.raises(EngineError, match="has no float16 version"):
        write_half(tmp_path / "full.onnx", tmp_path / "half.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["full.onnx"]


def test_bytes_are_cast_before_they_are_transposed_and_the_answer_is_the_same(tmp_path: Path) -> None:
    source = helper.make_tensor_value_info("x", TensorProto.UINT8, [2, 3])
    target = helper.make_tensor_value_info("y", TensorProto.FLOAT, [3, 2])
    nodes = [
        helper.make_node("Transpose", ["x"], ["turned"]),
        helper.make_node("Cast", ["turned"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Relu", ["floats"], ["y"]),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "test", [source], [target]), opset_imports=[helper.make_opsetid("", 18)], ir_version=8
    )
    cast_bytes_first(model.graph)
    onnx.checker.check_model(model, full_check=True)
    assert [node.op_type for node in model.graph.node] == ["Cast", "Transpose", "Relu"]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    image = np.array([[1, 2, 3], [4, 5, 255]], np.uint8)
    assert session.run(None, {"x": image})[0].tolist() == [[1, 4], [2, 5], [3, 255]]
