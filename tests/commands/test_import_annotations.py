"""`sideline import-annotations` writes the truth once, and again only by force."""

from pathlib import Path

from typer.testing import CliRunner

from sideline.cli import app
from tests.client.videos import small_rig
from tests.training.matches import write_csv


def test_the_truth_is_written_and_not_replaced_by_accident(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text(small_rig().to_toml())
    arguments = ["import-annotations", str(write_csv(tmp_path, [0, 1])), str(tmp_path)]
    first = CliRunner().invoke(app, arguments)
    assert first.exit_code == 0, first.output
    assert (tmp_path / "truth.parquet").is_file()
    assert "--force" in str(CliRunner().invoke(app, arguments).exception)
    assert CliRunner().invoke(app, [*arguments, "--force"]).exit_code == 0
