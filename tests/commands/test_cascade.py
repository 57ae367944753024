"""`sideline cascade`: what it says it would do, and what it refuses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sideline.cli import app
from sideline.collection.schema import COLLECTION_FILE
from sideline.errors import CascadeError, CollectionError
from sideline.serving.installation import PROJECT_ROOT

_COLLECTION = str(PROJECT_ROOT / COLLECTION_FILE)


def invoke(*words: str) -> str:
    result = CliRunner().invoke(app, ["cascade", *words, "--collection", _COLLECTION], env={"COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_a_dry_run_names_engines_stages_and_commands_and_touches_nothing(tmp_path: Path) -> None:
    said = invoke("crop_encoder", "--dry-run", "--work", str(tmp_path / "work"), "--data", str(tmp_path / "data"))
    assert "trained anew: crop_encoder, graph_tracker, jersey_classifier, temporal_encoder" in said
    assert "side by side:" in said
    assert said.rstrip().splitlines()[-1].lstrip().startswith("sideline models promote")
    assert list(tmp_path.iterdir()) == []


def test_data_that_are_there_count_as_done(tmp_path: Path) -> None:
    (tmp_path / "crops_train").mkdir()
    said = invoke("crop_encoder", "--dry-run", "--work", str(tmp_path / "work"), "--data", str(tmp_path))
    assert "make crops (done)" in said


def test_bad_requests_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CascadeError, match="say --dry-run"):
        invoke("crop_encoder")
    with pytest.raises(CollectionError, match="no engine 'yolo'"):
        invoke("yolo", "--dry-run")
    with pytest.raises(CascadeError, match="there is no checkpoint"):
        invoke("detr", "--run", "--checkpoint", str(tmp_path / "none.pt"))
