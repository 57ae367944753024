"""The nearest-neighbour baseline on hand-made points."""

import numpy as np

from sideline.tracking.nearest import NearestNeighbourTracker


def show(tracker: NearestNeighbourTracker, frame_index: int, *points_m: tuple[float, float]) -> list[int]:
    return tracker.update(frame_index, np.array(points_m, np.float64).reshape(-1, 2)).tolist()


def test_points_go_to_the_nearest_track_whatever_their_order() -> None:
    tracker = NearestNeighbourTracker()
    assert show(tracker, 0, (0, 0), (5, 0)) == [1, 2]
    assert show(tracker, 1, (5.4, 0), (0.4, 0)) == [2, 1]


def test_the_closest_pair_chooses_first() -> None:
    tracker = NearestNeighbourTracker()
    show(tracker, 0, (0, 0), (1, 0))
    assert show(tracker, 1, (0.6, 0), (0.9, 0)) == [1, 2]  # 0.6 is nearer to track 2, but 0.9 is nearer still


def test_the_gate_is_closed_beyond_one_metre() -> None:
    tracker = NearestNeighbourTracker(gate_m=1.0)
    show(tracker, 0, (0, 0))
    assert show(tracker, 1, (1.0, 0)) == [1]
    assert show(tracker, 2, (2.01, 0)) == [2]


def test_a_track_waits_where_it_was_last_seen_for_25_frames() -> None:
    for gap, expected in [(25, 1), (26, 2)]:
        tracker = NearestNeighbourTracker()
        show(tracker, 0, (0, 0))
        show(tracker, 1)
        assert show(tracker, gap, (0.5, 0)) == [expected]


def test_a_track_is_not_where_it_was_before() -> None:
    tracker = NearestNeighbourTracker()
    show(tracker, 0, (0, 0))
    show(tracker, 1, (0.9, 0))
    assert show(tracker, 2, (0, 0), (0.9, 0)) == [2, 1]


def test_empty_frames_and_no_tracks_are_no_trouble() -> None:
    tracker = NearestNeighbourTracker()
    assert show(tracker, 0) == []
    assert show(tracker, 1) == []
    assert show(tracker, 2, (0, 0)) == [1]


def test_crossing_players_swap_identities() -> None:
    tracker = NearestNeighbourTracker()
    show(tracker, 0, (0.0, 0), (0.5, 0))
    assert show(tracker, 1, (0.5, 0), (0.0, 0)) == [2, 1]
