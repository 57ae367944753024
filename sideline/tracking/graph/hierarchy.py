"""Joins a window's tracklets level by level (SUSHI, Cetintas et al., CVPR 2023). Knows nothing of past tracks."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from sideline.arrays import Bools, Float64s, Int64s
from sideline.tracking.graph.features import (
    EvidenceOf,
    TrackletTable,
    candidate_pairs,
    node_features,
    pair_features,
    weigh_teams,
)
from sideline.tracking.graph.linking import Links, choose_links, follow_chains
from sideline.tracking.graph.scoring import Graph, GraphScorer
from sideline.tracking.graph.settings import LONGEST_GAP_S, Level
from sideline.tracking.graph.tracklets import Tracklet, join_tracklets

WatchGraphs: TypeAlias = Callable[[Sequence[Tracklet], Graph, int], None]
"""Is told of every graph that is made: its nodes, itself and its level. The training listens."""


class GraphBuilder:
    """Makes graphs of tracklets.

    Args:
        evidence_of: Says which category clothes belong to, as in `weigh_teams`.
        fps: Frames per second of frame_index.
        expected_numbers: (100,) probabilities of the jersey numbers before anything is seen; None for all alike.
        watch: See there.
    """

    def __init__(
        self,
        evidence_of: EvidenceOf,
        fps: float,
        expected_numbers: Float64s | None = None,
        watch: WatchGraphs | None = None,
    ) -> None:
        self._evidence_of = evidence_of
        self._fps = fps
        self._expected_numbers = expected_numbers
        self._watch = watch

    def build(self, tracklets: Sequence[Tracklet], first_frame: int, kind: int, joinable: Bools | None = None) -> Graph:
        """The graph of N ≥ 1 tracklets.

        Args:
            tracklets: The nodes, in this order.
            first_frame: Where the window or block begins: time 0.
            kind: The level, which says how long a gap may be.
            joinable: As in `candidate_pairs`.
        """
        table = TrackletTable.of(tracklets, first_frame, self._fps)
        mask = candidate_pairs(table, LONGEST_GAP_S[kind], joinable)
        pairs = pair_features(table, self._expected_numbers)
        graph = Graph(node_features(table), pairs, mask, weigh_teams(table, self._evidence_of))
        if self._watch is not None:
            self._watch(tracklets, graph, kind)
        return graph


def join_level(
    tracklets: list[Tracklet], first_frame: int, level: Level, builder: GraphBuilder, scorer: GraphScorer
) -> list[Tracklet]:
    """Join what belongs together within the blocks of a level.

    Args:
        tracklets: The window's, as the level below left them.
        first_frame: frame_index of the window's first frame; blocks are counted from it.
        level: Length of the blocks, and which gaps are bridged.
        builder, scorer: Make graphs and have them scored.

    Returns:
        Tracklets, each detection in exactly one.
    """
    blocks = _split_into_blocks(tracklets, first_frame, level.frames, scorer.most_nodes)
    graphs = [builder.build(block, start, level.kind) for start, block in blocks]
    worth = [row for row, graph in enumerate(graphs) if graph.pair_mask.any()]
    links: list[Links] = [[] for _ in blocks]
    for row, scores in zip(worth, scorer.score([graphs[row] for row in worth], level.kind), strict=True):
        links[row] = choose_links(scores.pair_logits, graphs[row].pair_mask)
    return [
        join_tracklets([block[node] for node in chain])
        for row, (_, block) in enumerate(blocks)
        for chain in follow_chains(len(block), links[row])
    ]


def choose_largest(tracklets: Sequence[Tracklet], most: int) -> Int64s:
    """Rows of the tracklets with the most detections, at most so many, in their own order."""
    by_size = np.argsort([-each.detections for each in tracklets], kind="stable")[:most]
    return np.asarray(np.sort(by_size), np.int64)


def _split_into_blocks(
    tracklets: Sequence[Tracklet], first_frame: int, frames: int, most: int
) -> list[tuple[int, list[Tracklet]]]:
    """Blocks by the tracklets' middles, with their first frames; what a graph cannot hold is a block of its own."""
    groups: dict[int, list[Tracklet]] = {}
    for each in tracklets:
        number = ((each.first_frame + each.last_frame) // 2 - first_frame) // frames
        groups.setdefault(number, []).append(each)
    blocks: list[tuple[int, list[Tracklet]]] = []
    for number, group in groups.items():
        start = first_frame + number * frames
        kept = set(choose_largest(group, most).tolist())
        blocks.append((start, [group[row] for row in sorted(kept)]))
        blocks += [(start, [each]) for row, each in enumerate(group) if row not in kept]
    return blocks
