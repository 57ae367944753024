"""Training and validation of the temporal encoder on crop features of appearance banks."""

from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from sideline.arrays import Int64s
from sideline.networks.crop_encoder import Encoding
from sideline.networks.temporal_encoder import TemporalEncoder
from sideline.training.appearance_bank import AppearanceBank, load_banks
from sideline.training.crop_loss import encoding_losses
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.prefetch import Prefetched
from sideline.training.temporal_samples import gather_tracklets, sample_tracklets

_MATCHES: Final = 4


def train_temporal_encoder(data: Path, folder: Path, schedule: Schedule, device: torch.device) -> TemporalEncoder:
    """Train on the appearance banks of ``data`` and return the averaged network.

    Args:
        data: Folder of banks of matches that the crop encoder was not trained on, or its features look too good.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        device: CPU or GPU.

    Raises:
        TrainingError: there is no bank.
    """
    torch.manual_seed(0)
    network = TemporalEncoder().to(device)
    banks, rng = load_banks(data), np.random.default_rng()
    batches = Prefetched(iter(lambda: sample_tracklets(banks, rng, _MATCHES), None))

    def loss_of_step(step: int) -> dict[str, Tensor]:
        batch = next(batches)
        features, mask = (torch.from_numpy(array).to(device) for array in (batch.features, batch.mask))
        return encoding_losses(Encoding(*network(features, mask)), batch.labels)

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, TemporalEncoder)  # noqa: S101 - narrows the type
    return average


def load_temporal_encoder(checkpoint: Path) -> TemporalEncoder:
    """The network with the averaged weights of a checkpoint.

    Raises:
        TrainingError: the file is no checkpoint or belongs to another network.
    """
    network = TemporalEncoder()
    load_averaged(network, checkpoint)
    return network.eval()


def encode_tracklets(network: TemporalEncoder, bank: AppearanceBank, window: int) -> AppearanceBank:
    """What `network` says about the first crops of every burst of every person: a bank with one row a burst.

    Args:
        network: On the CPU.
        bank: What the crop encoder said about a match.
        window: Crops that a tracklet has at most, 1 to 15.
    """
    rows = [burst[:window] for person in np.unique(bank.person_ids) for burst in bank.bursts_of(int(person))]
    batch = gather_tracklets([bank], [(0, part) for part in rows])
    network.eval()
    with torch.no_grad():
        outputs = network(torch.from_numpy(batch.features), torch.from_numpy(batch.mask))
    appearance, jersey, team = (output.numpy() for output in outputs)
    first: Int64s = np.array([part[0] for part in rows], np.int64)
    return AppearanceBank(
        seed=bank.seed,
        person_ids=bank.person_ids[first],
        frames=np.array([bank.frames[bank.bursts == bank.bursts[row]].min() for row in first], np.int64),
        visibility=batch.labels.visibility,
        legible=np.array([bank.legible[part].any() for part in rows], np.bool_),
        appearance=appearance,
        jersey=jersey,
        team=team,
        crop_features=batch.features[:, 0],
        numbers=bank.numbers,
        categories=bank.categories,
        kits=bank.kits,
    )
