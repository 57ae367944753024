"""Banks hold what the encoder says about each crop, beside what is true."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from sideline.training.appearance_bank import load_banks
from sideline.training.bank_writing import encode_shard, write_banks
from sideline.training.crop_shards import save_shard
from tests.training.crop_matches import KITS, NUMBERS, draw_crops, level_of


class GreyEncoder(nn.Module):
    """Says the mean grey level, everywhere."""

    def forward(self, crops: torch.Tensor) -> tuple[torch.Tensor, ...]:
        level = crops.float().mean(dim=(1, 2, 3))[:, None]
        return tuple(level.expand(-1, size) for size in (64, 133, 8, 128))


def test_every_row_is_what_the_encoder_says_about_its_crop() -> None:
    shard = draw_crops()  # 90 crops: more than one batch
    bank = encode_shard(GreyEncoder(), shard)  # type: ignore[arg-type]
    expected = [level_of(int(person)) for person in shard.rows.person_ids]
    for array, size in ((bank.appearance, 64), (bank.jersey, 133), (bank.team, 8), (bank.crop_features, 128)):
        assert array.shape == (90, size)
        np.testing.assert_allclose(array[:, -1], expected, atol=2)
    np.testing.assert_array_equal(bank.person_ids, shard.rows.person_ids)
    np.testing.assert_array_equal(bank.legible, shard.rows.legible)
    np.testing.assert_array_equal(bank.numbers, NUMBERS)
    np.testing.assert_array_equal(bank.kits, KITS)


def test_every_shard_of_a_folder_becomes_a_bank(tmp_path: Path) -> None:
    for seed in (3, 9):
        save_shard(draw_crops(seed, bursts=1), tmp_path / "crops" / f"{seed:06d}.npz")
    assert write_banks(GreyEncoder(), tmp_path / "crops", tmp_path / "banks") == 2  # type: ignore[arg-type]
    assert [int(bank.seed) for bank in load_banks(tmp_path / "banks")] == [3, 9]
