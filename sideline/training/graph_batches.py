"""Graphs one after the other as one batch of tensors, with a list of their pairs; nothing is padded."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from sideline.arrays import Float32s
from sideline.networks.graph_layout import ListLayout
from sideline.networks.graph_tracker import GraphOutput, GraphTracker
from sideline.tensors import LEVEL
from sideline.training.graph_samples import GraphSample


@dataclass(frozen=True, slots=True)
class GraphBatch:
    """Graphs with S nodes and E pairs in all, of any levels.

    Attributes:
        nodes: [S, 71].
        pairs: [E, 16].
        first, second: [E] rows of the nodes.
        levels: [E, 4] one-hot.
        team_evidence: [S, 3].
        successors: [E] float, 1 where the second node is what the first one's person does next.
        certain: [E] bool, whether that can be said.
        categories: [S].
    """

    nodes: Tensor
    pairs: Tensor
    first: Tensor
    second: Tensor
    levels: Tensor
    team_evidence: Tensor
    successors: Tensor
    certain: Tensor
    categories: Tensor

    def run(self, network: GraphTracker) -> GraphOutput:
        """What the network says of every pair and node."""
        layout = ListLayout(self.first, self.second, len(self.nodes))
        return network.run(self.nodes, self.pairs, layout, self.levels, self.team_evidence)


def make_batch(samples: list[GraphSample], device: torch.device) -> GraphBatch:
    """Put graphs one after the other."""
    offsets = np.cumsum([0, *(len(sample.graph) for sample in samples)])
    at = [np.nonzero(sample.graph.pair_mask) for sample in samples]
    first, second = (
        np.concatenate([rows[end] + offset for rows, offset in zip(at, offsets, strict=False)]) for end in range(2)
    )
    levels = np.repeat([sample.level for sample in samples], [len(rows[0]) for rows in at])
    arrays = (
        np.concatenate([sample.graph.nodes for sample in samples]),
        np.concatenate([sample.graph.pairs[rows] for sample, rows in zip(samples, at, strict=True)]),
        first,
        second,
        encode_levels(levels.tolist()),
        np.concatenate([sample.graph.team_evidence for sample in samples]),
        np.concatenate([sample.successors[rows] for sample, rows in zip(samples, at, strict=True)]).astype(np.float32),
        np.concatenate([sample.certain[rows] for sample, rows in zip(samples, at, strict=True)]),
        np.concatenate([sample.categories for sample in samples]),
    )
    return GraphBatch(*(torch.from_numpy(array).to(device) for array in arrays))


def encode_levels(levels: list[int]) -> Float32s:
    """One-hot levels: [B, 4]."""
    return np.eye(LEVEL.dims[0], dtype=np.float32)[levels]
