"""`sideline export` from a checkpoint to an engine, and what it is told when it cannot."""

import errno
import json
import os
from pathlib import Path

import onnx
import pytest
import torch
from typer.testing import CliRunner, Result

from sideline.cli import app
from sideline.deployment.files import hash_file
from sideline.errors import ConfigError, EngineError, TrainingError
from sideline.networks.id_decoder import IdDecoder
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.training.loop import Schedule, train

torch.set_num_threads(1)
_RUNNER = CliRunner()


def _export(*arguments: str | Path) -> Result:
    return _RUNNER.invoke(app, ["export", "--frames", "0", "--inputs", "3", *map(str, arguments)])


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    network = IdDecoder()
    train(network, lambda step: {"loss": network.words.square().mean()}, Schedule(steps=1), folder)
    return folder / "last.pt"


def put_old_engine(repository: Path) -> Path:
    """An id_decoder that an export that fails is to leave as it is."""
    path = repository / "id_decoder" / "1" / "model.onnx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"the old engine")
    return path


def test_a_checkpoint_becomes_an_engine_in_the_repository_and_the_parity_is_told(
    checkpoint: Path, tmp_path: Path
) -> None:
    result = _export("id_decoder", "--checkpoint", checkpoint, "--repository", tmp_path)
    assert result.exit_code == 0, result.output
    assert "id_logits: torch and ONNX differ by" in result.output
    model = onnx.load(tmp_path / "id_decoder" / "1" / "model.onnx")
    assert model.graph.output[0].name == "id_logits"


