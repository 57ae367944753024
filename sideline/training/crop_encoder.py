"""Training of the crop encoder on crops of simulated matches."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sideline.networks.crop_encoder import CropEncoder, Encoding
from sideline.training.crop_loss import encoding_losses
from sideline.training.crop_samples import endless_batches
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.prefetch import Prefetched


def train_crop_encoder(
    data: Path, folder: Path, schedule: Schedule, matches: int, device: torch.device, start_from: Path | None = None
) -> CropEncoder:
    """Train on the shards of ``data`` and return the averaged network.

    Args:
        data: Folder of shards (``sideline.training.crop_rendering``); it may still be growing.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        matches: Matches in a batch, 24 crops each.
        device: CPU or GPU; on either, convolutions run in bfloat16.
        start_from: Checkpoint whose averaged weights to start from; ignored when ``folder`` has one of its own.

    Raises:
        TrainingError: there is no shard.
    """
    torch.manual_seed(0)
    network = CropEncoder()
    if start_from is not None:
        load_averaged(network, start_from)
    network.to(device)
    network.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    batches = Prefetched(endless_batches(data, np.random.default_rng(), matches))

    def loss_of_step(step: int) -> dict[str, Tensor]:
        batch = next(batches)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            appearance, jersey, team, _ = network(torch.from_numpy(batch.crops).to(device))
        return encoding_losses(Encoding(appearance, jersey, team), batch.labels)

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, CropEncoder)  # noqa: S101 - narrows the type
    return average
