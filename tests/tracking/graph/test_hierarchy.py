"""Levels: who is joined in which block."""

import numpy as np

from sideline.arrays import Bools, Float32s
from sideline.tracking.graph.hierarchy import GraphBuilder, choose_largest, join_level
from sideline.tracking.graph.scoring import GraphScorer
from sideline.tracking.graph.settings import SHORT, WINDOW, Level
from sideline.tracking.graph.tracklets import Tracklet
from tests.tracking.graph.engines import score_pairs
from tests.tracking.graph.pieces import piece


def no_evidence(team: Float32s) -> Float32s:
    """All categories alike."""
    return np.zeros((*team.shape[:-1], 3), np.float32)


def join(tracklets: list[Tracklet], level: Level, first_frame: int = 0, most: int = 32) -> list[tuple[int, int]]:
    """First and last frames of the joined tracklets."""
    scorer = GraphScorer(score_pairs, (most,), 10_000)
    joined = join_level(tracklets, first_frame, level, GraphBuilder(no_evidence, 25.0), scorer)
    return sorted((each.first_frame, each.last_frame) for each in joined)


def test_a_chain_of_pieces_becomes_one_tracklet() -> None:
    assert join([piece(0, 9), piece(22, 30), piece(12, 20)], Level(SHORT, 128)) == [(0, 30)]


def test_pieces_of_different_blocks_stay_apart() -> None:
    pieces = [piece(100, 105), piece(107, 112), piece(117, 122), piece(124, 130)]
    assert join(pieces, Level(SHORT, 16), first_frame=100) == [(100, 112), (117, 130)]
    assert join(pieces, Level(SHORT, 32), first_frame=100) == [(100, 130)]


def test_a_blocks_time_begins_with_the_block() -> None:
    starts: list[float] = []

    def note(nodes: Float32s, pairs: Float32s, mask: Bools, *rest: Float32s) -> tuple[Float32s, Float32s]:
        starts.extend(np.sinh(nodes[:, 0, 66]).tolist())
        return score_pairs(nodes, pairs, mask, *rest)

    pieces = [piece(105, 108), piece(110, 112), piece(117, 122), piece(124, 130)]
    builder, scorer = GraphBuilder(no_evidence, 25.0), GraphScorer(note, (4,), 10_000)
    join_level(pieces, 100, Level(SHORT, 16), builder, scorer)
    # blocks begin with the frames 100 and 116
    np.testing.assert_allclose(starts, [5 / 25, 1 / 25], rtol=1e-5)


def test_a_gap_longer_than_the_levels_is_left_for_the_next_level() -> None:
    pieces = [piece(0, 9), piece(60, 70)]
    assert join(pieces, Level(SHORT, 128)) == [(0, 9), (60, 70)]
    assert join(pieces, Level(WINDOW, 128)) == [(0, 70)]


def test_people_at_the_same_time_stay_apart() -> None:
    assert join([piece(0, 9), piece(5, 14)], Level(SHORT, 128)) == [(0, 9), (5, 14)]


def test_more_tracklets_than_a_graph_holds_leave_the_smallest_as_they_are() -> None:
    pieces = [piece(0, 9), piece(12, 20), piece(22, 23)]
    assert join(pieces, Level(SHORT, 128), most=2) == [(0, 20), (22, 23)]


def test_nobody_is_nobody() -> None:
    assert join([], Level(SHORT, 128)) == []


def test_the_largest_are_chosen_in_their_own_order() -> None:
    assert choose_largest([piece(0, 3), piece(0, 9), piece(0, 0), piece(0, 5)], 2).tolist() == [1, 3]
