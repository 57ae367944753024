"""How often the graph tracker links right, level by level, and a heuristic made by hand to compare it with."""

from dataclasses import dataclass

import numpy as np
import torch

from sideline.arrays import Bools, Float32s, Float64s
from sideline.networks.graph_tracker import GraphTracker, link_by_hand
from sideline.tracking.graph.engines import ScorePairs
from sideline.training.graph_batches import encode_levels
from sideline.training.graph_samples import UNKNOWN, GraphSample
from sideline.training.graph_windows import GraphSampler


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """Of the certain pairs of one level, at logit 0; each in [0, 1].

    Attributes:
        precision, recall: Of links.
        category_accuracy: Share of the tracklets whose category is right.
    """

    precision: float
    recall: float
    category_accuracy: float


def measure_links(sampler: GraphSampler, score_pairs: ScorePairs, level: int, samples: int) -> LinkFigures:
    """Figures of one level over ``samples`` graphs."""
    counts = np.sum([_count_hits(sampler.draw(level), score_pairs) for _ in range(samples)], axis=0)
    right, said, true, named, known = (float(count) for count in counts)
    return LinkFigures(right / max(said, 1.0), right / max(true, 1.0), named / max(known, 1.0))


def _count_hits(sample: GraphSample, score_pairs: ScorePairs) -> Float64s:
    """Links right, said, true; categories right, known."""
    graph = sample.graph
    level = encode_levels([sample.level])
    pair_logits, category_logits = score_pairs(
        graph.nodes[None], graph.pairs[None], graph.pair_mask[None], level, graph.team_evidence[None]
    )
    said, true = (pair_logits[0] > 0)[sample.certain], sample.successors[sample.certain]
    known = sample.categories != UNKNOWN
    named = (category_logits[0].argmax(axis=1) == sample.categories)[known]
    return np.array([(said & true).sum(), said.sum(), true.sum(), named.sum(), known.sum()], np.float64)


def score_by_network(network: GraphTracker) -> ScorePairs:
    """The network as the solver calls it."""

    def score_pairs(*inputs: Float32s | Bools) -> tuple[Float32s, Float32s]:
        with torch.no_grad():
            pair_logits, category_logits = network(*(torch.from_numpy(np.ascontiguousarray(each)) for each in inputs))
        return pair_logits.numpy(), category_logits.numpy()

    return score_pairs


def score_by_hand(
    nodes: Float32s, pairs: Float32s, pair_mask: Bools, level: Float32s, team_evidence: Float32s
) -> tuple[Float32s, Float32s]:
    """`link_by_hand` without the network. Arguments and results as `sideline.tracking.graph.engines.ScorePairs`."""
    logits = link_by_hand(torch.from_numpy(pairs)).numpy()
    return np.where(pair_mask, logits, 0.0).astype(np.float32), team_evidence
