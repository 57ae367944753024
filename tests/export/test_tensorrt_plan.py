"""Every engine as TensorRT sees it, built for GPUs that are not here."""

from pathlib import Path

import pytest
from onnx import helper

from ensemble_configs.schema import Engine, read_models
from export.half import write_half
from export.tensorrt_plan import PlanBuilder, ShapeRange, shape_ranges
from sideline.deployment.tensorrt import load_tensorrt
from sideline.errors import EngineError
from sideline.serving.installation import MODEL_REPOSITORY
from tests.export.onnx_models import save_model

ENGINES = {name: model for name, model in read_models().models.items() if isinstance(model, Engine)}
CAPABILITIES = ("SM86", "SM89", "SM120")
X = {"x": ShapeRange((2, 3), (2, 3), (2, 3))}


@pytest.fixture(scope="module", params=CAPABILITIES)
def builder(request: pytest.FixtureRequest) -> PlanBuilder:
    return PlanBuilder(request.param)


@pytest.mark.parametrize("name", list(ENGINES))
def test_every_committed_engine_is_built_in_float16(name: str, builder: PlanBuilder, tmp_path: Path) -> None:
    write_half(MODEL_REPOSITORY / name / "1" / "model.onnx", tmp_path / "half.onnx")
    assert len(builder.build(tmp_path / "half.onnx", shape_ranges(ENGINES[name]))) > 100_000


def test_what_a_file_states_as_float32_is_not_multiplied_in_tf32(builder: PlanBuilder) -> None:
    library = load_tensorrt()
    unasked = library.Builder(library.Logger()).create_builder_config()
    assert unasked.get_flag(library.BuilderFlag.TF32)
    assert not builder.configure(X).get_flag(library.BuilderFlag.TF32)


def test_an_operator_that_tensorrt_lacks_fails_the_build_and_is_named(tmp_path: Path) -> None:
    path = save_model(tmp_path / "m.onnx", [helper.make_node("Det", ["x"], ["y"])], [2, 3])
    with pytest.raises(EngineError, match=r"TensorRT cannot read .*m\.onnx: .*Det"):
        PlanBuilder("SM89").build(path, X)


def test_a_truncated_file_fails_the_build(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes((MODEL_REPOSITORY / "graph_tracker" / "1" / "model.onnx").read_bytes()[:-1000])
    with pytest.raises(EngineError, match="TensorRT cannot read"):
        PlanBuilder("SM89").build(path, X)


def test_a_gpu_that_is_too_old_is_refused_with_those_that_are_not() -> None:
    with pytest.raises(EngineError, match=r"does not build for SM61; it does for .*SM86.*SM120"):
        PlanBuilder("SM61")


def test_a_plan_takes_one_row_to_the_largest_batch_and_every_size_of_graph() -> None:
    detr, graph = shape_ranges(ENGINES["detr"]), shape_ranges(ENGINES["graph_tracker"])
    panorama = (512, 1024, 3)
    assert detr["panorama"] == ShapeRange((1, *panorama), (4, *panorama), (8, *panorama))
    assert graph["pairs"] == ShapeRange((1, 8, 8, 16), (32, 64, 64, 16), (64, 256, 256, 16))
    assert graph["level"] == ShapeRange((1, 4), (32, 4), (64, 4))
