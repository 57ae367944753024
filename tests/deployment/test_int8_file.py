"""Which int8 file belongs to an engine."""

import shutil
from pathlib import Path

import pytest

from sideline.deployment.files import int8_path
from sideline.deployment.int8_file import find_int8
from sideline.errors import EngineError
from tests.serving.tiny_engines import write_tiny_engines, write_tiny_int8


@pytest.fixture
def detr(tmp_path: Path) -> Path:
    """A detector with its int8 file."""
    write_tiny_engines(tmp_path)
    write_tiny_int8(tmp_path, "detr")
    return tmp_path / "detr" / "1" / "model.onnx"


def test_the_file_beside_the_engine_that_it_was_made_from_is_found(detr: Path) -> None:
    assert find_int8("detr", detr) == detr.with_name("model_int8.onnx")


def test_one_of_an_earlier_engine_is_refused_with_the_command_that_makes_it(detr: Path) -> None:
    detr.write_bytes(int8_path(detr).read_bytes())  # a newer detector
    with pytest.raises(EngineError, match=r"was made from another model\.onnx .*`sideline export detr --int8` makes"):
        find_int8("detr", detr)


def test_a_missing_a_damaged_and_another_engines_file_are_refused(detr: Path) -> None:
    content = int8_path(detr).read_bytes()
    int8_path(detr).write_bytes(content[: len(content) // 2])
    with pytest.raises(EngineError, match=r"model_int8\.onnx is damaged"):
        find_int8("detr", detr)
    shutil.copy(detr.parents[2] / "heatmap_detector" / "1" / "model.onnx", int8_path(detr))
    with pytest.raises(EngineError, match="is not the engine detr"):
        find_int8("detr", detr)
    int8_path(detr).unlink()
    with pytest.raises(EngineError, match=r"model_int8\.onnx is missing: `sideline export detr --int8`"):
        find_int8("detr", detr)
