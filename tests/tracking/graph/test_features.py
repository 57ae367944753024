"""Features of nodes and pairs against values derived by hand."""

import numpy as np
import pytest

from sideline.arrays import Float32s
from sideline.tracking.graph.features import (
    NEIGHBOURS,
    TrackletTable,
    candidate_pairs,
    node_features,
    pair_features,
    weigh_teams,
)
from tests.tracking.graph.pieces import looks_like, piece
from tests.tracking.graph.scenes import point_of

FPS = 25.0
NO_LIMIT_S = 1e5


def test_a_nodes_features_are_its_looks_place_time_and_score() -> None:
    tracklet = piece(50, 74, (7.0, -3.75), looks=looks_like(3))
    nodes = node_features(TrackletTable.of([tracklet], 25, FPS))
    assert nodes.shape == (1, 71)
    assert nodes.dtype == np.float32
    np.testing.assert_allclose(nodes[0, :64], point_of(3, 64), atol=1e-6)
    expected = [0.5, -0.5, np.arcsinh(1.0), np.arcsinh(49 / 25), np.log1p(24 / 25), np.log1p(25) / 4, 0.9]
    np.testing.assert_allclose(nodes[0, 64:], expected, rtol=1e-5)


def test_a_pairs_features_say_gap_offset_and_speed() -> None:
    first, second = piece(0, 0), piece(50, 50, (3.0, -4.0))
    pairs = pair_features(TrackletTable.of([first, second], 0, FPS))
    assert pairs.shape == (2, 2, 16)
    expected = [np.arcsinh(2.0), np.arcsinh(3.0), np.arcsinh(-4.0), np.arcsinh(5.0), 5 / 2 / 9]
    np.testing.assert_allclose(pairs[0, 1, :5], expected, rtol=1e-5)
    np.testing.assert_allclose(pairs[0, 1, 5:7], np.arcsinh(5.0), rtol=1e-5)
    np.testing.assert_allclose(pairs[0, 1, 13:15], np.log1p(1) / 4, rtol=1e-5)


def test_who_goes_on_as_before_misses_by_little_and_who_stands_by_the_way() -> None:
    runner = piece(0, 30, (0.0, 0.0), (0.2, 0.0))
    table = TrackletTable.of([runner, piece(33, 60, (6.6, 0.0), (0.2, 0.0)), piece(33, 60, (6.0, 0.0))], 0, FPS)
    forward, backward = np.moveaxis(np.sinh(pair_features(table)[0, 1:, 5:7]), 1, 0)
    # 5 m/s for 0.12 s, forgotten over 1 s: 5 · (1 - e^-0.12) = 0.565 of 0.6 m
    np.testing.assert_allclose(forward, [0.035, 0.565], atol=0.02)
    np.testing.assert_allclose(backward, [0.035, 0.0], atol=0.02)


def test_pairs_say_how_much_two_look_alike() -> None:
    one = looks_like(1, 8, number=12, team=(0, 0, 0.9, 0, 0, 0.9))
    same = looks_like(1, 8, number=12, team=(0, 0, 0.9, 0, 0, 0.9))
    other = looks_like(2, 8, number=21, team=(-9, 9, 0.1, 0, 0, 0.4))
    pairs = pair_features(
        TrackletTable.of([piece(0, 9, looks=one), piece(20, 29, looks=same), piece(20, 29, looks=other)], 0, FPS)
    )
    alike, unlike = pairs[0, 1], pairs[0, 2]
    np.testing.assert_allclose(alike[7:10], [1, 0, 0], atol=1e-5)
    np.testing.assert_allclose(unlike[8:10], [0.8, 0.5], atol=1e-5)
    assert unlike[7] < 0.5
    np.testing.assert_allclose([alike[10], unlike[10]], [0.5, 0.5], atol=1e-3)
    np.testing.assert_allclose(alike[11], np.log(100) / 4, atol=0.02)
    assert unlike[11] < -0.5
    assert alike[12] > 0.99
    assert alike[15] == unlike[15] == 1


