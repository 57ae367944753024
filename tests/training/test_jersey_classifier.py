"""Training the jersey classifier end to end on banks made by rule, and its validation beside the baseline."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typer.testing import CliRunner

from sideline.cli import app
from sideline.errors import TrainingError
from sideline.networks.jersey_classifier import JerseyClassifier
from sideline.tensors import JERSEY_CROPS, NUMBERS
from sideline.training.appearance_bank import save_bank
from sideline.training.jersey_classifier import (
    NumberScores,
    draw_validation_tracks,
    score_baseline,
    score_network,
    train_jersey_classifier,
)
from sideline.training.jersey_samples import JerseyTracks
from sideline.training.loop import Schedule, load_averaged
from tests.training.jersey_banks import make_match

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def banks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("banks")
    for seed in range(3):
        save_bank(make_match(seed), folder)
    return folder


def test_a_few_steps_and_a_resumed_one_leave_a_log_and_weights_that_load(banks: Path, tmp_path: Path) -> None:
    train_jersey_classifier(banks, tmp_path, Schedule(steps=2), batch=2, device=CPU)
    average = train_jersey_classifier(banks, tmp_path, Schedule(steps=3), batch=2, device=CPU)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert all(math.isfinite(row["number"]) for row in rows)
    served = load_averaged(JerseyClassifier(), tmp_path / "last.pt")
    for mine, theirs in zip(served.parameters(), average.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_training_lowers_the_loss(banks: Path, tmp_path: Path) -> None:
    schedule = Schedule(steps=25, learning_rate=2e-3, warmup_steps=1, ema_decay=0.9)
    train_jersey_classifier(banks, tmp_path, schedule, batch=16, device=CPU)
    losses = [json.loads(line)["number"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])


def test_a_folder_without_banks_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no appearance bank"):
        train_jersey_classifier(tmp_path, tmp_path / "out", Schedule(steps=1), batch=2, device=CPU)


class ByRule(nn.Module):
    """Says the number that stands in the first logit of the first crop, with probability 0.7."""

    def forward(self, jersey_sequence: Tensor, jersey_mask: Tensor) -> Tensor:
        logits = torch.full((len(jersey_mask), NUMBERS + 1), -50.0)
        logits[:, NUMBERS] = math.log(0.3)
        logits[torch.arange(len(logits)), jersey_sequence[:, 0, 0].long()] = math.log(0.7)
        return logits


def _ruled_tracks() -> JerseyTracks:
    """Five tracks: read right, right, wrong, nothing there and nothing said, nothing there and a number said."""
    said = np.array([10, 20, 30, NUMBERS, 50])
    sequence = np.zeros((5, JERSEY_CROPS, 133), np.float32)
    sequence[:, 0, 0] = said
    weights = np.ones((5, NUMBERS + 1))
    weights[:, 30] = weights[:, 50] = 0.1
    truth = np.array([10, 20, 31, NUMBERS, NUMBERS])
    return JerseyTracks(sequence, np.ones((5, JERSEY_CROPS), np.bool_), truth, weights)


def test_scores_count_right_numbers_legible_tracks_and_false_alarms() -> None:
    assert score_network(ByRule(), _ruled_tracks(), least=0.6) == NumberScores(2 / 4, 3 / 3, 1 / 2)


def test_above_its_probability_nothing_is_said() -> None:
    assert score_network(ByRule(), _ruled_tracks(), least=0.8) == NumberScores(1.0, 0.0, 0.0)


def test_with_the_roster_numbers_that_nobody_wears_are_not_said() -> None:
    assert score_network(ByRule(), _ruled_tracks(), least=0.6, roster=True) == NumberScores(1.0, 2 / 3, 0.0)


def test_the_baseline_reads_clean_banks(banks: Path) -> None:
    scores = score_baseline(draw_validation_tracks(banks, 300), least=0.5)
    assert scores.accuracy > 0.97
    assert scores.coverage > 0.5
    assert scores.false_alarms < 0.1


def test_validation_tracks_are_the_same_every_time(banks: Path) -> None:
    first, second = (draw_validation_tracks(banks, 20) for _ in range(2))
    np.testing.assert_array_equal(first.jersey_sequence, second.jersey_sequence)
    np.testing.assert_array_equal(first.numbers, second.numbers)


def test_both_commands_run_and_the_second_prints_network_and_baseline(banks: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    common = ["--data", str(banks), "--threads", "1"]
    trained = run(app, ["train", "jersey_classifier", *common, "--out", str(tmp_path), "--steps", "1", "--batch", "2"])
    assert trained.exit_code == 0, trained.output
    checkpoint = str(tmp_path / "last.pt")
    printed = run(app, ["train", "validate_numbers", *common, "--checkpoint", checkpoint, "--tracks", "20"])
    assert printed.exit_code == 0, printed.output
    readers = [line.split()[0] for line in printed.output.splitlines()]
    assert readers == ["reader", *["network"] * 14, *["baseline"] * 14]
