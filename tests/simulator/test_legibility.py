"""Which numbers can be read in a camera: turned to it, large, not hidden."""

from dataclasses import replace

import numpy as np
import pytest

from sideline.simulator.legibility import NumberTruth, find_legible, measure_numbers
from sideline.simulator.match import Match
from sideline.simulator.scene import Cast, build_scene

_RIGHT = 1


def _numbers(match: Match, places_m: list[tuple[float, float]], heading_rad: float = 0.0) -> NumberTruth:
    """Numbers in the right camera of a match's first persons, standing at places, turned from facing it by an angle."""
    cast, camera = Cast.of(match), match.rig.right
    positions = np.full_like(match.motion.positions_m, 200.0)
    positions[:, : len(places_m)] = places_m
    still = np.zeros_like(match.motion.airborne_m)
    to_camera = camera.centre_m[[0, 2]] - np.array(places_m[0])
    headings = np.full_like(still, np.arctan2(to_camera[1], to_camera[0]) + heading_rad)
    motion = replace(
        match.motion, positions_m=positions, airborne_m=still, speeds_m_s=still, headings_rad=headings,
        posture=np.zeros_like(match.motion.posture),
    )  # fmt: skip
    scene = build_scene(replace(match, motion=motion), cast, 0)
    return measure_numbers(scene, _RIGHT, cast.present, camera)


def test_a_number_turned_to_the_camera_can_be_read_and_has_the_size_of_the_shirts_field(match: Match) -> None:
    numbers = _numbers(match, [(5.0, 2.0)])
    height_m = match.people.persons[0].height_m
    distance_m = np.linalg.norm(match.rig.right.centre_m - [5.0, 1.2, 2.0])
    focal_px = match.rig.right.matrix[0, 0]
    assert numbers.heights_px[0] == pytest.approx(0.136 * height_m * focal_px / distance_m, rel=0.2)
    assert numbers.widths_px[0] > numbers.heights_px[0]
    assert numbers.hidden[0] == 0
    assert numbers.legible[0]


@pytest.mark.parametrize("turn", [np.pi / 2, -np.pi / 2])
def test_the_number_of_a_person_seen_from_the_side_cannot_be_read(match: Match, turn: float) -> None:
    assert not _numbers(match, [(5.0, 2.0)], turn).legible[0]


def test_the_number_on_the_back_can_be_read(match: Match) -> None:
    assert _numbers(match, [(5.0, 2.0)], np.pi).legible[0]


def test_a_number_behind_another_person_is_hidden_and_that_persons_is_not(match: Match) -> None:
    camera = match.rig.right.centre_m[[0, 2]]
    near = np.array([6.0, 1.0])
    far = near + 0.8 * (near - camera) / np.linalg.norm(near - camera)
    numbers = _numbers(match, [(float(near[0]), float(near[1])), (float(far[0]), float(far[1]))])
    assert numbers.hidden[0] == 0
    assert numbers.hidden[1] > 0.3
    assert numbers.legible[:2].tolist() == [True, False]


def test_people_outside_the_picture_have_no_legible_number(match: Match) -> None:
    numbers = _numbers(match, [(-13.0, 0.0)])
    assert not numbers.legible[0]
    assert numbers.heights_px[0] == 0


def test_the_tens_are_left_of_the_number_and_the_ones_right_of_it(match: Match) -> None:
    places = _numbers(match, [(5.0, 2.0)]).places_px[0]
    numbers = _numbers(match, [(5.0, 2.0)])
    np.testing.assert_allclose((places[1] + places[2]) / 2, places[0])
    assert np.linalg.norm(places[2] - places[1]) == pytest.approx(numbers.widths_px[0] / 2, rel=0.1)
    assert places[1, 0] < places[0, 0] < places[2, 0]


@pytest.mark.parametrize(
    ("height", "width", "hidden", "blur", "legible"),
    [
        (10.0, 12.0, 0.0, 0.0, True),
        (7.9, 12.0, 0.0, 0.0, False),
        (8.0, 5.7, 0.12, 2.3, True),
        (10.0, 6.9, 0.0, 0.0, False),
        (10.0, 12.0, 0.13, 0.0, False),
        (10.0, 12.0, 0.0, 3.1, False),
    ],
)
def test_the_limits_of_legibility(height: float, width: float, hidden: float, blur: float, legible: bool) -> None:
    assert find_legible(*(np.array([value]) for value in (height, width, hidden, blur))).tolist() == [legible]
