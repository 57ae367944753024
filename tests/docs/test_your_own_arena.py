"""docs/your_own_arena.md: its files can be used, and its commands and options exist."""

import re
import shlex
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from sideline.arena.court import Court
from sideline.arena.landmarks import landmarks_m
from sideline.arena.panorama import Panorama
from sideline.arena.rig import Rig, load_rig, parse_rig
from sideline.cli import app

_PAGE = (Path(__file__).parents[2] / "docs" / "your_own_arena.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", _PAGE, re.DOTALL | re.MULTILINE)


def _commands() -> list[str]:
    return [line for block in _blocks("bash") for line in block.splitlines() if line.startswith("sideline ")]


@pytest.fixture
def rig() -> Rig:
    return parse_rig(_blocks("toml")[1])


def test_the_rig_file_can_be_used(rig: Rig) -> None:
    assert rig.arena == "Riverside hall"
    assert Panorama.of(rig).centre_m[1] == pytest.approx(8.6, abs=0.1)


def test_the_landmarks_give_the_rig_file(rig: Rig, tmp_path: Path) -> None:
    landmarks, out = tmp_path / "landmarks.toml", tmp_path / "rig.toml"
    landmarks.write_text(_blocks("toml")[0])
    result = CliRunner().invoke(app, ["calibrate", str(landmarks), "--out", str(out)])
    assert result.exit_code == 0, result.output
    for side in ("left", "right"):
        assert load_rig(out).camera(side).centre_m == pytest.approx(rig.camera(side).centre_m, abs=0.01)


def test_the_annotations_can_be_imported(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text(rig.to_toml())
    annotations = tmp_path / "annotations.csv"
    annotations.write_text(_blocks("csv")[0])
    result = CliRunner().invoke(app, ["import-annotations", str(annotations), str(tmp_path)])
    assert result.exit_code == 0, result.output
    rows = {
        (row["frame_index"], row["person_id"]): row for row in pq.read_table(tmp_path / "truth.parquet").to_pylist()
    }
    assert len(rows) == 8
    assert (rows[0, 4]["x_m"], rows[0, 4]["z_m"]) == pytest.approx((-6.2, 1.1), abs=0.02)
    assert (rows[0, 90]["x_m"], rows[0, 90]["z_m"]) == pytest.approx((-0.6, 2.0), abs=0.02)


@pytest.mark.parametrize("line", _commands())
def test_a_command_exists_with_its_options(line: str) -> None:
    command = typer.main.get_command(app)
    name, *arguments = shlex.split(line)
    while hasattr(command, "commands"):
        name, *arguments = arguments
        command = command.commands[name]
    command.make_context(name, arguments).close()


def test_the_page_shows_every_step() -> None:
    steps = {" ".join(line.split()[1:3]) for line in _commands()}
    assert {"calibrate landmarks.toml", "import-annotations annotations.csv", "train data", "train detr"} <= steps
    assert {"export detr", "export id_decoder", "train trajectories", "train id_decoder"} <= steps


def test_every_landmark_is_in_the_table() -> None:
    patterns = re.findall(r"`([A-Za-z_]+)`", _PAGE)
    named = {
        pattern.replace("END", end).replace("SIDE", side)
        for pattern in patterns
        for end in ("left", "right")
        for side in ("far", "near")
    }
    assert set(landmarks_m(Court())) <= named
