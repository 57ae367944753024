"""Training the temporal encoder on banks, and what it says about bursts."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sideline.errors import TrainingError
from sideline.networks.temporal_encoder import TemporalEncoder
from sideline.training.appearance_bank import save_bank
from sideline.training.loop import Schedule
from sideline.training.temporal_encoder import encode_tracklets, load_temporal_encoder, train_temporal_encoder
from tests.training.crop_matches import PEOPLE, make_bank

CPU = torch.device("cpu")


def test_people_whose_features_differ_are_told_apart_after_a_few_steps(tmp_path: Path) -> None:
    save_bank(make_bank(), tmp_path / "banks")
    schedule = Schedule(steps=30, learning_rate=3e-3, warmup_steps=1)
    train_temporal_encoder(tmp_path / "banks", tmp_path / "out", schedule, CPU)
    rows = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").read_text().splitlines()]
    assert all(math.isfinite(value) for row in rows for value in row.values())
    assert np.mean([row["appearance"] for row in rows[-3:]]) < 0.8 * rows[0]["appearance"]
    assert not load_temporal_encoder(tmp_path / "out" / "last.pt").training


def test_a_folder_without_banks_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="sideline train bank"):
        train_temporal_encoder(tmp_path, tmp_path / "out", Schedule(steps=1), CPU)


def test_every_burst_of_everybody_becomes_one_row_of_a_bank() -> None:
    torch.manual_seed(0)
    network, bank = TemporalEncoder().eval(), make_bank(bursts=2)
    # Person 0's first crops are missing: their burst is still the first one of the match.
    late = (bank.person_ids == 0) & (bank.frames < 6)
    names = ("person_ids", "frames", "visibility", "legible", "appearance", "jersey", "team", "crop_features")
    bank = replace(bank, **{name: getattr(bank, name)[~late] for name in names})
    rows = encode_tracklets(network, bank, window=2)
    assert sorted(zip(rows.person_ids.tolist(), rows.bursts.tolist(), strict=True)) == [
        (person, burst) for person in range(PEOPLE) for burst in (0, 1)
    ]
    assert set(rows.frames.tolist()) == {0, 100}
    np.testing.assert_array_equal(rows.legible, (rows.person_ids % 2 == 0) & (rows.person_ids < 4) & (rows.frames == 0))


def test_a_window_bounds_the_crops_that_are_seen() -> None:
    torch.manual_seed(0)
    network, bank = TemporalEncoder().eval(), make_bank(bursts=1)
    third = bank.frames == 6
    changed = replace(bank, crop_features=np.where(third[:, None], -bank.crop_features, bank.crop_features))
    first, second = (encode_tracklets(network, each, window=2).jersey for each in (bank, changed))
    np.testing.assert_array_equal(first, second)
    wide, other = (encode_tracklets(network, each, window=3).jersey for each in (bank, changed))
    assert np.abs(wide - other).max() > 1e-4
