"""Training and validation of the ID decoder on trajectories that the detector saw."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sideline.networks.id_decoder import IdDecoder
from sideline.training.id_samples import UNLABELLED, IdSample, sample_identities
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.trajectories import Trajectories, load_trajectories


def train_id_decoder(
    data: Path, folder: Path, schedule: Schedule, batch: int, device: torch.device, start_from: Path | None = None
) -> IdDecoder:
    """Train on the trajectories of ``data`` and return the averaged network.

    Args:
        data: Folder of ``detect_trajectories``.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        batch: Samples a step.
        device: CPU or GPU; on either, matrix products run in bfloat16.
        start_from: Checkpoint whose averaged weights to start from; ignored when ``folder`` has one of its own.

    Raises:
        TrainingError: there are no trajectories.
    """
    torch.manual_seed(0)
    network = IdDecoder()
    if start_from is not None:
        load_averaged(network, start_from)
    network.to(device)
    matches, rng = load_trajectories(data), np.random.default_rng()

    def loss_of_step(step: int) -> dict[str, Tensor]:
        samples = [sample_identities(matches, rng) for _ in range(batch)]
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits, words = _run(network, samples, device)
        return {"identity": F.cross_entropy(logits.float().flatten(0, 1), words.flatten(), ignore_index=UNLABELLED)}

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, IdDecoder)  # noqa: S101 - narrows the type
    return average


def validate_id_decoder(network: IdDecoder, data: Path, samples: int = 400) -> float:
    """Share of present detections that get the right word, on damaged samples of the trajectories in ``data``."""
    rng = np.random.default_rng(0)
    matches: list[Trajectories] = load_trajectories(data)
    right = asked = 0
    network.eval()
    for _ in range(samples):
        with torch.no_grad():
            logits, words = _run(network, [sample_identities(matches, rng)], torch.device("cpu"))
        labelled = words != UNLABELLED
        right += int((logits.argmax(-1) == words)[labelled].sum())
        asked += int(labelled.sum())
    return right / max(1, asked)


def _run(network: IdDecoder, samples: list[IdSample], device: torch.device) -> tuple[Tensor, Tensor]:
    stacked = {
        field.name: torch.from_numpy(np.stack([getattr(sample, field.name) for sample in samples])).to(device)
        for field in fields(IdSample)
    }
    words = stacked.pop("words")
    return network(**stacked), words
