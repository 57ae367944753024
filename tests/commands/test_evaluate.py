"""The command on small folders: table, JSON and errors."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sideline.commands.evaluate import evaluate
from sideline.errors import EvaluationError
from tests.evaluation.scenes import stand, write_run, write_truth


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(evaluate)
    return app


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    write_truth(tmp_path / "match", stand(1, 0))
    write_run(tmp_path / "run", stand(1, 0.3, range(8)), dict.fromkeys(range(10), "OK"))
    return [str(tmp_path / "run"), str(tmp_path / "match")]


def test_json_is_one_object_and_nothing_else(app: typer.Typer, folders: list[str]) -> None:
    report = json.loads(CliRunner().invoke(app, [*folders, "--json"]).stdout)
    assert report["recall"] == 0.8
    assert report["foot_point_error_m"]["median"] == pytest.approx(0.3, abs=1e-6)


def test_the_table_names_every_figure(app: typer.Typer, folders: list[str]) -> None:
    table = CliRunner().invoke(app, folders).stdout
    assert "10 of 10 frames answered" in table
    for row in ("HOTA (τ = 1 m)", "HOTA (τ = 5 m)", "IDF1", "identity switches", "recall", "precision", "0.300 m"):
        assert row in table


def test_the_table_shows_tracks_beside_micro_tracks_and_what_they_are_called(app: typer.Typer, tmp_path: Path) -> None:
    write_truth(tmp_path / "match", stand(1, 0), people={1: ("away", "7")})
    rows = stand(1, 0, range(5)) + stand(2, 0, range(5, 10))
    write_run(tmp_path / "run", rows, dict.fromkeys(range(10), "OK"), {1: 3, 2: 3}, {3: ("A", 7)})
    table = CliRunner().invoke(app, [str(tmp_path / "run"), str(tmp_path / "match")], env={"COLUMNS": "120"}).stdout
    shown = {" ".join(line.replace("│", " ").split()) for line in table.splitlines()}
    assert {"IDF1 1.000 0.500 1.000", "AssA (τ = 1 m) 1.000 0.500 1.000"} <= shown
    assert {"team per track (A, B: the better naming) 1.000", "number right, of 1 player tracks 1.000"} <= shown
    assert {"number given (coverage) 1.000", "GS-HOTA (τ = 5 m) 1.000"} <= shown


def test_an_absent_folder_is_an_error_that_says_what_to_do(app: typer.Typer, folders: list[str]) -> None:
    result = CliRunner().invoke(app, [folders[0], "nowhere"])
    assert isinstance(result.exception, EvaluationError)
    assert "`sideline simulate`" in str(result.exception)


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = "import sys, sideline.cli; sys.exit(any(m in sys.modules for m in ('trackeval', 'pyarrow', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
