"""Banks of encoded crops: files, bursts."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from sideline.errors import TrainingError
from sideline.training.appearance_bank import AppearanceBank, load_banks, save_bank
from tests.training.crop_matches import make_bank


def test_banks_come_back_as_they_were_saved_in_the_order_of_seeds(tmp_path: Path) -> None:
    for seed in (12, 3):
        save_bank(make_bank(seed), tmp_path)
    (tmp_path / "000099.partial.npz").write_bytes(b"broken off")
    banks = load_banks(tmp_path)
    assert [int(bank.seed) for bank in banks] == [3, 12]
    for field in fields(AppearanceBank):
        got, want = getattr(banks[1], field.name), getattr(make_bank(12), field.name)
        assert got.dtype == want.dtype
        np.testing.assert_array_equal(got, want)


def test_a_folder_without_banks_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="sideline train bank"):
        load_banks(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no zip"])
def test_a_broken_bank_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "000001.npz").write_bytes(content)
    with pytest.raises(TrainingError, match=r"000001\.npz is no appearance bank"):
        load_banks(tmp_path)


def test_a_bank_that_lacks_an_array_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "000001.npz", seed=1)
    with pytest.raises(TrainingError, match="person_ids"):
        load_banks(tmp_path)


def test_bursts_are_split_at_gaps_of_the_match_and_not_of_a_person() -> None:
    # Frames 0 3 6 | 100 103 106; person 1 is missed in the middle of a burst, which is no gap of the match.
    bank = make_bank(bursts=2)
    kept = ~((bank.person_ids == 1) & (bank.frames == 3))
    arrays = {field.name: getattr(bank, field.name)[kept] for field in fields(bank) if field.name in _PER_CROP}
    thinned = replace(bank, **arrays)
    assert [thinned.frames[rows].tolist() for rows in thinned.bursts_of(1)] == [[0, 6], [100, 103, 106]]
    assert thinned.frames[thinned.rows_of(1)].tolist() == [0, 6, 100, 103, 106]
    np.testing.assert_array_equal(thinned.bursts, thinned.frames // 100)


def test_somebody_who_is_not_there_has_no_bursts() -> None:
    assert make_bank().bursts_of(99) == []


_PER_CROP = ("person_ids", "frames", "visibility", "legible", "appearance", "jersey", "team", "crop_features")
