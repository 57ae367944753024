"""Projection against OpenCV, which defines the model, and the way back to the floor."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.arena.camera import Camera, invertible_radius_squared
from sideline.arena.rig import Rig


def project_by_opencv(camera: Camera, points_m: np.ndarray) -> np.ndarray:
    rodrigues = cv2.Rodrigues(camera.rotation)[0]
    pixels = cv2.projectPoints(points_m, rodrigues, camera.translation_m, camera.matrix, camera.distortion)[0]
    return pixels[:, 0]


def pinhole(distortion: tuple[float, ...] = (0, 0, 0, 0, 0)) -> Camera:
    """Focal length 100 px, at the origin, looking along +z with y down."""
    lens = np.array(distortion, np.float64)
    matrix = np.array([[100.0, 0, 50], [0, 100, 40], [0, 0, 1]])
    return Camera(101, 81, matrix, lens, np.eye(3), np.zeros(3), invertible_radius_squared(lens))


def test_a_pinhole_maps_a_point_by_similar_triangles() -> None:
    # x = 50 + 100 · 1/4, y = 40 + 100 · (−0.5)/4
    assert pinhole().project(np.array([[1.0, -0.5, 4.0]])) == pytest.approx(np.array([[75.0, 27.5]]))


def test_a_point_behind_the_camera_has_no_pixel() -> None:
    assert np.isnan(pinhole().project(np.array([[0.0, 0.0, -1.0]]))).all()


def test_radial_distortion_moves_a_point_by_the_polynomial() -> None:
    # r² = 0.25, factor 1 − 0.2 · 0.25 = 0.95: x = 50 + 100 · 0.5 · 0.95
    assert pinhole((-0.2, 0, 0, 0, 0)).project(np.array([[0.5, 0.0, 1.0]]))[0, 0] == pytest.approx(97.5)


def test_a_point_where_the_lens_model_folds_back_has_no_pixel() -> None:
    # r(1 − 0.2 r²) rises until 1 − 0.6 r² = 0
    assert invertible_radius_squared(np.array([-0.2, 0, 0, 0, 0])) == pytest.approx(1 / 0.6)
    assert np.isnan(pinhole((-0.2, 0, 0, 0, 0)).project(np.array([[1.3, 0.0, 1.0]]))).all()


@pytest.mark.parametrize("side", ["left", "right"])
def test_projection_equals_opencv_to_a_thousandth_of_a_pixel(rig: Rig, side: str, rng: np.random.Generator) -> None:
    points = rng.uniform([-15, 0, -8.5], [15, 2.3, 8.5], (2000, 3))
    camera = rig.camera(side)
    ours = camera.project(points)
    seen = camera.sees(ours)
    assert seen.sum() > 500
    assert ours[seen] == pytest.approx(project_by_opencv(camera, points)[seen], abs=1e-3)


@settings(deadline=None, max_examples=50)
@given(x=st.floats(-14, 14), z=st.floats(-7.5, 7.5), side=st.sampled_from(["left", "right"]))
def test_a_floor_point_survives_the_way_into_the_image_and_back(rig: Rig, x: float, z: float, side: str) -> None:
    camera = rig.camera(side)
    pixel = camera.project(np.array([[x, 0.0, z]]))
    if camera.sees(pixel)[0]:
        assert camera.floor_from_px(pixel) == pytest.approx(np.array([[x, z]]), abs=1e-6)


def test_a_pixel_above_the_horizon_meets_no_floor() -> None:
    # This camera's image is upside down in the arena: the lower half of the picture looks up.
    assert np.isnan(pinhole().floor_from_px(np.array([[50.0, 80.0]]))).all()


def test_depth_is_measured_along_the_optical_axis(rig: Rig) -> None:
    ahead = rig.left.centre_m + 3.0 * rig.left.forward
    assert rig.left.depth_m(ahead[None])[0] == pytest.approx(3.0)
