"""The named parts of the 8 team features, and CIELAB."""

import numpy as np
import pytest

from sideline.crops.kit import TEAM_DIMS, lab_from_rgb, split_team
from sideline.tensors import TEAM


def test_the_parts_are_views_that_follow_one_another_and_leave_nothing_out() -> None:
    team = np.arange(3 * TEAM_DIMS, dtype=np.float32).reshape(3, TEAM_DIMS)
    parts = split_team(team)
    assert parts.category.shape == (3, 2)
    np.testing.assert_array_equal(np.hstack([parts.category, parts.shirt_lab, parts.shorts_lab]), team)
    parts.shorts_lab[0, 2] = -1.0
    assert team[0, 7] == -1.0
    assert TEAM.dims == (TEAM_DIMS,)


def test_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"team must be \[\.\.\., 8\]"):
        split_team(np.zeros((4, 7), np.float32))


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [  # published values, e.g. http://www.brucelindbloom.com
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((128, 128, 128), (53.59, 0.0, 0.0)),
    ],
)
def test_colours_have_their_published_places_in_cielab(rgb: tuple[int, ...], lab: tuple[float, ...]) -> None:
    np.testing.assert_allclose(100 * lab_from_rgb(rgb), lab, atol=0.02)


def test_any_leading_axes_are_kept() -> None:
    assert lab_from_rgb(np.zeros((2, 5, 3), np.uint8)).shape == (2, 5, 3)
    assert lab_from_rgb(np.zeros((0, 3))).shape == (0, 3)
