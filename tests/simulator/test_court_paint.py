"""Lines lie where FIBA's rules put them."""

import numpy as np
import pytest

from sideline.simulator.court_paint import FLOOR_HALF_LENGTH_M, FLOOR_HALF_WIDTH_M, PX_PER_M, paint_floor
from sideline.simulator.look import FloorLook

_LINE, _WOOD = (250, 250, 250), (120, 80, 40)


@pytest.fixture(scope="module")
def floor() -> np.ndarray:
    look = FloorLook(_WOOD, None, None, None, _LINE, (200, 0, 0), 0.0, 0.0, "none", ("", "", ""))
    return paint_floor(look, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("x_m", "z_m"),
    [
        (0.0, 4.0),  # centre line
        (5.0, 7.525),  # sideline, outside the 15 m
        (-14.025, -3.0),  # end line
        (1.775, 0.0),  # centre circle, outer radius 1.80 m
        (8.2, 1.0),  # free-throw line, 5.80 m from the end line
        (-10.0, 2.425),  # side of the key, 4.90 m wide
        (12.425 - 6.725, 0.0),  # three-point line, outer radius 6.75 m from the basket's centre
        (13.5, -6.575),  # three-point line in the corner, 0.90 m from the sideline
        (12.425 - 1.25, 0.0),  # no-charge semicircle
    ],
)
def test_a_line_is_where_the_rules_put_it(floor: np.ndarray, x_m: float, z_m: float) -> None:
    row, column = int((z_m + FLOOR_HALF_WIDTH_M) * PX_PER_M), int((x_m + FLOOR_HALF_LENGTH_M) * PX_PER_M)
    assert floor[row - 1 : row + 2, column - 1 : column + 2].max() > 225


@pytest.mark.parametrize(("x_m", "z_m"), [(4.0, 3.0), (10.0, 0.5), (-3.0, -7.2), (13.5, 7.0), (0.5, 0.6)])
def test_there_is_no_line_elsewhere(floor: np.ndarray, x_m: float, z_m: float) -> None:
    row, column = int((z_m + FLOOR_HALF_WIDTH_M) * PX_PER_M), int((x_m + FLOOR_HALF_LENGTH_M) * PX_PER_M)
    assert floor[row - 3 : row + 4, column - 3 : column + 4].max() < 180
