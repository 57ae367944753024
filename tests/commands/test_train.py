"""`sideline train detr` and `sideline train validate` on a drawn match."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from typer.testing import CliRunner, Result

from sideline.cli import app
from sideline.errors import TrainingError
from sideline.networks.detr import KeypointDetr
from sideline.training.detr_validation import validate_detr
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.panoramas import Shard, save_shard
from tests.training.shards import draw_shard, truth_of

_RUNNER = CliRunner()
_ONE_THREAD = ("--threads", "1")


def _train(*arguments: str | Path) -> Result:
    return _RUNNER.invoke(app, ["train", *map(str, arguments), *_ONE_THREAD])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    save_shard(draw_shard(0), folder / "000000")
    return folder


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector that is random and says so: most scores are about 0.01."""
    folder = tmp_path_factory.mktemp("run")
    torch.manual_seed(3)
    network = KeypointDetr()
    train(network, lambda step: {"loss": network.start.weight.square().mean()}, Schedule(steps=1), folder)
    return folder / "last.pt"


@pytest.fixture(scope="module")
def seen(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A match of one person where the random detector happens to have a query, and one far from all of them."""
    images = draw_shard(0, frames=2).images
    with torch.no_grad():
        layer = load_averaged(KeypointDetr(), checkpoint).eval()(torch.from_numpy(images[:1])).layers[-1]
    queries = layer.points_px[0].numpy()
    grid = np.stack(np.meshgrid(np.arange(0, 640, 20), np.arange(0, 320, 20)), axis=-1).reshape(-1, 2)
    far = grid[cdist(grid, queries).min(1).argmax()]
    points = np.tile([queries[0], far], (2, 1, 1))
    everybody = np.ones((2, 2), np.bool_)
    folder = tmp_path_factory.mktemp("seen")
    save_shard(Shard(images, truth_of(points, everybody, ~everybody)), folder / "000000")
    return folder


def test_validate_prints_every_score_of_the_checkpoint_at_the_threshold(seen: Path, checkpoint: Path) -> None:
    expected = asdict(validate_detr(load_averaged(KeypointDetr(), checkpoint), seen, 1e-4))
    assert expected["recall"] > 0, "something is found, so that data, weights and threshold matter"
    result = _train("validate", "--data", seen, "--detr", checkpoint, "--threshold", 1e-4)
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    assert lines == [[name, f"{value:.3f}"] for name, value in expected.items()]
    assert [name for name, _ in lines] == ["recall", "precision", "error_m_median", "error_m_p90", "retrieval"]


def test_validate_finds_nothing_above_a_threshold_that_no_score_reaches(data: Path, checkpoint: Path) -> None:
    result = _train("validate", "--data", data, "--detr", checkpoint, "--threshold", 1.0)
    assert [line.split()[1] for line in result.output.splitlines()] == ["0.000", "0.000", "nan", "nan", "0.000"]


def test_validate_without_a_checkpoint_says_what_to_run(data: Path, tmp_path: Path) -> None:
    result = _train("validate", "--data", data, "--detr", tmp_path / "last.pt")
    assert isinstance(result.exception, TrainingError)
    assert "run sideline train first" in str(result.exception)


def test_a_detector_starts_from_the_weights_of_the_checkpoint_it_is_given(
    data: Path, checkpoint: Path, tmp_path: Path
) -> None:
    # At a rate that moves nothing by more than 1e-6 a step, and the first of 200 warming up.
    options = ("--data", data, "--steps", 1, "--batch", 2, "--learning-rate", 1e-6)
    given = load_averaged(KeypointDetr(), checkpoint).start.weight
    for name, extra in (("fine", ("--start-from", checkpoint)), ("fresh", ())):
        result = _train("detr", "--out", tmp_path / name, *options, *extra)
        assert result.exit_code == 0, result.output
    fine, fresh = (
        load_averaged(KeypointDetr(), tmp_path / name / "last.pt").start.weight for name in ("fine", "fresh")
    )
    torch.testing.assert_close(fine, given, atol=1e-5, rtol=0)
    assert not torch.allclose(fresh, given, atol=1e-3)


def test_a_checkpoint_that_is_not_there_cannot_be_started_from(data: Path, tmp_path: Path) -> None:
    result = _train("detr", "--data", data, "--out", tmp_path / "out", "--start-from", tmp_path / "last.pt")
    assert isinstance(result.exception, TrainingError)
    assert "there is no checkpoint" in str(result.exception)
