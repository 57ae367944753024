"""Complete repositories for every profile, on disk."""

import shutil
from pathlib import Path

import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2 as pb

from ensemble_configs.render import render_profile
from export.plan_folder import engine_names
from sideline.deployment.files import PlanName
from sideline.deployment.tensorrt import builder_name, load_tensorrt
from sideline.errors import ConfigError, EngineError
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.repository_layout import Sources, write_repository
from tests.serving.tiny_engines import write_tiny_int8


def _sources(folder: Path) -> Sources:
    return Sources(MODEL_REPOSITORY, folder / "plans", "sm89")


def _config(repository: Path, model: str) -> pb.ModelConfig:
    return text_format.Parse((repository / model / "config.pbtxt").read_text(), pb.ModelConfig())


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    """Files named as plans for an SM89 of the committed engines; nobody reads them."""
    folder = tmp_path / "plans"
    folder.mkdir()
    for name in engine_names():
        onnx_path = MODEL_REPOSITORY / name / "1" / "model.onnx"
        (folder / PlanName.of(name, "SM89", builder_name(load_tensorrt()), onnx_path).file_name).write_bytes(b"plan")
    return folder


@pytest.mark.parametrize("profile", ["cpu", "int8", "gpu"])
def test_a_repository_holds_every_model_with_its_file_and_no_link(tmp_path: Path, profile: str) -> None:
    names = write_repository(profile, _sources(tmp_path), tmp_path / "out")
    assert set(names) == set(render_profile(profile))
    for name in names:
        config = _config(tmp_path / "out", name)
        version = tmp_path / "out" / name / "1"
        if config.platform == "ensemble":
            assert list(version.iterdir()) == []
        else:
            assert (version / (config.default_model_filename or "model.py")).is_file()
    assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))
    step = Path("project_all_crops", "1", "model.py")
    assert (tmp_path / "out" / step).read_text() == (MODEL_REPOSITORY / step).read_text()


def test_the_tensorrt_profile_names_the_plan_that_belongs_to_each_engine(tmp_path: Path, plans: Path) -> None:
    write_repository("tensorrt", _sources(tmp_path), tmp_path / "out")
    file = _config(tmp_path / "out", "detr").default_model_filename
    assert PlanName.parse(Path(file)).engine == "detr"
    assert [path.name for path in (tmp_path / "out" / "detr" / "1").iterdir()] == [file]
    assert file in {path.name for path in plans.iterdir()}


def test_a_stale_plan_leaves_the_earlier_repository_as_it_is(tmp_path: Path, plans: Path) -> None:
    write_repository("tensorrt", _sources(tmp_path), tmp_path / "out")
    before = sorted(path.relative_to(tmp_path) for path in (tmp_path / "out").rglob("*"))
    plan = next(plans.glob("graph_tracker@*"))
    plan.rename(plan.with_name(plan.name.replace(PlanName.parse(plan).onnx, "0123456789ab")))
    with pytest.raises(EngineError, match=r"graph_tracker@.* was built from another ONNX file \(0123456789ab…"):
        write_repository("tensorrt", _sources(tmp_path), tmp_path / "out")
    assert sorted(path.relative_to(tmp_path) for path in (tmp_path / "out").rglob("*")) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "plans"]


def test_an_int8_file_of_an_earlier_engine_or_none_at_all_is_refused(repository: Path, tmp_path: Path) -> None:
    own = shutil.copytree(repository, tmp_path / "repository")
    write_tiny_int8(own, "heatmap_detector")
    with pytest.raises(EngineError, match=r"detr/1/model_int8\.onnx is missing: `sideline export detr --int8`"):
        write_repository("int8", Sources(own, tmp_path), tmp_path / "out")
    write_tiny_int8(own, "detr")
    shutil.copy(own / "detr" / "1" / "model_int8.onnx", own / "detr" / "1" / "model.onnx")
    with pytest.raises(EngineError, match=r"model_int8\.onnx was made from another model\.onnx"):
        write_repository("int8", Sources(own, tmp_path), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_profile_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    for profile in ("gpu", "cpu"):
        write_repository(profile, _sources(tmp_path), tmp_path / "out")
    assert _config(tmp_path / "out", "detr").instance_group[0].kind == pb.ModelInstanceGroup.KIND_CPU
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letters.txt").write_text("dear …")
    with pytest.raises(ConfigError, match="holds something else than a model repository"):
        write_repository("cpu", _sources(tmp_path), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letters.txt"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot be written \(.*name another with --out"):
        write_repository("cpu", _sources(tmp_path), tmp_path / "file" / "out")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ConfigError, match=r"cannot be written \(No space left on device\): make space"):
        write_repository("cpu", _sources(tmp_path), tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_an_engine_of_another_model_under_a_right_name_is_refused(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(MODEL_REPOSITORY, repository, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(repository / "heatmap_detector" / "1" / "model.onnx", repository / "detr" / "1" / "model.onnx")
    with pytest.raises(EngineError, match="is not the engine detr"):
        write_repository("gpu", Sources(repository, tmp_path), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["repository"]
