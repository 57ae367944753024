"""Training of the keypoint DETR on shards of simulated panoramas."""

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sideline.errors import TrainingError
from sideline.networks.detr import KeypointDetr
from sideline.training.crops import Crop, sample_group
from sideline.training.detr_loss import Targets, detr_loss
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.panoramas import Shard, open_shards

_CROP_QUERIES = 64
"""A crop is a quarter of the panorama and needs fewer queries; their number is no part of the weights."""
_GROUP = 4
"""Crops of one match in a batch."""
_RESCAN_STEPS = 100
"""Shards that are written while training runs are picked up this often."""


def train_detr(
    data: Path, folder: Path, schedule: Schedule, batch: int, device: torch.device, start_from: Path | None = None
) -> KeypointDetr:
    """Train on the shards of ``data`` and return the averaged network.

    Args:
        data: Folder of shards (``sideline.training.datasets``); it may still be growing.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        batch: Crops a step, a multiple of 4.
        device: CPU or GPU; on either, convolutions run in bfloat16.
        start_from: Checkpoint whose averaged weights to start from; ignored when ``folder`` has one of its own.

    Raises:
        TrainingError: there is no shard.
    """
    torch.manual_seed(0)
    network = KeypointDetr(queries=_CROP_QUERIES)
    if start_from is not None:
        load_averaged(network, start_from)
    network.to(device)
    network.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    batches = _Prefetched(_batches(data, batch, np.random.default_rng()))

    def loss_of_step(step: int) -> dict[str, Tensor]:
        crops = next(batches)
        images = torch.from_numpy(np.stack([crop.image for crop in crops])).to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            output = network(images)
        return detr_loss(output, [Targets.of(crop, device) for crop in crops])

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, KeypointDetr)  # noqa: S101 - narrows the type
    return average


def _batches(data: Path, batch: int, rng: np.random.Generator) -> Iterator[list[Crop]]:
    shards: list[Shard] = []
    count = 0
    while True:
        if count % _RESCAN_STEPS == 0:
            shards = list(open_shards(data))
            if not shards:
                raise TrainingError(f"{data} holds no shards; make some with sideline train data")
        group = min(batch, _GROUP)
        yield [crop for _ in range(batch // group) for crop in sample_group(shards, rng, group)]
        count += 1


class _Prefetched:
    """Draws batches in a thread, so that disk and augmentation overlap with the step."""

    def __init__(self, batches: Iterator[list[Crop]], ahead: int = 4) -> None:
        self._queue: queue.Queue[list[Crop] | BaseException] = queue.Queue(ahead)
        threading.Thread(target=self._fill, args=(batches,), daemon=True).start()

    def _fill(self, batches: Iterator[list[Crop]]) -> None:
        try:
            for batch in batches:
                self._queue.put(batch)
        except Exception as error:
            self._queue.put(error)

    def __next__(self) -> list[Crop]:
        batch = self._queue.get()
        if isinstance(batch, BaseException):
            raise batch
        return batch