def test_an_engine_takes_the_place_of_the_old_one_only_when_torch_and_onnx_agree(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put_old_engine(tmp_path)
    arguments = ("id_decoder", "--checkpoint", checkpoint, "--repository", tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("export.parity.FULL_TOLERANCE", -1.0)  # no two networks differ by less
        refused = _export(*arguments)
    assert isinstance(refused.exception, EngineError)
    assert "do not serve this engine" in str(refused.exception)
    assert path.read_bytes() == b"the old engine"
    assert [file.name for file in path.parent.iterdir()] == ["model.onnx"]
    assert _export(*arguments).exit_code == 0
    assert onnx.load(path).graph.output[0].name == "id_logits"
    assert [file.name for file in path.parent.iterdir()] == ["model.onnx"]


def test_an_engine_whose_difference_is_not_a_number_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    # One weight of the last layer is enough: torch and ONNX both answer NaN, and NaN is larger than no tolerance.
    state = torch.load(checkpoint, weights_only=True)
    state["average"]["module.head.weight"][0, 0] = torch.nan
    torch.save(state, tmp_path / "nan.pt")
    result = _export("id_decoder", "--checkpoint", tmp_path / "nan.pt", "--repository", tmp_path)
    assert isinstance(result.exception, EngineError)
    assert "by nan of the norm" in str(result.exception)
    assert "do not serve this engine" in str(result.exception)
    assert not list((tmp_path / "id_decoder" / "1").iterdir())


def test_an_engine_that_some_target_cannot_run_is_refused_and_nothing_is_left_beside_the_old_one(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put_old_engine(tmp_path)
    monkeypatch.setattr("export.onnx_file._FORBIDDEN", frozenset({"MatMul"}))
    refused = _export("id_decoder", "--checkpoint", checkpoint, "--repository", tmp_path)
    assert isinstance(refused.exception, TrainingError)
    assert "holds MatMul, which some targets cannot run" in str(refused.exception)
    assert path.read_bytes() == b"the old engine"
    assert [file.name for file in path.parent.iterdir()] == ["model.onnx"]


def test_an_unknown_engine_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    result = _export("yolo", "--repository", tmp_path)
    assert isinstance(result.exception, ConfigError)
    assert str(result.exception) == (
        "there is no engine 'yolo'; choose one of detr, heatmap_detector, id_decoder, crop_encoder, temporal_encoder, "
        "graph_tracker, jersey_classifier, persistence or all"
    )
    assert not list(tmp_path.iterdir())


def test_one_checkpoint_cannot_be_all_engines(checkpoint: Path, tmp_path: Path) -> None:
    result = _export("all", "--checkpoint", checkpoint, "--repository", tmp_path)
    assert isinstance(result.exception, ConfigError)
    assert "name its engine instead of all" in str(result.exception)


def test_a_checkpoint_of_another_engine_is_refused_and_nothing_is_written(checkpoint: Path, tmp_path: Path) -> None:
    result = _export("detr", "--checkpoint", checkpoint, "--repository", tmp_path)
    assert isinstance(result.exception, TrainingError)
    assert "belongs to another network" in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_a_missing_checkpoint_says_what_to_run(tmp_path: Path) -> None:
    result = _export("detr", "--checkpoint", tmp_path / "last.pt", "--repository", tmp_path)
    assert isinstance(result.exception, TrainingError)
    assert "run sideline train first" in str(result.exception)


def test_the_report_holds_both_precisions_and_the_hash_of_what_was_written(checkpoint: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = _export("id_decoder", "--checkpoint", checkpoint, "--repository", tmp_path, "--report", report)
    assert result.exit_code == 0, result.output
    said = json.loads(report.read_text())
    assert said["task"] is None
    (parity,) = said["reports"]
    assert (parity["engine"], parity["inputs"]) == ("id_decoder", 3)
    assert parity["sha256"] == hash_file(tmp_path / "id_decoder" / "1" / "model.onnx")
    assert parity["full"][0]["relative"] < 1e-4 < parity["half"][0]["relative"] < 1e-2


def test_plans_are_built_for_a_gpu_that_is_not_here(tmp_path: Path) -> None:
    arguments = ("jersey_classifier", "--tensorrt", "--gpu", "SM120", "--plans", tmp_path)
    result = _RUNNER.invoke(app, ["export", *map(str, arguments), "--repository", str(MODEL_REPOSITORY)])
    assert result.exit_code == 0, result.output
    (plan,) = tmp_path.iterdir()
    assert plan.name.startswith("jersey_classifier@sm120@tensorrt_rtx-")
    assert plan.name in result.output


def test_plans_of_an_unknown_engine_are_refused(tmp_path: Path) -> None:
    result = _RUNNER.invoke(app, ["export", "yolo", "--tensorrt", "--plans", str(tmp_path)])
    assert isinstance(result.exception, ConfigError)
    assert "there is no engine 'yolo'; choose one of" in str(result.exception)


def test_what_a_repository_holds_is_compared_without_a_checkpoint_and_left_as_it_is(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = _export("jersey_classifier", "--check", "--repository", MODEL_REPOSITORY, "--report", report)
    assert result.exit_code == 0, result.output
    assert "number_logits: float16 differs by" in result.output
    (parity,) = json.loads(report.read_text())["reports"]
    assert parity["full"] == []
    assert 0 < parity["half"][0]["relative"] < 1e-2
    assert "recorded" not in result.output


@pytest.mark.parametrize(("place", "message"), [("a file/report.json", "cannot be written"), ("", "is a folder")])
def test_a_report_that_cannot_be_written_is_refused_before_any_engine_is_exchanged(
    checkpoint: Path, tmp_path: Path, place: str, message: str
) -> None:
    (tmp_path / "a file").write_bytes(b"")
    arguments = ("id_decoder", "--checkpoint", checkpoint, "--repository", tmp_path / "repository")
    result = _export(*arguments, "--report", tmp_path / place)
    assert isinstance(result.exception, ConfigError)
    assert message in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["a file"]


def test_a_repository_that_cannot_be_written_is_refused_with_the_cure(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "id_decoder").write_bytes(b"")
    result = _export("id_decoder", "--checkpoint", checkpoint, "--repository", tmp_path)
    assert isinstance(result.exception, EngineError)
    assert "cannot be written (Not a directory): make space there and give it to this user" in str(result.exception)


def test_a_full_disk_leaves_the_old_engine_and_no_half_of_a_new_one(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put_old_engine(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("export.onnx_file.onnx.save", full)
    result = _export("id_decoder", "--checkpoint", checkpoint, "--repository", tmp_path)
    assert isinstance(result.exception, EngineError)
    assert "cannot be written (No space left on device): make space there" in str(result.exception)
    assert path.read_bytes() == b"the old engine"
    assert [file.name for file in path.parent.iterdir()] == ["model.onnx"]


def test_another_engine_under_a_right_name_is_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "jersey_classifier" / "1" / "model.onnx"
    path.parent.mkdir(parents=True)
    path.write_bytes((MODEL_REPOSITORY / "temporal_encoder" / "1" / "model.onnx").read_bytes())
    result = _export("jersey_classifier", "--check", "--repository", tmp_path)
    assert isinstance(result.exception, EngineError)
    assert "is not the engine jersey_classifier" in str(result.exception)
