"""`sideline compare` on real servers with tiny engines, and what it refuses."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sideline.cli import app
from sideline.commands.compare import choose_contenders
from sideline.errors import ConfigError
from sideline.simulator.match import Match
from sideline.simulator.recording import record_match


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["baseline"], "give two or more, each once; choose among path_a, baseline, merged_encoder, .* or migration"),
        (["path_b", "path_b"], "give two or more, each once"),
        (["migration", "motip"], "give two or more, each once"),
        (["path_b", "path_c"], "there is no path_c"),
        (["path_b", "resolver"], r"there is no resolver; .* each with or without \+resolver"),
    ],
)
def test_what_cannot_be_compared_is_named(names: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        CliRunner().invoke(app, ["compare", *names], catch_exceptions=False)


def test_migration_stands_for_every_step_up_to_the_resolver() -> None:
    steps = ["baseline", "merged_encoder", "category_head", "motip", "motip_graph", "path_b", "path_b+resolver"]
    assert choose_contenders(["path_a", "migration"]) == ["path_a", *steps]


def test_every_step_of_the_migration_tracks_one_match_on_a_server_of_its_own(tmp_path: Path, repository: Path) -> None:
    record_match(Match.create(1, "oak_arena", 0.4, 25.0), tmp_path / "match")
    options = ["--match", str(tmp_path / "match"), "--out", str(tmp_path / "out"), "--repository", str(repository)]
    result = CliRunner().invoke(app, ["compare", "migration", *options], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "hota_1m" in result.output and "frame pairs a second" in result.output
    contenders = json.loads((tmp_path / "out" / "comparison.json").read_text())["contenders"]
    assert {name: each["answered_frames"] for name, each in contenders.items()} == dict.fromkeys(
        choose_contenders(["migration"]), 10
    )
    # One encoder or three of it say the same of a crop, so nothing but speed may differ.
    judged = [{**contenders[name], "fps": 0} for name in ("baseline", "merged_encoder", "category_head")]
    assert judged[0] == judged[1] == judged[2]
    assert all(set(each["named_seconds"]) == {"right", "wrong"} for each in contenders.values())
