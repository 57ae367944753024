"""`sideline export --int8`: the file, what is told, the record, and what is refused."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper, version_converter
from typer.testing import CliRunner, Result

from export.int8_comparison import Panoramas
from sideline import tensors
from sideline.cli import app
from sideline.collection.schema import read_collection
from sideline.deployment.files import hash_file
from sideline.errors import ConfigError, EngineError
from tests.collection.repositories import write_tiny_collection
from tests.serving.tiny_engines import write_tiny_engines

_RUNNER = CliRunner()


def _export(engine: str, repository: Path) -> Result:
    return _RUNNER.invoke(app, ["export", engine, "--int8", "--repository", str(repository)])


def _draw_panorama(seed: int) -> np.ndarray:
    """Bright marks of 32 px on black."""
    rng = np.random.default_rng(seed)
    image = np.zeros((tensors.PANORAMA_HEIGHT_PX, tensors.PANORAMA_WIDTH_PX, 3), np.uint8)
    for row, column in zip(rng.integers(0, 480, 5), rng.integers(0, 992, 5), strict=True):
        image[row : row + 32, column : column + 32] = rng.integers(180, 256, 3)
    return image


def _give_it_a_convolution(path: Path) -> None:
    """The brightness of a cell is the largest of eight channels, each of them one of the colours."""
    model = onnx.load(path)
    nodes, weights = model.graph.node, np.eye(3, dtype=np.float32)[np.arange(8) % 3].reshape(8, 3, 1, 1)
    place = next(place for place, node in enumerate(nodes) if "cells_rgb" in node.input)
    nodes[place].input[0] = "cells_wide"
    nodes.insert(place, helper.make_node("Conv", ["cells_rgb", "copies"], ["cells_wide"], name="copy"))
    model.graph.initializer.append(numpy_helper.from_array(weights, "copies"))
    onnx.save(version_converter.convert_version(model, 18), path)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "model_repository"
    write_tiny_engines(folder)
    _give_it_a_convolution(folder / "heatmap_detector" / "1" / "model.onnx")
    write_tiny_collection(folder)
    images = tuple(map(_draw_panorama, range(4)))
    monkeypatch.setattr("export.int8_comparison.render_panoramas", lambda: Panoramas(images[:2], images[2:]))
    return folder


def test_the_file_appears_beside_the_engine_and_in_the_collection_and_the_change_is_told(repository: Path) -> None:
    result = _export("heatmap_detector", repository)
    assert result.exit_code == 0, result.output
    path = repository / "heatmap_detector" / "1" / "model_int8.onnx"
    assert read_collection(repository.parent / "models.yaml").models["heatmap_detector"].int8_sha256 == hash_file(path)
    assert "0 lost, 0 new" in result.output
    assert "points differ by" in result.output
    assert "ms in int8, one thread" in result.output
    collection = str(repository.parent / "models.yaml")
    checked = _RUNNER.invoke(app, ["models", "check", "--collection", collection])
    assert checked.exit_code == 0, checked.output


def test_one_that_sees_other_people_is_refused_and_the_earlier_file_stays(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = repository / "heatmap_detector" / "1" / "model_int8.onnx"
    earlier.write_bytes(b"earlier")
    monkeypatch.setattr("export.int8_comparison.LARGEST_CHANGE", -1.0)
    result = _export("heatmap_detector", repository)
    assert isinstance(result.exception, EngineError)
    assert "serve it in float32 (--profile cpu)" in str(result.exception)
    assert earlier.read_bytes() == b"earlier"
    assert sorted(path.name for path in earlier.parent.iterdir()) == ["model.onnx", "model_int8.onnx"]


def test_what_is_no_detector_or_is_missing_is_refused(repository: Path) -> None:
    assert isinstance((refused := _export("crop_encoder", repository)).exception, ConfigError)
    assert "choose one of detr, heatmap_detector or all" in str(refused.exception)
    (repository / "detr" / "1" / "model.onnx").unlink()
    assert isinstance((missing := _export("all", repository)).exception, EngineError)
    assert "detr/1/model.onnx is missing: `sideline export detr` writes it" in str(missing.exception)


def test_an_engine_that_is_damaged_or_another_one_is_refused_before_anything_is_rendered(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("export.int8_comparison.render_panoramas", lambda: pytest.fail("rendered"))
    path = repository / "detr" / "1" / "model.onnx"
    path.write_bytes((repository / "crop_encoder" / "1" / "model.onnx").read_bytes())
    assert "is not the engine detr" in str(_export("all", repository).exception)
    path.write_bytes(b"")
    assert isinstance((damaged := _export("detr", repository)).exception, EngineError)
    assert "is damaged" in str(damaged.exception)
