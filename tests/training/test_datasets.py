"""Filling folders with shards."""

from pathlib import Path

import numpy as np
import pytest

from sideline.errors import TrainingError
from sideline.training.datasets import fill_with_matches
from sideline.training.panoramas import open_shards


def test_a_folder_is_filled_once_and_then_left_alone(tmp_path: Path) -> None:
    fill_with_matches(tmp_path, first_seed=7, matches=2, frames=2, in_a_row=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000007.npy", "000007.npz", "000008.npy", "000008.npz"]
    shards = list(open_shards(tmp_path))
    for shard in shards:
        assert np.diff(shard.truth.frame_index).tolist() == [1]
    assert not np.array_equal(shards[0].images, shards[1].images)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    fill_with_matches(tmp_path, first_seed=7, matches=2, frames=2, in_a_row=True)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_scattered_frames_rise_and_lie_apart(tmp_path: Path) -> None:
    fill_with_matches(tmp_path, first_seed=9, matches=1, frames=4, in_a_row=False)
    (shard,) = open_shards(tmp_path)
    steps = np.diff(shard.truth.frame_index)
    assert len(steps) == 3
    assert (steps > 0).all()
    assert steps.max() > 25


@pytest.mark.parametrize(("first_seed", "matches"), [(900_000, 1), (899_999, 2), (950_000, 3)])
def test_matches_that_are_kept_for_judging_are_refused(tmp_path: Path, first_seed: int, matches: int) -> None:
    with pytest.raises(TrainingError, match="seeds from 900000 on are for judging"):
        fill_with_matches(tmp_path, first_seed, matches, frames=2, in_a_row=False)
    assert not list(tmp_path.iterdir())
