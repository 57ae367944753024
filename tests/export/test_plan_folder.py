"""Plans on disk: named, kept, built anew, refused. One small engine stands for all."""

import shutil
from pathlib import Path

import pytest

from export.plan_folder import PlanFolder, engine_names
from sideline.deployment.files import PlanName
from sideline.errors import EngineError
from sideline.serving.installation import MODEL_REPOSITORY

NAME = "jersey_classifier"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "repository" / NAME / "1" / "model.onnx"
    path.parent.mkdir(parents=True)
    shutil.copy(MODEL_REPOSITORY / NAME / "1" / "model.onnx", path)
    return tmp_path / "repository"


def _ensure(repository: Path, *, half: bool = True) -> Path:
    return PlanFolder(repository.parent / "plans", repository, "SM89", half=half).ensure(NAME)


def test_a_plan_is_built_once_and_named_by_gpu_library_and_onnx_file(repository: Path) -> None:
    path = _ensure(repository)
    name = PlanName.parse(path)
    assert (name.engine, name.gpu) == (NAME, "sm89")
    assert name.builder.startswith("tensorrt_rtx-1.")
    path.write_bytes(b"as it was")
    assert _ensure(repository).read_bytes() == b"as it was"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_plan_in_float32_has_another_name(repository: Path) -> None:
    assert PlanName.parse(_ensure(repository, half=False)).builder.endswith(".float32")


def test_an_onnx_file_of_another_model_is_refused_before_anything_is_built(repository: Path) -> None:
    shutil.copy(MODEL_REPOSITORY / "temporal_encoder" / "1" / "model.onnx", repository / NAME / "1" / "model.onnx")
    with pytest.raises(EngineError, match="is not the engine jersey_classifier"):
        _ensure(repository)
    assert not list((repository.parent / "plans").iterdir())


def test_a_truncated_onnx_file_is_refused(repository: Path) -> None:
    path = repository / NAME / "1" / "model.onnx"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(EngineError, match="is damaged or no ONNX file"):
        _ensure(repository)


def test_a_folder_that_cannot_be_made_is_refused_and_the_message_says_what_to_do(repository: Path) -> None:
    (repository.parent / "plans").write_bytes(b"a file")
    with pytest.raises(EngineError, match=r"plans cannot be written .*name another with --plans"):
        _ensure(repository)


def test_a_full_disk_leaves_no_half_of_a_plan(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(EngineError, match=r"MB\) cannot be written \(No space left on device\): make space"):
        _ensure(repository)
    assert not list((repository.parent / "plans").iterdir())


def test_a_gpu_that_is_not_supported_is_refused(repository: Path) -> None:
    with pytest.raises(EngineError, match="does not build for SM61"):
        PlanFolder(repository.parent / "plans", repository, "SM61")


def test_without_a_gpu_one_has_to_be_named(repository: Path) -> None:
    with pytest.raises(EngineError, match=r"no GPU is to be seen here.*--gpu SM89"):
        PlanFolder(repository.parent / "plans", repository)


def test_every_engine_has_a_name() -> None:
    assert {"detr", NAME} < set(engine_names())
