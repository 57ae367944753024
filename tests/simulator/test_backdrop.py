"""The empty arena shows floor and panels exactly where the camera projects them."""

import numpy as np
import pytest

from sideline.simulator.backdrop import floor_light, paint_backdrop
from sideline.simulator.court_paint import FLOOR_HALF_LENGTH_M, FLOOR_HALF_WIDTH_M, PX_PER_M
from sideline.simulator.look import LightLook
from sideline.simulator.match import Match
from sideline.simulator.stands import Panel

_EVEN_LIGHT = LightLook((1.0, 1.0, 1.0), 1.0, 0.3, ((0.2, 0.1),), falloff=0.0, side=1.0)
_RED, _GREY = (255, 0, 0), (90, 90, 90)


def _grey_floor() -> np.ndarray:
    shape = (round(2 * FLOOR_HALF_WIDTH_M * PX_PER_M), round(2 * FLOOR_HALF_LENGTH_M * PX_PER_M), 3)
    return np.full(shape, _GREY, np.uint8)


@pytest.mark.parametrize(("x_m", "z_m"), [(1.0, 0.0), (13.5, 7.0), (12.0, -7.0), (4.0, 6.5)])
def test_a_spot_on_the_floor_appears_where_the_camera_projects_it(match: Match, x_m: float, z_m: float) -> None:
    floor = _grey_floor()
    row, column = round((z_m + FLOOR_HALF_WIDTH_M) * PX_PER_M), round((x_m + FLOOR_HALF_LENGTH_M) * PX_PER_M)
    floor[row - 12 : row + 12, column - 12 : column + 12] = _RED
    image = paint_backdrop(match.rig.right, floor, [], _EVEN_LIGHT, gloss=0.0)
    red = np.argwhere((image[..., 0] > 180) & (image[..., 1] < 60))[:, ::-1]
    expected = match.rig.right.project(np.array([[x_m, 0.0, z_m]]))[0]
    assert np.linalg.norm(red.mean(axis=0) - expected) < 1.0


def test_a_panel_hides_the_floor_behind_it_but_not_the_floor_before_it(match: Match) -> None:
    board = np.full((4, 4, 3), _RED, np.uint8)
    panel = Panel(np.array([4.0, 1.0, 0.0]), np.array([4.0, 0.0, 0.0]), np.array([0.0, -1.0, 0.0]), board)
    image = paint_backdrop(match.rig.right, _grey_floor(), [panel], _EVEN_LIGHT, gloss=0.0)
    on_board, behind_board, before_board = np.round(
        match.rig.right.project(np.array([[6.0, 0.5, 0.0], [6.0, 0.0, -0.4], [6.0, 0.0, 0.3]]))
    ).astype(int)
    assert tuple(image[on_board[1], on_board[0]]) == _RED
    assert tuple(image[behind_board[1], behind_board[0]]) == _RED
    assert tuple(image[before_board[1], before_board[0]]) == _GREY


def test_light_falls_off_from_the_centre_to_the_corner_of_the_court() -> None:
    light = floor_light(np.array([0.0, 14.0]), np.array([0.0, 7.5]), 0.3)
    np.testing.assert_allclose(light, [1.0, 0.7], rtol=1e-6)
