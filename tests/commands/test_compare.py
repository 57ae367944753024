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
    seven, motip = ["baseline", "merged_encoder", "category_head"], ["motip", "motip_graph", "motip_temporal"]
    assert choose_contenders(["path_a", "migration"]) == ["path_a", *seven, *motip, "path_b", "path_b+resolver"]


def test_baseline_and_path_b_track_one_match_and_the_resolver_names_path_bs_tracks(
    tmp_path: Path, repository: Path
) -> None:
    record_match(Match.create(1, "oak_arena", 1.0, 25.0), tmp_path / "match")
    options = ["--match", str(tmp_path / "match"), "--out", str(tmp_path / "out"), "--repository", str(repository)]
    command = ["compare", "baseline", "path_b", "path_b+resolver", *options]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    assert "hota_1m" in result.output and "frame pairs a second" in result.output
    contenders = json.loads((tmp_path / "out" / "comparison.json").read_text())["contenders"]
    assert {name: each["answered_frames"] for name, each in contenders.items()} == dict.fromkeys(command[1:4], 25)
    before, after = contenders["path_b"], contenders["path_b+resolver"]
    assert (after["fps"], after["hota_1m"]) == (before["fps"], before["hota_1m"]), "nothing is tracked twice"
    assert all(set(each["named_seconds"]) == {"right", "wrong"} for each in contenders.values())
