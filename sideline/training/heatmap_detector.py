"""Training of the heatmap detector on the keypoint DETR's shards, mostly as fine-tuning of the latter's first half."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from sideline.errors import TrainingError
from sideline.networks.heatmap_detector import HeatmapDetector
from sideline.training.crops import Crop, sample_group
from sideline.training.detr_loss import Targets, heatmap_loss, offset_loss
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.panoramas import open_shards

_OFFSET_WEIGHT: Final = 5.0
"""As in the keypoint DETR: metres against the focal loss."""


def train_heatmap_detector(
    data: Path, folder: Path, schedule: Schedule, batch: int, device: torch.device, start_from: Path | None = None
) -> HeatmapDetector:
    """Train on the shards of ``data`` and return the averaged network.

    Args:
        data: Folder of shards (``sideline.training.datasets``).
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        batch: Crops a step.
        device: CPU or GPU; on either, convolutions run in bfloat16.
        start_from: Checkpoint of a heatmap detector or a keypoint DETR; ignored when ``folder`` has one of its own.

    Raises:
        TrainingError: there is no shard.
    """
    torch.manual_seed(0)
    network = HeatmapDetector()
    if start_from is not None:
        load_averaged(network, start_from)
    network.to(device)
    network.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    crops_of_step = _batches(data, batch, np.random.default_rng())

    def loss_of_step(step: int) -> dict[str, Tensor]:
        crops = next(crops_of_step)
        images = torch.from_numpy(np.stack([crop.image for crop in crops])).to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            output = network(images)
        targets = [Targets.of(crop, device) for crop in crops]
        return {
            "heatmap": heatmap_loss(output.logits.float(), targets),
            "offset": _OFFSET_WEIGHT * offset_loss(output.offsets_px.float(), targets),
        }

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, HeatmapDetector)  # noqa: S101 - narrows the type
    return average


def _batches(data: Path, batch: int, rng: np.random.Generator) -> Iterator[list[Crop]]:
    shards = list(open_shards(data))
    if not shards:
        raise TrainingError(f"{data} holds no shards; make some with sideline train data")
    while True:
        yield [sample_group(shards, rng, 1)[0] for _ in range(batch)]
