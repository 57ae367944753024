"""Cuts of micro-tracks, on places written down by hand."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.tracking.graph.cuts import CutSettings, cut_micro_tracks, measure_nearest

SETTINGS = CutSettings(
    longest_step_frames=3,
    jump_m=0.3,
    jump_m_per_frame=0.3,
    crowded_m=0.6,
)


def cut(*rows: tuple[int, int, float]) -> list[int]:
    """Pieces of the rows (frame, micro-track, x)."""
    frames, ids, xs = zip(*rows, strict=True)
    points_m = np.array([(x, 0.0) for x in xs], np.float32)
    return cut_micro_tracks(np.array(frames), np.array(ids), points_m, SETTINGS).tolist()


def test_a_micro_track_that_is_seen_all_the_time_is_one_piece() -> None:
    assert cut((0, 5, 0.0), (1, 5, 0.1), (2, 5, 0.2)) == [0, 0, 0]


def test_two_unseen_frames_are_no_cut_and_three_are() -> None:
    assert cut((0, 5, 0.0), (3, 5, 0.0)) == [0, 0]
    assert cut((0, 5, 0.0), (4, 5, 0.0)) == [0, 1]


def test_a_jump_is_cut() -> None:
    assert cut((0, 5, 0.0), (1, 5, 0.55)) == [0, 0]
    assert cut((0, 5, 0.0), (1, 5, 0.65)) == [0, 1]


def test_a_longer_way_is_no_jump_when_there_was_time_for_it() -> None:
    assert cut((0, 5, 0.0), (3, 5, 1.15)) == [0, 0]


def test_in_a_crowd_every_detection_is_a_piece_by_itself() -> None:
    rows = [(frame, 1, 0.0) for frame in range(6)]
    neighbour = [(2, 2, 0.5), (3, 2, 0.5), (4, 2, 0.7)]
    assert cut(*rows, *neighbour) == [0, 0, 1, 2, 3, 3, 4, 5, 6]


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [(0, 5, 0.0), (1, 5, 0.1), (9, 5, 0.1), (0, 3, 4.0), (1, 3, 4.0)]
    assert cut(*rows) == [1, 1, 2, 0, 0]
    assert cut(*rows[::-1]) == [0, 0, 2, 1, 1]


def test_no_detections_are_no_pieces() -> None:
    assert (
        cut_micro_tracks(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 2), np.float32), SETTINGS).size == 0
    )


def test_one_alone_has_nobody_near() -> None:
    points_m = np.array([(0, 0), (3, 4), (0, 0)], np.float32)
    assert measure_nearest(np.array([0, 0, 1]), points_m).tolist() == [5.0, 5.0, np.inf]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 4)), unique=True, min_size=1, max_size=60), st.integers(0, 9)
)
def test_pieces_are_runs_of_one_micro_track(rows: list[tuple[int, int]], seed: int) -> None:
    frames, ids = (np.array(column) for column in zip(*rows, strict=True))
    points_m = np.random.default_rng(seed).uniform(0, 1.5, (len(rows), 2)).astype(np.float32)
    pieces = cut_micro_tracks(frames, ids, points_m, SETTINGS)
    assert sorted(set(pieces.tolist())) == list(range(pieces.max() + 1))
    for number in range(pieces.max() + 1):
        members = np.flatnonzero(pieces == number)
        assert len(set(ids[members])) == 1
        between = (ids == ids[members[0]]) & (frames >= frames[members].min()) & (frames <= frames[members].max())
        assert (pieces[between] == number).all()
