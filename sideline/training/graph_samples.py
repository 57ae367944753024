"""Training samples of the graph tracker: graphs of simulated tracklets with who truly goes on as whom.

Graphs are built by sideline.tracking.graph, so that the network learns on what it is served. How pieces come about is
in graph_pieces, how crops are drawn in bank_crops, which graphs there are in graph_windows.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sideline.arrays import Bools, Int64s
from sideline.tensors import Category
from sideline.tracking.graph.engines import EncodeTracklets
from sideline.tracking.graph.hierarchy import GraphBuilder
from sideline.tracking.graph.scoring import Graph
from sideline.tracking.graph.tracklets import Tracklet, make_tracklet
from sideline.training.bank_crops import BankCrops
from sideline.training.graph_looks import sum_up_looks
from sideline.training.graph_pieces import IMPURE
from sideline.training.sightings import FPS, Sightings

UNKNOWN: Final = -1
"""Category of a tracklet that is nobody's, or several people's."""


@dataclass(frozen=True, slots=True, eq=False)
class GraphSample:
    """One graph of N nodes and the truth about it.

    Attributes:
        graph: What the network is served.
        level: POINTS, SHORT, WINDOW or PAST.
        successors: [N, N] the second tracklet is what the first one's person does next.
        certain: [N, N] pairs of which that can be said.
        categories: [N] Category, or UNKNOWN.
    """

    graph: Graph
    level: int
    successors: Bools
    certain: Bools
    categories: Int64s


def find_successors(owners: Int64s, start_frames: Int64s, end_frames: Int64s, candidates: Bools) -> Bools:
    """Mark for every tracklet the candidate of the same person that starts next, if this one is the last before it.

    Args:
        owners: [N] person, or negative for those without successors.
        start_frames, end_frames: [N].
        candidates: [N, N].

    Returns:
        [N, N] bool; at most one a row and one a column.
    """
    same = candidates & (owners[:, None] == owners[None]) & (owners >= 0)[:, None]
    starts = np.where(same, start_frames[None], np.iinfo(np.int64).max)
    ends = np.where(same, end_frames[:, None], np.iinfo(np.int64).min)
    nodes = np.arange(len(owners))
    next_of_first, last_before_second = np.zeros_like(same), np.zeros_like(same)
    next_of_first[nodes, starts.argmin(axis=1)] = True
    last_before_second[ends.argmax(axis=0), nodes] = True
    return np.asarray(same & next_of_first & last_before_second, np.bool_)


def make_sample(
    tracklets: list[Tracklet],
    owners: Int64s,
    crops: BankCrops,
    level: int,
    start_frame: int,
    joinable: Bools | None = None,
) -> GraphSample:
    """The graph of N ≥ 1 tracklets in a window that begins with ``start_frame``.

    Args:
        tracklets: The nodes.
        owners: [N] whose they are: a person_id, NOBODY or IMPURE.
        crops: The bank that the looks are from.
        level, start_frame: Of the graph.
        joinable: As in `candidate_pairs`.
    """
    graph = GraphBuilder(crops.evidence, FPS).build(tracklets, start_frame, level, joinable)
    starts = np.array([each.first_frame for each in tracklets])
    ends = np.array([each.last_frame for each in tracklets])
    pure, known = owners != IMPURE, owners >= 0
    categories = np.full(len(owners), UNKNOWN, np.int64)
    categories[known] = crops.bank.categories[owners[known]]
    return GraphSample(
        graph=graph,
        level=level,
        successors=find_successors(owners, starts, ends, graph.pair_mask),
        certain=graph.pair_mask & pure[:, None] & pure[None],
        categories=categories,
    )


def make_tracklets(
    rows: Sightings,
    pieces: Int64s,
    crop_rows: Int64s,
    crops: BankCrops,
    encode_tracklets: EncodeTracklets | None = None,
) -> list[Tracklet]:
    """Tracklets of the pieces, in the order of their numbers.

    Args:
        rows: D detections.
        pieces: [D] 0 … P - 1, none empty.
        crop_rows: [D] row of the bank, or NO_CROP.
        crops: The bank.
        encode_tracklets: As in `sum_up_looks`.
    """
    order = np.lexsort((rows.frames, pieces))
    parts = np.split(order, np.flatnonzero(np.diff(pieces[order])) + 1) if len(order) else []
    looks = sum_up_looks(crops, [crop_rows[part] for part in parts], encode_tracklets)
    return [
        make_tracklet(rows.frames[part], rows.points_m[part], rows.scores[part], rows.micro_track_ids[part], look)
        for part, look in zip(parts, looks, strict=True)
    ]


def swap_teams(sample: GraphSample) -> GraphSample:
    """The same graph with home and away exchanged: which team is called home is chance."""
    other = np.array([Category.AWAY, Category.HOME, Category.REFEREE, UNKNOWN])
    graph = replace(sample.graph, team_evidence=sample.graph.team_evidence[:, other[:3]])
    return replace(sample, graph=graph, categories=other[sample.categories])
