"""The exported files and what is refused."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import helper
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from torch import nn

from export.engines import ENGINES, Engine, example_inputs
from export.onnx_file import check_onnx, export_onnx
from sideline.errors import TrainingError
from sideline.tensors import Tensor
from tests.export.conftest import Exported
from tests.export.onnx_models import described, promised, save_model

TINY = Engine(
    "tiny", nn.Identity, lambda network: network, (Tensor("x", "FP32", (3,), ""),), (Tensor("y", "FP32", (3,), ""),)
)


def test_names_types_and_shapes_are_those_of_the_project(exported: Exported) -> None:
    graph = onnx.load(exported.path).graph
    assert described(list(graph.input)) == promised(exported.engine.inputs)
    assert described(list(graph.output)) == promised(exported.engine.outputs)


def test_the_file_is_one_opset_18_and_free_of_operators_that_some_target_lacks(exported: Exported) -> None:
    operators = check_onnx(exported.path)
    assert not {"NonZero", "ScatterND", "ScatterElements", "Loop", "If", "GridSample"} & set(operators)
    model = onnx.load(exported.path, load_external_data=False)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 18)]
    assert not any(tensor.external_data for tensor in model.graph.initializer)
    assert [path.name for path in exported.path.parent.iterdir()] == ["model.onnx"]


def test_no_batch_norm_is_left_to_run(exported: Exported) -> None:
    assert "BatchNormalization" not in check_onnx(exported.path)


@pytest.mark.parametrize("batch", [1, 3])
def test_onnx_runtime_says_what_torch_says_for_any_batch(exported: Exported, batch: int) -> None:
    inputs = example_inputs(exported.engine, batch, seed=batch)
    names = [tensor.name for tensor in exported.engine.outputs]
    feed = {tensor.name: array.numpy() for tensor, array in zip(exported.engine.inputs, inputs, strict=True)}
    with torch.no_grad():
        result = exported.network(*inputs)
    want = [tensor.numpy() for tensor in (result if isinstance(result, tuple) else (result,))]
    session = onnxruntime.InferenceSession(exported.path, providers=["CPUExecutionProvider"])
    got = _in_the_order_of(want, session.run(names, feed))
    for name, expected, actual in zip(names, want, got, strict=True):
        assert actual.shape == expected.shape
        assert np.linalg.norm(actual - expected) <= 1e-4 * np.linalg.norm(expected), name
        # The shortest sine of an embedding has 628 times the error of its point.
        assert np.abs(actual - expected).max() <= (1e-3 if name == "embeddings" else 1e-4), name


def _in_the_order_of(want: list[np.ndarray], got: list[np.ndarray]) -> list[np.ndarray]:
    """`got` with the rows of every image paired with those of `want` that are most like them in the last output.

    The detector's rows go by score, and rounding may put two that are all but equal either way. Outputs
    without rows stay.
    """
    if want[-1].ndim < 3:
        return got
    pairs = [linear_sum_assignment(cdist(one, other))[1] for one, other in zip(want[-1], got[-1], strict=True)]
    return [np.stack([image[order] for image, order in zip(output, pairs, strict=True)]) for output in got]


def test_a_panorama_goes_in_as_bytes() -> None:
    assert [tensor.dtype for tensor in ENGINES["detr"].inputs] == ["UINT8"]


class Doubled(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * x


class Outer(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (x[:, :, None] - x[:, None]).square().sum(-1) + y


def test_axes_that_the_project_leaves_open_have_any_length_in_the_file_and_all_the_same(tmp_path: Path) -> None:
    points, pairs = Tensor("x", "FP32", (-1, 3), ""), Tensor("y", "FP32", (-1, -1), "")
    engine = Engine("outer", Outer, lambda network: network, (points, pairs), (Tensor("z", "FP32", (-1, -1), ""),))
    path = tmp_path / "outer.onnx"
    export_onnx(engine, Outer().eval(), path)
    graph = onnx.load(path).graph
    assert described(list(graph.input)) == promised(engine.inputs)
    assert described(list(graph.output)) == promised(engine.outputs)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for batch, length in ((1, 2), (70, 5)):
        x, y = np.random.default_rng(0).normal(size=(batch, length, 3)), np.ones((batch, length, length))
        (distances,) = session.run(None, {"x": x.astype(np.float32), "y": y.astype(np.float32)})
        np.testing.assert_allclose(distances, [cdist(row, row, "sqeuclidean") + 1 for row in x], atol=1e-4)


class Chosen(nn.Module):
    """Needs an operator that is forbidden: the number of its rows depends on the values."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.index_put((torch.tensor([0]),), torch.zeros(1, 3))


