"""`sideline compare` on real servers with tiny engines, and what it refuses."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sideline.cli import app
from sideline.errors import ConfigError
from sideline.simulator.match import Match
from sideline.simulator.recording import record_match


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["baseline"], "give two or more, each once; choose among path_a, path_b, baseline"),
        (["path_b", "path_b"], "give two or more, each once"),
        (["path_b", "path_c"], "there is no path_c"),
    ],
)
def test_what_cannot_be_compared_is_named(names: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        CliRunner().invoke(app, ["compare", *names], catch_exceptions=False)


def test_the_baseline_and_path_b_track_one_match_and_stand_side_by_side(tmp_path: Path, repository: Path) -> None:
    record_match(Match.create(1, "oak_arena", 1.0, 25.0), tmp_path / "match")
    options = ["--match", str(tmp_path / "match"), "--out", str(tmp_path / "out"), "--repository", str(repository)]
    result = CliRunner().invoke(app, ["compare", "baseline", "path_b", *options], env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    assert "hota_1m" in result.output and "frame pairs a second" in result.output
    contenders = json.loads((tmp_path / "out" / "comparison.json").read_text())["contenders"]
    assert {name: each["answered_frames"] for name, each in contenders.items()} == {"baseline": 25, "path_b": 25}
