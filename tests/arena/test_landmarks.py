"""The court's landmarks against numbers of FIBA's diagrams."""

import pytest

from sideline.arena.court import Court
from sideline.arena.landmarks import landmarks_m


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("left_far_corner", (-14.0, 0.0, -7.5)),
        ("right_near_corner", (14.0, 0.0, 7.5)),
        ("left_near_key_corner", (-8.2, 0.0, 2.45)),
        ("right_far_free_throw", (8.2, 0.0, -1.8)),
        ("right_far_three_point_baseline", (14.0, 0.0, -6.6)),
        ("right_near_three_point_bend", (11.01, 0.0, 6.6)),  # diagram 2: 2.99 m from the end line
        ("left_three_point_top", (-5.675, 0.0, 0.0)),
        ("centre_line_far", (0.0, 0.0, -7.5)),
        ("centre_circle_right", (1.8, 0.0, 0.0)),
        ("left_near_backboard_top", (-12.8, 3.95, 0.9)),
    ],
)
def test_a_landmark_lies_where_the_rules_put_it(name: str, place: tuple[float, float, float]) -> None:
    assert landmarks_m(Court())[name] == pytest.approx(place, abs=0.005)


def test_a_smaller_court_keeps_the_size_of_its_key() -> None:
    places = landmarks_m(Court(length_m=26.0, width_m=14.0))
    assert places["left_near_corner"] == (-13.0, 0.0, 7.0)
    assert places["left_near_key_corner"] == pytest.approx((-7.2, 0.0, 2.45))


def test_every_place_has_one_name() -> None:
    places = landmarks_m(Court())
    assert len(places) == 40
    assert len(set(places.values())) == 40
