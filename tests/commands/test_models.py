"""`sideline models`: what it prints, and how it ends when engines do not belong together."""

import shutil
from pathlib import Path

import onnx
import pytest
from typer.testing import CliRunner, Result

from sideline.cli import app
from sideline.collection.check import engine_path
from sideline.collection.schema import read_collection
from sideline.errors import CollectionError, ConfigError, EngineError
from sideline.serving.installation import MODEL_REPOSITORY, PROJECT_ROOT

_RUNNER = CliRunner()


def _models(*arguments: str | Path) -> Result:
    return _RUNNER.invoke(app, ["models", *map(str, arguments)])


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """A copy of the project's collection, its engines beside it."""
    for path in MODEL_REPOSITORY.glob("*/1/*.onnx"):
        copy = engine_path(tmp_path / "model_repository", path.parents[1].name).with_name(path.name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    return Path(shutil.copy2(PROJECT_ROOT / "models.yaml", tmp_path))


def test_the_committed_collection_passes(collection: Path) -> None:
    result = _models("check", "--collection", collection)
    assert result.exit_code == 0, result.output
    assert "engines belong together" in result.output


def test_an_engine_put_under_another_ones_name_is_found(collection: Path) -> None:
    repository = collection.parent / "model_repository"
    shutil.copy2(engine_path(repository, "heatmap_detector"), engine_path(repository, "detr"))
    result = _models("check", "--collection", collection)
    assert isinstance(result.exception, CollectionError)
    assert "detr/1/model.onnx is not the recorded detr" in str(result.exception)


def test_a_new_detector_beside_the_old_id_decoder_is_found_and_the_edge_is_named(collection: Path) -> None:
    path = engine_path(collection.parent / "model_repository", "detr")
    newer = onnx.load(path)
    newer.doc_string = "newer"
    onnx.save(newer, path)
    assert _models("record", "detr", "--collection", collection, "--checkpoint", "none/last.pt").exit_code == 0
    result = _models("check", "--collection", collection)
    assert isinstance(result.exception, CollectionError)
    assert "detr → id_decoder: id_decoder was trained with detr" in str(result.exception)
    assert "is not the recorded" not in str(result.exception)


@pytest.mark.parametrize(
    ("other", "message"), [(True, "is not the engine detr"), (False, "is damaged or no ONNX file")]
)
def test_a_file_that_is_another_engine_or_cut_off_is_not_recorded(collection: Path, other: bool, message: str) -> None:
    repository, before = collection.parent / "model_repository", collection.read_bytes()
    path = engine_path(repository, "detr")
    path.write_bytes(engine_path(repository, "heatmap_detector").read_bytes() if other else path.read_bytes()[:-1000])
    result = _models("record", "detr", "--collection", collection)
    assert isinstance(result.exception, EngineError)
    assert message in str(result.exception)
    assert collection.read_bytes() == before


def test_the_graph_is_written_and_what_follows_from_a_change_is_said_in_order(tmp_path: Path) -> None:
    out = tmp_path / "drawings" / "models.svg"
    result = _models("graph", "--collection", PROJECT_ROOT / "models.yaml", "--changed", "crop_encoder", "--out", out)
    assert result.exit_code == 0, result.output
    assert out.read_text().startswith("<svg")
    lines = result.output.splitlines()
    assert "  1. train temporal_encoder anew (first make appearance_bank anew)" in lines
    assert lines.index("  1. train temporal_encoder anew (first make appearance_bank anew)") < next(
        number for number, line in enumerate(lines) if "2. train graph_tracker anew" in line
    )


def test_a_change_of_the_detector_asks_to_judge_the_graph_tracker(tmp_path: Path) -> None:
    arguments = ("graph", "--collection", PROJECT_ROOT / "models.yaml", "--out", tmp_path / "models.svg")
    output = _models(*arguments, "--changed", "detr").output
    assert "train id_decoder anew (first make trajectories anew)" in output
    assert "judge graph_tracker again" in output
    assert "nothing has to be trained anew" in _models(*arguments, "--changed", "graph_tracker").output


def test_an_unknown_engine_draws_nothing(tmp_path: Path) -> None:
    out = tmp_path / "models.svg"
    result = _models("graph", "--collection", PROJECT_ROOT / "models.yaml", "--changed", "yolo", "--out", out)
    assert isinstance(result.exception, CollectionError)
    assert not out.exists()


def test_figures_and_data_of_an_engine_are_recorded(collection: Path) -> None:
    arguments = ("record", "detr", "--collection", collection, "--checkpoint", "none/last.pt")
    result = _models(*arguments, "--figure", "recall=0.97", "--data", "panoramas=2000-2009")
    assert result.exit_code == 0, result.output
    entry = read_collection(collection).models["detr"]
    assert entry.figures["recall"] == 0.97
    assert [(data.kind, data.seeds) for data in entry.data] == [("panoramas", "2000-2009")]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--figure", "recall"), "'recall' is no NAME=VALUE"),
        (("--figure", "recall=good"), "the figure recall is 'good': give a number"),
        (("--data", "=1"), "'=1' is no NAME=VALUE"),
    ],
)
def test_an_unusable_option_changes_nothing(collection: Path, option: tuple[str, str], message: str) -> None:
    before = collection.read_bytes()
    result = _models("record", "detr", "--collection", collection, *option)
    assert isinstance(result.exception, ConfigError)
    assert str(result.exception) == message
    assert collection.read_bytes() == before


def test_a_collection_without_repository_says_which_option_names_it(tmp_path: Path) -> None:
    shutil.copy2(PROJECT_ROOT / "models.yaml", tmp_path)
    result = _models("check", "--collection", tmp_path / "models.yaml")
    assert isinstance(result.exception, CollectionError)
    assert "--repository" in str(result.exception)