def test_a_new_export_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "tiny" / "1" / "model.onnx"
    export_onnx(TINY, nn.Identity(), path)
    export_onnx(TINY, Doubled().eval(), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert session.run(None, {"x": np.float32([[1, 2, 3]])})[0].tolist() == [[2, 4, 6]]


def test_a_network_with_a_forbidden_operator_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export_onnx(TINY, Doubled().eval(), path)
    before = path.read_bytes()
    with pytest.raises(TrainingError, match=r"holds Scatter.*, which some targets cannot run"):
        export_onnx(TINY, Chosen().eval(), path)
    assert path.read_bytes() == before


class Counted(nn.Module):
    """Asks for a length as Python does, which makes it a constant."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(len(x), 3, 1).flatten(1) + 1


def test_a_network_that_makes_the_batch_a_constant_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    with pytest.raises(TrainingError, match="x has a fixed batch"):
        export_onnx(TINY, Counted().eval(), path)
    assert not path.exists()


def test_a_plain_file_passes_and_its_operators_are_counted(tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["x"], ["z"]), helper.make_node("Relu", ["z"], ["y"])]
    assert check_onnx(save_model(tmp_path / "m.onnx", nodes, [2, 3])) == {"Relu": 2}


def test_another_opset_is_refused(tmp_path: Path) -> None:
    path = save_model(tmp_path / "m.onnx", [helper.make_node("Relu", ["x"], ["y"])], [2, 3], opset=20)
    with pytest.raises(TrainingError, match="has opset 20; export it with opset 18"):
        check_onnx(path)


@pytest.mark.parametrize(
    ("node", "shape"),
    [
        (helper.make_node("NonZero", ["x"], ["y"]), [2, 3]),
        (helper.make_node("GridSample", ["x", "x"], ["y"]), [1, 2, 2, 2]),
    ],
    ids=["NonZero", "GridSample"],
)
def test_an_operator_that_some_target_lacks_is_refused_by_name(
    tmp_path: Path, node: onnx.NodeProto, shape: list[int]
) -> None:
    with pytest.raises(TrainingError, match=f"holds {node.op_type}, which some targets cannot run"):
        check_onnx(save_model(tmp_path / "m.onnx", [node], shape))


def test_a_truncated_file_is_refused(exported: Exported, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(exported.path.read_bytes()[:-1000])
    with pytest.raises(TrainingError, match="is no valid ONNX file"):
        check_onnx(path)


@pytest.mark.parametrize("content", [None, b"", b"these are no weights"])
def test_a_file_that_is_absent_or_something_else_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "m.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match="is no valid ONNX file"):
        check_onnx(path)


class Turned(nn.Module):
    """Moves bytes about before it casts them."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flip(1).float()


def test_a_network_that_does_anything_with_bytes_but_cast_them_is_refused(tmp_path: Path) -> None:
    engine = Engine(
        "turned",
        nn.Identity,
        lambda network: network,
        (Tensor("x", "UINT8", (3,), ""),),
        (Tensor("y", "FP32", (3,), ""),),
    )
    with pytest.raises(TrainingError, match="takes bytes, which TensorRT cannot: cast first in the network"):
        export_onnx(engine, Turned().eval(), tmp_path / "m.onnx")
