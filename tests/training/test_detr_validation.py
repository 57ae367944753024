"""Validation of the detector on detections placed by hand."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from sideline.networks.detr import Detections, DetrOutput
from sideline.training.detr_validation import validate_detr
from sideline.training.panoramas import Shard, save_shard
from tests.training.shards import truth_of


class PlacedDetections(nn.Module):
    """A detector that answers the same points and scores whatever it sees, and the given appearances in turn."""

    def __init__(self, points_px: list[list[float]], logits: list[float], *appearances: Tensor) -> None:
        super().__init__()
        self.layer = Detections(torch.tensor([logits]).unsqueeze(-1), torch.tensor([points_px]))
        self.appearances = itertools.cycle(appearances)

    def forward(self, image: Tensor) -> DetrOutput:
        nothing = torch.zeros(1, 1, 1, 1)
        starts = self.layer.points_px
        return DetrOutput(nothing, nothing, starts, [self.layer], next(self.appearances).unsqueeze(0))


def _save_still_match(folder: Path, frames: int = 2) -> None:
    """Three required people, 200 px apart, where a pixel is 2 cm across and 4 cm down, and an ignored one nearer."""
    points = np.tile([[100, 100], [300, 100], [500, 100], [700, 300]], (frames, 1, 1))
    required = np.tile([True, True, True, False], (frames, 1))
    images = np.zeros((frames, 8, 8, 3), np.uint8)
    save_shard(Shard(images, truth_of(points, required, ~required)), folder / "000001")


def test_validation_by_hand(tmp_path: Path) -> None:
    # Found 5 px = 0.1 m and 5 rows = 0.2 m off; the third is missed by 30 px = 0.6 m, which is also a false alarm;
    # the ignored person is found, which counts for nothing; the last detection is below the threshold.
    _save_still_match(tmp_path)
    points = [[105.0, 100.0], [300.0, 105.0], [530.0, 100.0], [700.0, 300.0], [900.0, 400.0]]
    network = PlacedDetections(points, [3.0, 3.0, 3.0, 3.0, -3.0], torch.eye(5, 192))
    scores = validate_detr(network, tmp_path)
    assert scores.recall == pytest.approx(2 / 3)
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.error_m_median == pytest.approx(0.15, abs=1e-4)
    assert scores.error_m_p90 == pytest.approx(0.2, abs=1e-4)
    assert scores.retrieval == 1.0


def test_a_second_detection_of_one_person_is_a_false_alarm_from_where_the_tracker_would_keep_it(tmp_path: Path) -> None:
    # 15 px = 0.3 m apart the tracker believes in two players, 10 px = 0.2 m apart in the one with the higher score.
    _save_still_match(tmp_path)
    for second_x, logits, precision, error in ((115.0, [3.0, 2.0], 1 / 2, 0.0), (110.0, [2.0, 3.0], 1.0, 0.2)):
        network = PlacedDetections([[100.0, 100.0], [second_x, 100.0]], logits, torch.eye(2, 192))
        scores = validate_detr(network, tmp_path)
        assert scores.precision == pytest.approx(precision)
        assert scores.recall == pytest.approx(1 / 3)
        assert scores.error_m_median == pytest.approx(error, abs=1e-4)


def test_detections_count_from_the_threshold_on(tmp_path: Path) -> None:
    # Logits -1 and 1 are scores of 0.27 and 0.73.
    _save_still_match(tmp_path)
    network = PlacedDetections([[100.0, 100.0], [300.0, 100.0]], [-1.0, 1.0], torch.eye(2, 192))
    recalls = [validate_detr(network, tmp_path, threshold).recall for threshold in (0.2, 0.3, 0.7, 0.8)]
    assert recalls == pytest.approx([2 / 3, 1 / 3, 1 / 3, 0])


def test_an_appearance_stays_with_its_point_when_rows_fall_away(tmp_path: Path) -> None:
    # The first row is below the threshold and looks in the second frame like somebody else.
    _save_still_match(tmp_path)
    points = [[900.0, 400.0], [100.0, 100.0], [300.0, 100.0], [500.0, 100.0]]
    looks = torch.eye(4, 192)
    network = PlacedDetections(points, [-3.0, 1.0, 3.0, 2.0], looks, looks[[1, 1, 2, 3]])
    assert validate_detr(network, tmp_path).retrieval == 1


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
