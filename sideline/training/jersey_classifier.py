"""Training and validation of the jersey classifier on tracks drawn from appearance banks."""

from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sideline.arrays import Bools, Floats
from sideline.networks.jersey_classifier import JerseyClassifier
from sideline.tensors import NO_NUMBER, NUMBERS
from sideline.tracking.jersey_votes import decide_number, sum_votes
from sideline.training.appearance_bank import load_banks
from sideline.training.jersey_samples import JerseyTracks, JerseyTrackSampler, TrackDraw
from sideline.training.loop import Schedule, train

_CLEAN = TrackDraw(illegible=0.0, digits_changed=0.0)
"""Tracks as a match has them."""
_THRESHOLDS: Final = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class NumberScores:
    """How well numbers are read.

    Attributes:
        accuracy: Share of the numbers said that are right; 1 if none was said.
        coverage: Share of the tracks with a legible number that got one.
        false_alarms: Share of the tracks without a legible number that got one.
    """

    accuracy: float
    coverage: float
    false_alarms: float


def train_jersey_classifier(
    data: Path, folder: Path, schedule: Schedule, batch: int, device: torch.device
) -> JerseyClassifier:
    """Train on the appearance banks of ``data`` and return the averaged network.

    Args:
        data: Folder of appearance banks.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        batch: Tracks a step.
        device: CPU or GPU.

    Raises:
        TrainingError: there is no bank, or nobody in them wears a number.
    """
    torch.manual_seed(0)
    network = JerseyClassifier().to(device)
    sampler = JerseyTrackSampler(load_banks(data), np.random.default_rng())

    def loss_of_step(step: int) -> dict[str, Tensor]:
        tracks = sampler.draw(batch)
        sequence, mask = (torch.from_numpy(part).to(device) for part in (tracks.jersey_sequence, tracks.jersey_mask))
        return {"number": F.cross_entropy(network(sequence, mask), torch.from_numpy(tracks.numbers).to(device))}

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, JerseyClassifier)  # noqa: S101 - narrows the type
    return average


def draw_validation_tracks(data: Path, tracks: int = 2000) -> JerseyTracks:
    """Tracks of the banks in ``data``, always the same ones."""
    return JerseyTrackSampler(load_banks(data), np.random.default_rng(0), _CLEAN).draw(tracks)


def score_network(
    network: torch.nn.Module, tracks: JerseyTracks, least: float, *, roster: bool = False
) -> NumberScores:
    """Read the tracks with the network; a number less probable than ``least`` is not said."""
    with torch.no_grad():
        network.eval()
        logits = network(torch.from_numpy(tracks.jersey_sequence), torch.from_numpy(tracks.jersey_mask)).numpy()
    return _score(logits, tracks, least, roster=roster)


def score_baseline(tracks: JerseyTracks, least: float, *, roster: bool = False) -> NumberScores:
    """Read the tracks by summed log-likelihood; a number less probable than ``least`` is not said."""
    votes = [sum_votes(*track) for track in zip(tracks.jersey_sequence, tracks.jersey_mask, strict=True)]
    return _score(np.stack(votes), tracks, least, roster=roster)


def compare_with_baseline(network: torch.nn.Module, data: Path, tracks: int) -> list[str]:
    """Rows of a table: the scores of the network and of the baseline, with and without a roster, by threshold."""
    drawn = draw_validation_tracks(data, tracks)
    rows = [f"{'reader':10} {'roster':6} {'from':>5} {'accuracy':>9} {'coverage':>9} {'false alarms':>13}"]
    for name, score in (("network", partial(score_network, network)), ("baseline", score_baseline)):
        for roster, least in product((False, True), _THRESHOLDS):
            found: NumberScores = score(drawn, least, roster=roster)
            figures = f"{found.accuracy:9.3f} {found.coverage:9.3f} {found.false_alarms:13.3f}"
            rows.append(f"{name:10} {'yes' if roster else 'no':6} {least:5.2f} {figures}")
    return rows


def _score(scores: Floats, tracks: JerseyTracks, least: float, *, roster: bool) -> NumberScores:
    """Scores of `scores` [B, 101]; with ``roster`` the numbers of the track's team are likelier."""
    weights = tracks.weights if roster else np.ones_like(tracks.weights)
    verdicts = [decide_number(*track, least) for track in zip(scores, weights, strict=True)]
    numbers = np.array([verdict.number for verdict in verdicts])
    said, legible = numbers != NO_NUMBER, tracks.numbers != NUMBERS
    right = said & (numbers == tracks.numbers)
    return NumberScores(
        accuracy=float(right.sum() / said.sum()) if said.any() else 1.0,
        coverage=_share(said[legible]),
        false_alarms=_share(said[~legible]),
    )


def _share(hits: Bools) -> float:
    return float(hits.mean()) if len(hits) else 0.0
