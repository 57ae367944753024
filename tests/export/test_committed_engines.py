"""The trained engines of the repository."""

from pathlib import Path

import onnx
import pytest

from export.engines import ENGINES
from export.onnx_file import check_onnx
from sideline.serving.installation import MODEL_REPOSITORY
from tests.export.onnx_models import described, promised


def _path(name: str) -> Path:
    return MODEL_REPOSITORY / name / "1" / "model.onnx"


@pytest.mark.parametrize("name", list(ENGINES))
def test_a_committed_engine_passes_the_checks_and_keeps_its_names_and_shapes(name: str) -> None:
    path = _path(name)
    check_onnx(path)
    graph = onnx.load(path).graph
    assert described(list(graph.input)) == promised(ENGINES[name].inputs)
    assert described(list(graph.output)) == promised(ENGINES[name].outputs)


def test_both_engines_together_stay_below_40_megabytes() -> None:
    sizes = [path.stat().st_size for path in MODEL_REPOSITORY.glob("*/1/model.onnx")]
    assert sizes
    assert sum(sizes) <= 40_000_000


@pytest.mark.parametrize("name", list(ENGINES))
def test_a_committed_engine_names_no_path_of_the_machine_that_made_it(name: str) -> None:
    model = onnx.load(_path(name))
    for tensor in model.graph.initializer:  # among millions of weights any four letters occur
        tensor.ClearField("raw_data")
    content = model.SerializeToString()
    assert not any(trace in content for trace in (b".py", b"/tmp", b"/home", b"/root"))
