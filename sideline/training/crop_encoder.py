"""Training of the crop encoder on crops of simulated matches."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sideline.networks.crop_encoder import CropEncoder
from sideline.training.crop_loss import encoding_losses
from sideline.training.crop_samples import endless_batches
from sideline.training.loop import Schedule, load_averaged, load_checkpoint, train
from sideline.training.number_loss import number_losses
from sideline.training.prefetch import Prefetched


def train_crop_encoder(
    data: Path,
    folder: Path,
    schedule: Schedule,
    matches: int,
    device: torch.device,
    numbers_from: Path | None = None,
    start_from: Path | None = None,
) -> CropEncoder:
    """Train on the shards of ``data`` and return the averaged network.

    Args:
        data: Folder of shards (``sideline.training.crop_rendering``) with shuffled numbers; it may still be growing.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        matches: Matches in a batch, 24 crops each.
        device: CPU or GPU; on either, convolutions run in bfloat16.
        numbers_from: Checkpoint of the number branch to start from.
        start_from: Checkpoint of a crop encoder whose averaged weights to start from where name and shape fit.

    Raises:
        TrainingError: there is no shard, or a checkpoint cannot be used.
    """
    torch.manual_seed(0)
    network = CropEncoder()
    if start_from is not None:
        load_fitting(network, start_from)
    if numbers_from is not None:
        load_averaged(network.backbone.number, numbers_from)
    network.to(device)
    network.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    batches = Prefetched(endless_batches(data, np.random.default_rng(), matches))

    def loss_of_step(step: int) -> dict[str, Tensor]:
        batch = next(batches)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            encoding, _, sight = network.look(torch.from_numpy(batch.crops).to(device))
        return encoding_losses(encoding, batch.labels) | number_losses(sight, batch.labels)

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, CropEncoder)  # noqa: S101 - narrows the type
    return average


def load_fitting(network: CropEncoder, path: Path) -> int:
    """Copy those averaged weights of a checkpoint whose name and shape fit; returns how many tensors were.

    Raises:
        TrainingError: the file is no checkpoint.
    """
    given = {key.removeprefix("module."): value for key, value in load_checkpoint(path)["average"].items()}
    own = network.state_dict()
    fitting = {key: value for key, value in given.items() if key in own and own[key].shape == value.shape}
    network.load_state_dict(own | fitting)
    return len(fitting)
