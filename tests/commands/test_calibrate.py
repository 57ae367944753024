"""`sideline calibrate` writes a rig that fits, draws the check pictures, and refuses what it cannot use."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from sideline.arena.rig import Rig, load_rig
from sideline.cli import app
from sideline.errors import RigError, SourceError
from sideline.simulator.rigs import draw_rig
from sideline.simulator.venues import TRAINING_VENUES
from tests.arena.marks import landmark_toml, mark_landmarks

_RUNNER = CliRunner()
_WIDE = {"COLUMNS": "200"}


@pytest.fixture
def rig() -> Rig:
    return draw_rig(TRAINING_VENUES[0], np.random.default_rng(5))


@pytest.fixture
def landmarks(rig: Rig, tmp_path: Path) -> Path:
    path, rng = tmp_path / "landmarks.toml", np.random.default_rng(5)
    path.write_text(landmark_toml(rig, mark_landmarks(rig.left, rng), mark_landmarks(rig.right, rng)))
    return path


def _pictures(folder: Path, width_px: int = 1280) -> list[str]:
    paths = [str(folder / f"{side}.png") for side in ("left", "right")]
    for path in paths:
        cv2.imwrite(path, np.zeros((720, width_px, 3), np.uint8))
    return paths


def test_the_rig_puts_both_cameras_where_they_stand(rig: Rig, landmarks: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "rig.toml"
    result = _RUNNER.invoke(app, ["calibrate", str(landmarks), "--out", str(out)], env=_WIDE)
    assert result.exit_code == 0, result.output
    again = load_rig(out)
    for side in ("left", "right"):
        assert again.camera(side).centre_m == pytest.approx(rig.camera(side).centre_m, abs=0.25)
    assert "left_far_corner" in result.output
    assert "100 % of the floor" in result.output
    assert "suspicious" not in result.output


def test_a_wrong_landmark_is_named(landmarks: Path, tmp_path: Path) -> None:
    lines = landmarks.read_text().splitlines()
    row = next(index for index, line in enumerate(lines) if line.startswith("left_near_key_corner"))
    lines[row] = "left_near_key_corner = [640.0, 100.0]"
    landmarks.write_text("\n".join(lines))
    result = _RUNNER.invoke(app, ["calibrate", str(landmarks), "--out", str(tmp_path / "rig.toml")], env=_WIDE)
    suspicious = [line for line in result.output.splitlines() if "suspicious" in line]
    assert len(suspicious) == 1
    assert "left_near_key_corner" in suspicious[0]


def test_the_lines_are_drawn_where_the_camera_shows_them(rig: Rig, landmarks: Path, tmp_path: Path) -> None:
    out = tmp_path / "rig.toml"
    result = _RUNNER.invoke(app, ["calibrate", str(landmarks), "--out", str(out), "--picture", *_pictures(tmp_path)])
    assert result.exit_code == 0, result.output
    for side in ("left", "right"):
        drawn = cv2.imread(str(tmp_path / f"rig_{side}.png"))
        column, row = rig.camera(side).project(np.array([[0.0, 0.0, -3.0]]))[0].round().astype(int)
        assert drawn[row - 2 : row + 3, column - 2 : column + 3].any()
        assert not drawn[row - 8 : row + 9, column + 6 : column + 12].any()


def test_a_picture_of_another_size_is_refused(landmarks: Path, tmp_path: Path) -> None:
    pictures = _pictures(tmp_path, width_px=640)
    result = _RUNNER.invoke(
        app, ["calibrate", str(landmarks), "--out", str(tmp_path / "r.toml"), "--picture", *pictures]
    )
    assert isinstance(result.exception, RigError)
    assert "640×720" in str(result.exception)


def test_a_picture_that_is_none_is_refused(landmarks: Path, tmp_path: Path) -> None:
    picture = str(tmp_path / "no.png")
    arguments = ["calibrate", str(landmarks), "--out", str(tmp_path / "r.toml"), "--picture", picture, picture]
    assert isinstance(_RUNNER.invoke(app, arguments).exception, SourceError)


def test_an_existing_rig_is_replaced_only_by_force(landmarks: Path, tmp_path: Path) -> None:
    out = tmp_path / "rig.toml"
    out.write_text("precious")
    arguments = ["calibrate", str(landmarks), "--out", str(out)]
    assert "--force" in str(_RUNNER.invoke(app, arguments).exception)
    assert out.read_text() == "precious"
    assert _RUNNER.invoke(app, [*arguments, "--force"]).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[left]\nwidth_px = 1280", "[left]\nwidth_px = 320", "left camera: .* lies outside the image of 320×720"),
        ("[right]\nwidth_px = 1280\n", "[right]\n", "right.width_px: field required"),
        ("arena =", "arena :", "not valid TOML"),
        ("left_far_corner", "far_left_corner", "left camera: there is no landmark 'far_left_corner'"),
    ],
)
def test_a_faulty_landmark_file_is_refused(landmarks: Path, old: str, new: str, message: str) -> None:
    landmarks.write_text(landmarks.read_text().replace(old, new))
    result = _RUNNER.invoke(app, ["calibrate", str(landmarks), "--out", str(landmarks.with_name("rig.toml"))])
    with pytest.raises(RigError, match=message):
        raise result.exception or AssertionError(result.output)


def test_an_absent_landmark_file_is_named(tmp_path: Path) -> None:
    result = _RUNNER.invoke(app, ["calibrate", str(tmp_path / "no.toml"), "--out", str(tmp_path / "rig.toml")])
    assert "no.toml" in str(result.exception)
