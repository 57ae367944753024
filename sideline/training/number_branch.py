"""Training of the crop encoder's number branch by itself, on crops with a legible number in all sorts of colours."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from sideline.arrays import Int64s
from sideline.errors import TrainingError
from sideline.networks.crop_encoder import NumberBranch, to_pixels
from sideline.training.crop_augmentation import Light, augment_crop, recolour
from sideline.training.crop_samples import CropBatch, label_rows, move_places
from sideline.training.crop_shards import CropShard, open_crop_shards
from sideline.training.loop import Schedule, train
from sideline.training.number_loss import number_losses
from sideline.training.prefetch import Prefetched

_REREAD_BATCHES: Final = 300
"""Shards that are written while training runs are picked up this often."""


def train_number_branch(data: Path, folder: Path, schedule: Schedule, batch: int, device: torch.device) -> NumberBranch:
    """Train on the shards of ``data`` and return the averaged branch.

    Args:
        data: Folder of shards with shuffled numbers; it may still be growing.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        batch: Crops a step.
        device: CPU or GPU; on either, convolutions run in bfloat16.

    Raises:
        TrainingError: there is no shard, or no legible number in any.
    """
    torch.manual_seed(0)
    network = NumberBranch().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    batches = Prefetched(legible_batches(data, np.random.default_rng(), batch))

    def loss_of_step(step: int) -> dict[str, Tensor]:
        crops = next(batches)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            sight = network(to_pixels(torch.from_numpy(crops.crops).to(device)))
        return number_losses(sight, crops.labels)

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, NumberBranch)  # noqa: S101 - narrows the type
    return average


def legible_batches(data: Path, rng: np.random.Generator, batch: int) -> Iterator[CropBatch]:
    """Augmented and recoloured crops whose number can be read, endlessly.

    Raises:
        TrainingError: there is no shard, or no legible number in any.
    """
    while True:
        shards = list(open_crop_shards(data))
        places = [np.flatnonzero(shard.rows.legible) for shard in shards]
        match = np.repeat(np.arange(len(shards)), [len(rows) for rows in places])
        rows = np.concatenate(places)
        if not len(rows):
            raise TrainingError(f"no number in {data} can be read; make more matches with sideline train crops")
        for _ in range(_REREAD_BATCHES):
            chosen = rng.integers(0, len(rows), batch)
            yield _make_batch(shards, match[chosen], rows[chosen], rng)


def _make_batch(shards: list[CropShard], match: Int64s, rows: Int64s, rng: np.random.Generator) -> CropBatch:
    changed = [
        augment_crop(shards[m].image(int(row)), Light.draw(rng), rng) for m, row in zip(match, rows, strict=True)
    ]
    labels = move_places(label_rows(shards, match, rows), [move for _, move in changed])
    return CropBatch(np.stack([recolour(crop, rng) for crop, _ in changed]), labels)
