"""Extent of the court."""

import numpy as np

from sideline.arena.court import Court


def test_points_on_the_line_belong_to_the_court_and_nan_does_not() -> None:
    points = np.array([[14.0, 7.5], [14.01, 0.0], [0.0, -7.51], [np.nan, 0.0], [0.0, 0.0]])
    assert Court().contains(points).tolist() == [True, False, False, False, True]


def test_a_margin_widens_the_court_on_all_sides() -> None:
    points = np.array([[15.0, 0.0], [0.0, -8.5], [15.1, 0.0]])
    assert Court().contains(points, margin_m=1.0).tolist() == [True, True, False]


def test_corners_run_clockwise_from_the_far_left() -> None:
    assert Court(28, 15).corners_m(0.5).tolist() == [[-14.5, -8], [14.5, -8], [14.5, 8], [-14.5, 8]]
