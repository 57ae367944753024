"""Training the detector end to end on drawn shards, and its validation on detections placed by hand."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from sideline.errors import TrainingError
from sideline.networks.detr import Detections, DetrOutput, KeypointDetr
from sideline.training.detr import train_detr, validate_detr
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.panoramas import Shard, save_shard
from tests.training.shards import draw_shard, truth_of

CPU = torch.device("cpu")


def test_a_few_steps_and_a_resumed_one_leave_a_log_and_weights_that_load(tmp_path: Path) -> None:
    for seed in range(2):
        save_shard(draw_shard(seed), tmp_path / "data" / f"{seed:06d}")
    out = tmp_path / "out"
    train_detr(tmp_path / "data", out, Schedule(steps=2, learning_rate=1e-4), batch=2, device=CPU)
    average = train_detr(tmp_path / "data", out, Schedule(steps=3, learning_rate=1e-4), batch=2, device=CPU)
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert {"heatmap", "score0", "point0", "score2", "point2", "appearance"} <= set(rows[0])
    assert all(math.isfinite(value) for row in rows for value in row.values())
    served = load_averaged(KeypointDetr(), out / "last.pt")
    for mine, theirs in zip(served.parameters(), average.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_new_run_starts_from_the_averaged_weights_of_another_and_a_resumed_one_from_its_own(tmp_path: Path) -> None:
    for name, seed in (("mine", 1), ("other", 2)):
        torch.manual_seed(seed)
        network = KeypointDetr()
        train(network, lambda step, n=network: {"loss": n.start.weight.sum()}, Schedule(steps=1), tmp_path / name)
    save_shard(draw_shard(0), tmp_path / "data" / "000000")
    other = load_averaged(KeypointDetr(), tmp_path / "other" / "last.pt").start.weight
    mine = load_averaged(KeypointDetr(), tmp_path / "mine" / "last.pt").start.weight
    for folder, expected in (("new", other), ("mine", mine)):
        trained = train_detr(
            tmp_path / "data", tmp_path / folder, Schedule(steps=0), 2, CPU, start_from=tmp_path / "other" / "last.pt"
        )
        assert torch.equal(trained.start.weight, expected)
    assert not torch.equal(mine, other)


def test_a_folder_without_shards_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no shards; make some with"):
        train_detr(tmp_path, tmp_path / "out", Schedule(steps=1), batch=2, device=CPU)


class PlacedDetections(nn.Module):
    """A detector that answers the same points and scores whatever it sees, and the given appearances in turn."""

    def __init__(self, points_px: list[list[float]], logits: list[float], *appearances: Tensor) -> None:
        super().__init__()
        self.layer = Detections(torch.tensor([logits]).unsqueeze(-1), torch.tensor([points_px]))
        self.appearances = itertools.cycle(appearances)

    def forward(self, image: Tensor) -> DetrOutput:
        nothing = torch.zeros(1, 1, 1, 1)
        return DetrOutput(nothing, nothing, [self.layer], next(self.appearances).unsqueeze(0))


def _save_still_match(folder: Path, frames: int = 2) -> None:
    """Three required people, 200 px apart, and an ignored one; 2 cm a pixel across, 4 cm down."""
    points = np.tile([[100, 100], [300, 100], [500, 100], [700, 100]], (frames, 1, 1))
    required = np.tile([True, True, True, False], (frames, 1))
    images = np.zeros((frames, 8, 8, 3), np.uint8)
    save_shard(Shard(images, truth_of(points, required, ~required)), folder / "000001")


def test_validation_by_hand(tmp_path: Path) -> None:
    # Found 5 px = 0.1 m and 5 rows = 0.2 m off; the third is missed by 30 px = 0.6 m, which is also a false alarm;
    # the ignored person is found, which counts for nothing; the last detection is below the threshold.
    _save_still_match(tmp_path)
    points = [[105.0, 100.0], [300.0, 105.0], [530.0, 100.0], [700.0, 100.0], [900.0, 400.0]]
    network = PlacedDetections(points, [3.0, 3.0, 3.0, 3.0, -3.0], torch.eye(5, 192))
    scores = validate_detr(network, tmp_path)
    assert scores.recall == pytest.approx(2 / 3)
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.error_m_median == pytest.approx(0.15, abs=1e-4)
    assert scores.error_m_p90 == pytest.approx(0.2, abs=1e-4)
    assert scores.retrieval == 1.0


def test_a_second_detection_of_one_person_is_a_false_alarm(tmp_path: Path) -> None:
    _save_still_match(tmp_path)
    network = PlacedDetections([[100.0, 100.0], [102.0, 100.0]], [3.0, 3.0], torch.eye(2, 192))
    scores = validate_detr(network, tmp_path)
    assert scores.precision == pytest.approx(1 / 2)
    assert scores.recall == pytest.approx(1 / 3)


def test_retrieval_fails_where_everybody_looks_like_the_first(tmp_path: Path) -> None:
    # The nearest among equals is the first row of the other frame: right for one person of three.
    _save_still_match(tmp_path)
    points = [[100.0, 100.0], [300.0, 100.0], [500.0, 100.0]]
    network = PlacedDetections(points, [3.0] * 3, torch.ones(3, 192))
    assert validate_detr(network, tmp_path).retrieval == pytest.approx(1 / 3)


def test_retrieval_looks_in_other_frames_only(tmp_path: Path) -> None:
    # In the second frame everybody looks like their neighbour did in the first.
    _save_still_match(tmp_path)
    points = [[100.0, 100.0], [300.0, 100.0], [500.0, 100.0]]
    network = PlacedDetections(points, [3.0] * 3, torch.eye(3, 192), torch.eye(3, 192).roll(1, dims=0))
    assert validate_detr(network, tmp_path).retrieval == 0


def test_a_detector_that_finds_nothing_has_recall_zero_and_no_error(tmp_path: Path) -> None:
    _save_still_match(tmp_path)
    scores = validate_detr(PlacedDetections([[100.0, 100.0]], [-3.0], torch.eye(1, 192)), tmp_path)
    assert (scores.recall, scores.precision, scores.retrieval) == (0, 0, 0)
    assert math.isnan(scores.error_m_median)
