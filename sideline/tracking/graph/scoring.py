"""Graphs into the engine and logits out: padding to buckets and batches. Knows shapes, not what a node stands for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s
from sideline.tensors import LEVEL, NODE_DIMS, PAIR_DIMS, Category
from sideline.tracking.graph.engines import ScorePairs


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """One graph of N nodes, as in `sideline.tensors` without the batch axis.

    Attributes:
        nodes: (N,71) f32.
        pairs: (N,N,16) f32.
        pair_mask: (N,N) bool.
        team_evidence: (N,3) f32.
    """

    nodes: Float32s
    pairs: Float32s
    pair_mask: Bools
    team_evidence: Float32s

    def __len__(self) -> int:
        return len(self.nodes)

    def select(self, rows: Int64s) -> "Graph":
        """The graph of some of the nodes."""
        both = np.ix_(rows, rows)
        return Graph(self.nodes[rows], self.pairs[both], self.pair_mask[both], self.team_evidence[rows])


@dataclass(frozen=True, slots=True, eq=False)
class GraphScores:
    """The engine's answer to one graph: pair_logits (N,N), category_logits (N,3); finite."""

    pair_logits: Float32s
    category_logits: Float32s


class GraphScorer:
    """Calls the engine for any number of graphs.

    Args:
        score_pairs: The engine.
        node_buckets: Sizes that graphs are padded to, rising; no graph may have more nodes than the last.
        largest_batch_pairs: Graphs go together up to so many node pairs.
    """

    def __init__(self, score_pairs: ScorePairs, node_buckets: Sequence[int], largest_batch_pairs: int) -> None:
        self._score_pairs = score_pairs
        self._node_buckets = node_buckets
        self._largest_batch_pairs = largest_batch_pairs

    @property
    def most_nodes(self) -> int:
        """Nodes that a graph can have."""
        return self._node_buckets[-1]

    def score(self, graphs: Sequence[Graph], kind: int) -> list[GraphScores]:
        """Score graphs of one level.

        Args:
            graphs: In any order, which the result follows.
            kind: The level that the engine is told, 0–3.
        """
        scores: dict[int, GraphScores] = {}
        for size, members in self._batches(graphs):
            batch = [graphs[member] for member in members]
            scores.update(zip(members, self._score_batch(batch, size, kind), strict=True))
        return [scores[member] for member in range(len(graphs))]

    def _batches(self, graphs: Sequence[Graph]) -> Iterator[tuple[int, list[int]]]:
        sizes = [min(size for size in self._node_buckets if size >= len(graph)) for graph in graphs]
        for size in sorted(set(sizes)):
            members = [member for member, its in enumerate(sizes) if its == size]
            most = max(1, self._largest_batch_pairs // size**2)
            yield from ((size, members[first : first + most]) for first in range(0, len(members), most))

    def _score_batch(self, graphs: Sequence[Graph], size: int, kind: int) -> list[GraphScores]:
        count = len(graphs)
        nodes = np.zeros((count, size, NODE_DIMS), np.float32)
        pairs = np.zeros((count, size, size, PAIR_DIMS), np.float32)
        mask = np.zeros((count, size, size), np.bool_)
        evidence = np.zeros((count, size, len(Category)), np.float32)
        for row, graph in enumerate(graphs):
            real = len(graph)
            nodes[row, :real], evidence[row, :real] = graph.nodes, graph.team_evidence
            pairs[row, :real, :real], mask[row, :real, :real] = graph.pairs, graph.pair_mask
        level = np.zeros((count, LEVEL.dims[0]), np.float32)
        level[:, kind] = 1.0
        pair_logits, category_logits = map(np.nan_to_num, self._score_pairs(nodes, pairs, mask, level, evidence))
        return [
            GraphScores(pair_logits[row, : len(graph), : len(graph)], category_logits[row, : len(graph)])
            for row, graph in enumerate(graphs)
        ]
