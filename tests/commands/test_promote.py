"""`sideline models promote`: its gates on real files and a real server."""

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from sideline.cli import app
from sideline.collection.check import engine_path
from sideline.commands.promote import _judge
from sideline.commands.simulate import simulate
from sideline.deployment.files import hash_file
from sideline.errors import CollectionError, ConfigError, TrainingError
from sideline.serving.installation import MODEL_REPOSITORY, PROJECT_ROOT


def test_a_served_repository_is_judged_on_a_match_and_its_engines_are_noted(repository: Path, tmp_path: Path) -> None:
    match = tmp_path / "match"
    simulate(out=match, seed=800_400, seconds=1.0, venue="oak_arena", fps=25.0, force=False)
    judgement = _judge(Console(), repository, match=match, ensemble="path_b", frames=6)
    assert judgement.match == "match"
    assert judgement.engines["detr"] == hash_file(engine_path(repository, "detr"))
    assert 0 <= judgement.figures["hota_1m"] < 1
    assert not {path.name for path in match.iterdir()} & {"run", "tracks.jsonl"}


def test_a_candidate_without_checkpoint_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    candidate = engine_path(tmp_path / "candidates", "crop_encoder")
    candidate.parent.mkdir(parents=True)
    candidate.write_bytes(engine_path(MODEL_REPOSITORY, "crop_encoder").read_bytes())
    (tmp_path / "truth.parquet").touch()
    before = (PROJECT_ROOT / "models.yaml").read_bytes()
    arguments = ["models", "promote", str(tmp_path / "candidates"), "--match", str(tmp_path), "--runs", str(tmp_path)]
    result = CliRunner().invoke(app, [*arguments, "--collection", str(PROJECT_ROOT / "models.yaml")])
    assert isinstance(result.exception, TrainingError)
    assert "there is no checkpoint" in str(result.exception)
    assert (PROJECT_ROOT / "models.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (("--path", "c"), ConfigError, "no path 'c'"),
        ((), CollectionError, "holds no engine"),
    ],
)
def test_unusable_arguments_are_refused_at_once(
    tmp_path: Path, options: tuple[str, ...], error: type[Exception], message: str
) -> None:
    result = CliRunner().invoke(app, ["models", "promote", str(tmp_path), *options])
    assert isinstance(result.exception, error)
    assert message in str(result.exception)
