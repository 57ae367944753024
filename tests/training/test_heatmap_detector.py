"""Training the heatmap detector end to end on drawn shards, and its figures on peaks placed by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from sideline.errors import TrainingError
from sideline.networks.detr import KeypointDetr
from sideline.networks.heatmap_detector import Heatmap, HeatmapDetector
from sideline.training.heatmap_detector import train_heatmap_detector
from sideline.training.heatmap_validation import measure_heatmap
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.panoramas import Shard, save_shard
from tests.training.shards import draw_shard, truth_of

CPU = torch.device("cpu")


def test_training_goes_on_from_a_detrs_weights_and_leaves_a_checkpoint(tmp_path: Path) -> None:
    torch.manual_seed(1)
    detr = KeypointDetr()
    train(detr, lambda step: {"loss": detr.start.weight.sum()}, Schedule(steps=1), tmp_path / "detr")
    save_shard(draw_shard(0), tmp_path / "data" / "000000")
    start, out = tmp_path / "detr" / "last.pt", tmp_path / "out"
    untouched = train_heatmap_detector(tmp_path / "data", tmp_path / "none", Schedule(steps=0), 2, CPU, start)
    assert torch.equal(untouched.offsets.weight, load_averaged(KeypointDetr(), start).offsets.weight)
    trained = train_heatmap_detector(tmp_path / "data", out, Schedule(steps=2, learning_rate=1e-3), 2, CPU, start)
    assert [set(json.loads(line)) for line in (out / "log.jsonl").read_text().splitlines()] == [
        {"step", "seconds", "heatmap", "offset"}
    ] * 2
    served = load_averaged(HeatmapDetector(), out / "last.pt")
    assert torch.equal(served.offsets.weight, trained.offsets.weight)


def test_a_folder_without_shards_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no shards; make some with"):
        train_heatmap_detector(tmp_path, tmp_path / "out", Schedule(steps=1), batch=2, device=CPU)


class PlacedPeaks(nn.Module):
    """Cells (row, column, logit) whatever it sees."""

    def __init__(self, *cells: tuple[int, int, float]) -> None:
        super().__init__()
        self.logits = torch.full((1, 1, 128, 256), -9.0)
        for row, column, logit in cells:
            self.logits[0, 0, row, column] = logit

    def forward(self, image: Tensor) -> Heatmap:
        return Heatmap(self.logits, torch.zeros(1, 2, 128, 256))


def test_figures_by_hand_at_two_thresholds(tmp_path: Path) -> None:
    # Centres of cells lie at 4k + 1.5. The first person is found exactly, at 0.88; the second 5 px = 0.1 m off, at
    # 0.62, beside a false alarm of 0.62; the third is missed; the ignored one counts for nothing.
    people = np.tile([[101.5, 101.5], [306.5, 101.5], [501.5, 101.5], [701.5, 301.5]], (2, 1, 1))
    required = np.tile([True, True, True, False], (2, 1))
    save_shard(Shard(np.zeros((2, 8, 8, 3), np.uint8), truth_of(people, required, ~required)), tmp_path / "000001")
    network = PlacedPeaks((25, 25, 2.0), (25, 75, 0.5), (25, 225, 0.5), (75, 175, 3.0))
    low, high = measure_heatmap(network, tmp_path, thresholds=(0.5, 0.7))
    assert (low.threshold, high.threshold) == (0.5, 0.7)
    assert (low.recall, low.precision) == pytest.approx((2 / 3, 2 / 3))
    assert (high.recall, high.precision) == pytest.approx((1 / 3, 1.0))
    assert (low.f1, high.f1) == pytest.approx((2 / 3, 0.5))
    assert (low.error_m_median, high.error_m_p90) == pytest.approx((0.05, 0.0), abs=1e-3)
