"""Whether a file is the engine that its name says."""

import shutil
from pathlib import Path

import pytest

from ensemble_configs.schema import Engine, read_models
from sideline.deployment.onnx_interface import check_interface
from sideline.errors import EngineError
from sideline.serving.installation import MODEL_REPOSITORY

ENGINES = [name for name, model in read_models().models.items() if isinstance(model, Engine)]


def _path(name: str) -> Path:
    return MODEL_REPOSITORY / name / "1" / "model.onnx"


@pytest.mark.parametrize("name", ENGINES)
def test_every_committed_engine_is_what_its_name_says(name: str) -> None:
    check_interface(name, _path(name))


def test_another_engine_under_a_right_name_is_refused_and_the_message_says_what_it_takes() -> None:
    with pytest.raises(EngineError, match=r"is not the engine jersey_classifier: it takes \w+ as .*; put the right"):
        check_interface("jersey_classifier", _path("temporal_encoder"))


def test_a_detector_without_embeddings_is_no_detr() -> None:
    with pytest.raises(EngineError, match="is not the engine detr: it gives embeddings as nothing"):
        check_interface("detr", _path("heatmap_detector"))


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    shutil.copy(_path("jersey_classifier"), path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(EngineError, match="is damaged or no ONNX file"):
        check_interface("jersey_classifier", path)


def test_a_step_is_no_engine() -> None:
    with pytest.raises(EngineError, match="build_graph is no engine"):
        check_interface("build_graph", _path("detr"))
