"""`sideline simulate` writes a match folder and refuses what it cannot do."""

from pathlib import Path

from typer.testing import CliRunner

from sideline.cli import app
from sideline.errors import SimulationError
from sideline.simulator.venues import VENUES

_RUNNER = CliRunner()


def test_one_second_becomes_a_match_folder(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    result = _RUNNER.invoke(app, ["simulate", "--seconds", "1", "--fps", "10", "--out", str(out)])
    assert result.exit_code == 0, result.output
    names = {"left.mp4", "right.mp4", "rig.toml", "truth.parquet", "roster.toml", "match.toml"}
    assert {path.name for path in out.iterdir()} == names
    again = _RUNNER.invoke(app, ["simulate", "--seconds", "1", "--out", str(out)])
    assert isinstance(again.exception, SimulationError)
    assert "--force" in str(again.exception)


def test_an_unknown_venue_is_an_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    result = _RUNNER.invoke(app, ["simulate", "--venue", "garden", "--out", str(tmp_path / "demo")])
    assert isinstance(result.exception, SimulationError)
    assert "grey_centre" in str(result.exception)
    assert not (tmp_path / "demo").exists()


def test_the_help_names_every_venue() -> None:
    help_text = _RUNNER.invoke(app, ["simulate", "--help"], env={"COLUMNS": "200"}).output
    assert all(name in help_text for name in VENUES)
