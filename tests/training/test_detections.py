"""Rows of a raw answer: which stay, and whose they are; in row 100 a pixel is 2 cm across and 4 cm down."""

import numpy as np
import pytest

from sideline.training.detections import pair_with_people, select_distinct, to_pixels
from sideline.training.panoramas import Truth
from tests.training.shards import truth_of


def _truth(*people_px: tuple[float, float], required: tuple[bool, ...] = (), ignored: tuple[bool, ...] = ()) -> Truth:
    """One frame with these people, required unless told otherwise, and somebody at the front for the scale."""
    count = len(people_px)
    who = [[*(required or (True,) * count), False], [*(ignored or (False,) * count), False]]
    return truth_of(np.array([[*people_px, (1000.0, 500.0)]]), np.array(who[:1]), np.array(who[1:]))


TRUTH = _truth((100.0, 100.0))


def test_pixels_of_uv_by_hand() -> None:
    points = to_pixels(np.float32([[0, 0], [1, 1], [0.5, 0.25]]))
    assert points.tolist() == [[-0.5, -0.5], [1023.5, 511.5], [511.5, 127.5]]
    assert points.dtype == np.float64


@pytest.mark.parametrize(
    ("x", "y", "kept"),
    [(110, 100, [1]), (115, 100, [1, 0]), (100, 105, [1]), (100, 107.5, [1, 0]), (108, 104, [1])],
    ids=["0.2 m beside", "0.3 m beside", "0.2 m before", "0.3 m before", "0.16 m both ways"],
)
def test_of_two_detections_nearer_than_a_quarter_of_a_metre_the_better_stays(x: float, y: float, kept: list) -> None:
    points = np.array([[x, y], [100.0, 100.0]])
    assert select_distinct(points, np.array([0.6, 0.9]), TRUTH, 0.4).tolist() == kept


def test_the_same_pixels_are_fewer_metres_near_the_cameras() -> None:
    # 20 px: 0.4 m in row 100, 0.4 · e^(-0.004 · 300) = 0.12 m in row 400.
    scores = np.array([0.9, 0.8])
    assert len(select_distinct(np.array([[100.0, 100.0], [120.0, 100.0]]), scores, TRUTH, 0.4)) == 2
    assert len(select_distinct(np.array([[100.0, 400.0], [120.0, 400.0]]), scores, TRUTH, 0.4)) == 1


def test_rows_come_best_first_and_one_that_fell_away_pushes_nobody_out() -> None:
    # 0.2 m steps: the middle one is too near to the best, the last only to the middle one.
    points = np.array([[120.0, 100.0], [100.0, 100.0], [110.0, 100.0], [300.0, 100.0]])
    assert select_distinct(points, np.array([0.5, 0.9, 0.7, 0.6]), TRUTH, 0.4).tolist() == [1, 3, 0]


def test_only_scores_above_the_threshold_stay_and_those_below_push_nobody_out() -> None:
    points = np.array([[100.0, 100.0], [102.0, 100.0], [300.0, 100.0]])
    assert select_distinct(points, np.array([0.4, 0.3, 0.41]), TRUTH, 0.4).tolist() == [2]
    assert select_distinct(points, np.array([0.4, 0.3, 0.2]), TRUTH, 0.4).tolist() == []


def _pairs(points_px: list[tuple[float, float]], truth: Truth) -> list[tuple[int, int]]:
    rows, people = pair_with_people(np.array(points_px, np.float64).reshape(-1, 2), truth, 0)
    return sorted(zip(rows.tolist(), people.tolist(), strict=True))


@pytest.mark.parametrize(
    ("point", "pairs"),
    [((124.0, 100.0), [(0, 0)]), ((126.0, 100.0), []), ((100.0, 112.0), [(0, 0)]), ((100.0, 113.0), [])],
    ids=["0.48 m beside", "0.52 m beside", "0.48 m before", "0.52 m before"],
)
def test_a_detection_shows_a_person_at_most_half_a_metre_away(point: tuple[float, float], pairs: list) -> None:
    assert _pairs([point], TRUTH) == pairs


def test_everybody_is_paired_once_with_the_nearest() -> None:
    assert _pairs([(110.0, 100.0), (104.0, 100.0), (301.0, 100.0)], _truth((300.0, 100.0), (100.0, 100.0))) == [
        (1, 1),
        (2, 0),
    ]


def test_a_far_detection_does_not_break_up_a_near_pair() -> None:
    # The first is 0.05 m from person 1 and 0.4 m from person 0; the second is 10 m away from person 0 and 0.45 m less
    # from person 1, so that the least sum of distances would give it person 1.
    assert _pairs([(120.0, 100.0), (600.0, 100.0)], _truth((100.0, 100.0), (122.5, 100.0))) == [(0, 1)]


def test_required_and_ignored_people_are_paired_and_others_are_not() -> None:
    people = ((100.0, 100.0), (300.0, 100.0), (500.0, 100.0))
    truth = _truth(*people, required=(True, False, False), ignored=(False, True, False))
    assert _pairs(list(people), truth) == [(0, 0), (1, 1)]


def test_without_detections_there_are_no_pairs() -> None:
    assert _pairs([], TRUTH) == []
