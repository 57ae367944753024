"""Batches of the number branch hold legible numbers alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sideline.errors import TrainingError
from sideline.tensors import NO_NUMBER
from sideline.training.crop_shards import save_shard
from sideline.training.number_branch import legible_batches
from tests.training.crop_matches import draw_crops


def test_every_crop_of_a_batch_has_a_number_that_can_be_read(tmp_path: Path) -> None:
    save_shard(draw_crops(), tmp_path / "000007.npz")
    batch = next(legible_batches(tmp_path, np.random.default_rng(0), 30))
    assert batch.crops.shape == (30, 256, 128, 3)
    assert set(batch.labels.jersey.whole_number) == {4, 23}
    assert np.abs(batch.labels.number_places[:, 0] - [64, 96]).max() < 15
    assert np.ptp(batch.labels.number_places[:, 0]) > 1


def test_matches_without_a_legible_number_are_refused(tmp_path: Path) -> None:
    shard = draw_crops()
    hidden = replace(shard.rows, shown_digits=np.zeros(len(shard), np.int64))
    save_shard(replace(shard, rows=replace(hidden, shown_numbers=np.full(len(shard), NO_NUMBER))), tmp_path / "1.npz")
    with pytest.raises(TrainingError, match=r"no number in .* can be read"):
        next(legible_batches(tmp_path, np.random.default_rng(0), 3))
