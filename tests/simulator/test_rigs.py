"""Simulated rigs see the whole floor and survive being written to a file."""

import numpy as np
import pytest

from sideline.arena.rig import parse_rig
from sideline.simulator.rigs import aim_rotation, draw_rig
from sideline.simulator.venues import VENUES


def _floor_grid(margin_m: float) -> np.ndarray:
    x, z = np.meshgrid(np.linspace(-14 - margin_m, 14 + margin_m, 41), np.linspace(-7.5 - margin_m, 7.5 + margin_m, 23))
    return np.stack([x.ravel(), np.zeros(x.size), z.ravel()], axis=1)


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_whole_court_and_half_a_metre_beside_it_lie_in_at_least_one_image(venue: str, seed: int) -> None:
    rig = draw_rig(VENUES[venue], np.random.default_rng(seed))
    seen = [camera.sees(camera.project(_floor_grid(0.5))) for camera in (rig.left, rig.right)]
    assert (seen[0] | seen[1]).all()
    assert not seen[0].all()
    assert not seen[1].all()


@pytest.mark.parametrize("venue", VENUES)
def test_the_cameras_stand_beside_each_other_and_look_apart(venue: str) -> None:
    rig = draw_rig(VENUES[venue], np.random.default_rng(9))
    apart_m = rig.right.centre_m - rig.left.centre_m
    assert 0.3 <= apart_m[0] <= 1.0
    assert rig.left.forward[0] < 0 < rig.right.forward[0]
    assert rig.left.forward[2] < 0
    np.testing.assert_allclose(apart_m[1:], 0.0, atol=1e-9)


def test_a_rig_read_back_from_its_file_projects_to_the_same_pixels() -> None:
    rig = draw_rig(VENUES["blue_dome"], np.random.default_rng(3))
    again = parse_rig(rig.to_toml())
    points = _floor_grid(0.0)
    np.testing.assert_allclose(again.left.project(points), rig.left.project(points), atol=1e-6)


def test_a_camera_aimed_half_right_has_a_point_on_that_diagonal_before_it() -> None:
    ahead = aim_rotation(np.pi / 4, 0.0) @ np.array([3.0, 0.0, -3.0])
    np.testing.assert_allclose(ahead, [0.0, 0.0, np.sqrt(18.0)], atol=1e-12)
