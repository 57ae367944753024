"""The volume of a container: laid out once for each collection, refused before anything is served."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sideline.errors import ServerError
from sideline.serving import volume as volumes
from sideline.serving.volume import prepare_volume


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "image"
    engine = folder / "model_repository" / "detr" / "1" / "model.onnx"
    engine.parent.mkdir(parents=True)
    engine.write_bytes(b"engine")
    (folder / "models.yaml").write_text("models: {}\n")
    (folder / "model_repository" / "detr" / "config.pbtxt").write_text('name: "detr"\n')
    step = folder / "model_repository" / "a" / "1" / "model.py"
    step.parent.mkdir(parents=True)
    step.write_text('"""A step."""\n')
    return folder


def test_the_first_start_copies_the_repository_and_later_ones_keep_what_was_promoted(
    project: Path, tmp_path: Path
) -> None:
    repository = prepare_volume(tmp_path / "volume", project)
    engine = repository / "detr" / "1" / "model.onnx"
    assert engine.read_bytes() == b"engine"
    assert (repository.parent / "models.yaml").read_text() == "models: {}\n"
    engine.write_bytes(b"promoted")
    assert prepare_volume(tmp_path / "volume", project) == repository
    assert engine.read_bytes() == b"promoted"


@pytest.mark.parametrize(
    "changed", ["models.yaml", "model_repository/detr/config.pbtxt", "model_repository/a/1/model.py"]
)
def test_another_image_has_its_own_folder_and_the_old_one_finds_its_own_again(
    project: Path, tmp_path: Path, changed: str
) -> None:
    old = prepare_volume(tmp_path / "volume", project)
    before = (project / changed).read_text()
    (project / changed).write_text(before + "# newer\n")
    new = prepare_volume(tmp_path / "volume", project)
    assert new != old
    assert "# newer" in (new.parent / changed).read_text()
    (project / changed).write_text(before)
    assert prepare_volume(tmp_path / "volume", project) == old
    assert sorted(path.name for path in (tmp_path / "volume").iterdir()) == sorted([old.parent.name, new.parent.name])


def test_a_volume_that_is_no_folder_is_refused_with_the_cure(project: Path, tmp_path: Path) -> None:
    (tmp_path / "volume").write_text("a file")
    with pytest.raises(ServerError, match=r"volume cannot be written .*: mount it read-write"):
        prepare_volume(tmp_path / "volume", project)


def test_a_volume_without_space_is_refused_and_nothing_is_left_there(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volumes, "SPACE_FACTOR", 2**60)
    with pytest.raises(ServerError, match=r"MiB free, .* are needed: enlarge it"):
        prepare_volume(tmp_path / "volume", project)
    assert list((tmp_path / "volume").iterdir()) == []


def test_a_copy_that_breaks_off_leaves_no_half_folder(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", break_off)
        with pytest.raises(ServerError, match="No space left on device"):
            prepare_volume(tmp_path / "volume", project)
    assert list((tmp_path / "volume").iterdir()) == []
    assert prepare_volume(tmp_path / "volume", project).is_dir()


def test_serve_with_a_volume_that_cannot_be_written_ends_with_status_2_before_it_starts(tmp_path: Path) -> None:
    (tmp_path / "volume").write_text("a file")
    command = [str(Path(sys.executable).with_name("sideline")), "serve", "--volume", str(tmp_path / "volume")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "starting" not in done.stdout
