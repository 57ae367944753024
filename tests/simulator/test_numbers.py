"""Numbers can be read from the side that they are on, and two numbers look different."""

import numpy as np
import pytest

from sideline.simulator.numbers import FONTS, NumberTexture, draw_number, facing_sides, number_corners, paint_number
from sideline.simulator.people import Kit
from sideline.simulator.skeleton import Bodies, Stance, pose_bodies

_KIT = Kit((20, 20, 120), (20, 20, 120), (250, 250, 250), (200, 30, 30), 0)


def _body(heading: float) -> Bodies:
    one = np.ones(1)
    return pose_bodies(Stance(np.zeros((1, 2)), heading * one, 0 * one, 0 * one, np.eye(5)[[0]], 0 * one, 2 * one, one))


@pytest.mark.parametrize("side", [0, 1])
def test_the_number_reads_from_left_to_right_for_who_stands_before_it(side: int) -> None:
    facing_camera = _body(np.pi / 2 if side == 0 else -np.pi / 2)  # towards +z or away from it; the viewer is at +z
    top_left, top_right, bottom_right, bottom_left = number_corners(facing_camera, 2 * np.ones(1), np.ones(1))[0, side]
    assert top_left[0] < top_right[0]
    assert bottom_left[0] < bottom_right[0]
    assert bottom_left[1] < top_left[1]


def test_only_the_side_that_turns_to_the_viewer_can_be_read() -> None:
    viewer = np.array([0.0, 8.0, 15.0])
    chest, back = facing_sides(_body(np.pi / 2), viewer)
    assert (chest[0], back[0]) == (True, False)
    chest, back = facing_sides(_body(-np.pi / 2), viewer)
    assert (chest[0], back[0]) == (False, True)


@pytest.mark.parametrize("font", range(len(FONTS)))
def test_every_font_draws_one_and_two_digits_that_differ(font: int) -> None:
    textures = [paint_number(number, _KIT, FONTS[font], lambda colours: colours) for number in ("7", "23", "32")]
    coverages = [texture.coverages[0].astype(int) for texture in textures]
    assert all(coverage.mean() > 15 for coverage in coverages)
    assert np.abs(coverages[1] - coverages[2]).mean() > 8


def test_a_number_is_laid_into_its_corners_and_nowhere_else() -> None:
    full = NumberTexture(
        tuple(np.full((size, size, 3), 200, np.uint8) for size in (96, 48, 24, 12)),
        tuple(np.full((size, size), 255, np.uint8) for size in (96, 48, 24, 12)),
    )
    canvas = np.zeros((50, 50, 3), np.uint8)
    draw_number(canvas, full, np.array([[10.0, 12.0], [30.0, 12.0], [30.0, 40.0], [10.0, 40.0]]), light=0.5)
    assert (canvas[15:38, 13:28] == 100).all()
    canvas[11:42, 9:32] = 0
    assert not canvas.any()
