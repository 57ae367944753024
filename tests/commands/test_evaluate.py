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


def test_an_absent_folder_is_an_error_that_says_what_to_do(app: typer.Typer, folders: list[str]) -> None:
    result = CliRunner().invoke(app, [folders[0], "nowhere"])
    assert isinstance(result.exception, EvaluationError)
    assert "`sideline simulate`" in str(result.exception)


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = "import sys, sideline.cli; sys.exit(any(m in sys.modules for m in ('trackeval', 'pyarrow', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