def test_of_few_numbers_that_are_expected_the_same_one_tells_less_and_another_one_is_no_rival() -> None:
    expected = np.full(100, 0.2 / 96)
    expected[[3, 7, 12, 21]] = 0.2
    seen = [piece(first, first + 9, looks=looks_like(1, 8, number=12)) for first in (0, 20)]
    pairs = pair_features(TrackletTable.of(seen, 0, FPS), expected)
    assert pairs[0, 1, 11] == pytest.approx(np.log(5) / 4, abs=0.02)
    blank = pair_features(TrackletTable.of([seen[0], piece(20, 29)], 0, FPS), expected)
    assert blank[0, 1, 11] == pytest.approx(0.0, abs=1e-4)


def test_without_crops_a_pair_says_nothing_of_looks() -> None:
    known = piece(0, 9, looks=looks_like(1, 8, number=12, team=(5, -5, 0.9, 0, 0, 0.9)))
    pairs = pair_features(TrackletTable.of([known, piece(20, 29)], 0, FPS))
    np.testing.assert_allclose(pairs[0, 1, [7, 8, 9, 11, 12, 15]], 0, atol=1e-4)
    assert pairs[0, 1, 10] == pytest.approx(0.5)


def pairs_of(*spans: tuple[int, int, float], longest_gap_s: float = NO_LIMIT_S) -> set[tuple[int, int]]:
    """Candidate pairs of people who stand at x in the frames first … last."""
    table = TrackletTable.of([piece(first, last, (x, 0.0)) for first, last, x in spans], 0, FPS)
    return {(int(row), int(column)) for row, column in np.argwhere(candidate_pairs(table, longest_gap_s))}


def test_only_what_starts_after_the_end_can_follow() -> None:
    assert pairs_of((0, 10, 0.0), (11, 20, 0.0), (10, 20, 0.0)) == {(0, 1)}


def test_a_gap_that_is_too_long_is_not_bridged() -> None:
    assert pairs_of((0, 0, 0.0), (25, 30, 0.0), (26, 30, 0.0), longest_gap_s=1.0) == {(0, 1)}


def test_nobody_runs_faster_than_nine_metres_a_second() -> None:
    assert pairs_of((0, 0, 0.0), (25, 25, 9.9)) == {(0, 1)}
    assert pairs_of((0, 0, 0.0), (25, 25, 10.1)) == set()


def test_only_mutual_neighbours_stay() -> None:
    later = [(20, 20, 0.1 * rank) for rank in range(NEIGHBOURS + 3)]
    assert pairs_of((0, 0, 0.0), *later) == {(0, rank + 1) for rank in range(NEIGHBOURS)}


def test_looks_outweigh_a_little_distance_among_neighbours() -> None:
    me = looks_like(1)
    crowd = [piece(20, 20, (0.05 * rank, 0.0), looks=looks_like(2 + rank)) for rank in range(NEIGHBOURS)]
    tracklets = [piece(0, 0, looks=me), *crowd, piece(20, 20, (1.0, 0.0), looks=me)]
    assert candidate_pairs(TrackletTable.of(tracklets, 0, FPS), NO_LIMIT_S)[0, -1]


def test_columns_that_may_not_be_joined_have_no_pairs() -> None:
    table = TrackletTable.of([piece(0, 1), piece(5, 6), piece(9, 9)], 0, FPS)
    mask = candidate_pairs(table, NO_LIMIT_S, np.array([False, False, True]))
    assert np.argwhere(mask).tolist() == [[0, 2], [1, 2]]


def test_evidence_is_asked_with_nan_where_there_is_no_crop() -> None:
    def answer(team: Float32s) -> Float32s:
        return np.stack([np.where(np.isnan(team[:, 2]), -1.0, team[:, 2])] * 3, axis=1).astype(np.float32)

    table = TrackletTable.of([piece(0, 1), piece(0, 1, looks=looks_like(1, team=(0, 0, 0.25)))], 0, FPS)
    assert weigh_teams(table, answer)[:, 0].tolist() == [-1.0, 0.25]
