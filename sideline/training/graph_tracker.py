"""Training of the graph tracker on simulated tracklets: focal loss on pairs after late steps, and categories."""

from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sideline.networks.graph_tracker import GraphOutput, GraphTracker
from sideline.training.appearance_bank import load_banks
from sideline.training.bank_crops import BankCrops
from sideline.training.graph_batches import GraphBatch, make_batch
from sideline.training.graph_looks import load_tracklet_encoder
from sideline.training.graph_samples import UNKNOWN, GraphSample
from sideline.training.graph_validation import score_by_hand, score_by_network
from sideline.training.graph_windows import GraphSampler
from sideline.training.loop import Schedule, train
from sideline.training.sighted_matches import load_sighted_matches
from sideline.training.solved_graphs import SolvedGraphs

LEVEL_CHANCES: Final = (0.15, 0.3, 0.3, 0.25)
"""How often samples are of the levels POINTS, SHORT, WINDOW and PAST."""
_SOLVED_SHARE: Final = 0.5
"""Samples that are recorded while matches are solved; the others are drawn out of the truth."""
_SUPERVISED: Final = 6
"""Last steps of message passing whose logits are judged."""
_CATEGORY_WEIGHT: Final = 0.2


def train_graph_tracker(
    sightings: Path,
    banks: Path,
    temporal_encoder: Path,
    folder: Path,
    schedule: Schedule,
    batch: int,
    device: torch.device,
    *,
    stops_gradient: bool = True,
) -> GraphTracker:
    """Train on simulated windows and return the averaged network.

    Args:
        sightings: Folder of ``fill_with_sighted_matches``.
        banks: Folder of appearance banks.
        temporal_encoder: The engine of path B, ONNX; without it graphs of path B hold means over crops.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        batch: Graphs a step, of all levels.
        device: CPU or GPU.
        stops_gradient: See :class:`~sideline.networks.graph_tracker.GraphTracker`.

    Raises:
        TrainingError: there are no sightings or no banks.
    """
    torch.manual_seed(0)
    network = GraphTracker(stops_gradient=stops_gradient).to(device)
    rng = np.random.default_rng()
    matches, crops = load_sighted_matches(sightings), [BankCrops.of(bank) for bank in load_banks(banks)]
    encoder = load_tracklet_encoder(temporal_encoder)
    scorers = (score_by_hand, score_by_network(network))
    pool = SamplePool(
        GraphSampler(matches, crops, rng, encoder), SolvedGraphs(matches, crops, rng, scorers, encoder), rng
    )

    def loss_of_step(step: int) -> dict[str, Tensor]:
        graphs = make_batch(pool.draw(batch), device)
        return measure_losses(graphs.run(network), graphs)

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, GraphTracker)  # noqa: S101 - narrows the type
    return average


class SamplePool:
    """Samples that are used several times, since to draw one costs as much as to learn from ten."""

    def __init__(
        self,
        sampler: GraphSampler,
        solved: SolvedGraphs,
        rng: np.random.Generator,
        size: int = 1500,
        fresh: float = 0.25,
    ) -> None:
        """
        Args:
            sampler: Draws graphs out of the truth.
            solved: Draws graphs as the solver makes them.
            rng: Source of all chance.
            size: Samples that are kept.
            fresh: Share of a batch that is new; a sample is used about 1 / fresh times.
        """
        self._sampler, self._solved = sampler, solved
        self._rng, self._size, self._fresh = rng, size, fresh
        self._samples: list[GraphSample] = []

    def draw(self, count: int) -> list[GraphSample]:
        """``count`` samples of all levels."""
        fresh = count if len(self._samples) < count else round(self._fresh * count)
        new = [self._draw_one() for _ in range(fresh)]
        old = [self._samples[row] for row in self._rng.permutation(len(self._samples))[: count - fresh]]
        self._samples = (new + self._samples)[: self._size]
        return new + old

    def _draw_one(self) -> GraphSample:
        if self._rng.random() < _SOLVED_SHARE:
            return self._solved.draw()
        return self._sampler.draw(int(self._rng.choice(len(LEVEL_CHANCES), p=LEVEL_CHANCES)))


def measure_losses(output: GraphOutput, graphs: GraphBatch) -> dict[str, Tensor]:
    """The losses ``pairs`` and ``category`` of one batch."""
    certain, target = graphs.certain, graphs.successors[graphs.certain]
    late = [measure_focal_loss(logits[certain, 0], target) for logits in output.pair_logits[-_SUPERVISED:]]
    category = F.cross_entropy(output.category_logits, graphs.categories, ignore_index=UNKNOWN, reduction="sum")
    known = (graphs.categories != UNKNOWN).sum().clamp(min=1)
    return {"pairs": torch.stack(late).mean(), "category": _CATEGORY_WEIGHT * category / known}


def measure_focal_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Focal loss with γ = 1 (Lin et al., 2017): the sum over pairs [K] for each pair that truly links."""
    miss = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    wrongness = 1.0 - torch.exp(-miss)
    return (wrongness * miss).sum() / target.sum().clamp(min=1.0)
