"""Tracklets: joins, ends and velocities."""

import numpy as np

from sideline.tracking.graph.tracklets import join_tracklets
from tests.tracking.graph.pieces import looks_like, piece


def test_joined_tracklets_have_the_detections_of_both_in_order() -> None:
    joined = join_tracklets(
        [piece(0, 4, looks=looks_like(1, 2)), piece(7, 9, (5.0, 0.0), looks=looks_like(1, 3), micro=2)]
    )
    assert joined.frames.tolist() == [0, 1, 2, 3, 4, 7, 8, 9]
    assert joined.micro_track_ids.tolist() == [1] * 5 + [2] * 3
    assert (joined.first_frame, joined.last_frame, joined.detections) == (0, 9, 8)
    assert joined.looks.crops == 5


def test_a_tracklet_whose_beginning_was_let_go_still_knows_how_long_it_was() -> None:
    short = piece(10, 109, looks=looks_like(1, 9)).keep_end(30)
    assert short.frames.tolist() == list(range(80, 110))
    assert (short.first_frame, short.detections, short.looks.crops) == (10, 100, 9)
    assert join_tracklets([short, piece(120, 121)]).detections == 102


def test_the_velocity_of_many_detections_is_theirs() -> None:
    steady = piece(0, 40, (1.0, 2.0), (0.08, -0.04))
    np.testing.assert_allclose(steady.end_velocity_m_s(25.0), [2.0, -1.0], rtol=0.02)
    np.testing.assert_allclose(steady.start_velocity_m_s(25.0), [2.0, -1.0], rtol=0.02)


def test_the_velocity_at_the_ends_is_that_of_the_ends() -> None:
    turning = join_tracklets([piece(0, 20, (0.0, 0.0), (0.1, 0.0)), piece(21, 40, (2.1, 0.0), (-0.1, 0.0))])
    assert turning.start_velocity_m_s(25.0)[0] > 2.3
    assert turning.end_velocity_m_s(25.0)[0] < -2.3


def test_the_velocity_of_two_detections_is_drawn_towards_none() -> None:
    # times ±0.02 s: 0.0008 s² of spread beside the prior's 0.0036 s² leave 2/11 of 2.5 m/s
    np.testing.assert_allclose(piece(0, 1, (0.0, 0.0), (0.1, 0.0)).end_velocity_m_s(25.0), [2.5 * 2 / 11, 0], rtol=1e-5)


def test_one_detection_has_no_velocity() -> None:
    assert piece(3, 3).end_velocity_m_s(25.0).tolist() == [0, 0]
