"""The radial panorama: exact maps, constant heights, stitching."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.arena.panorama import Panorama
from sideline.arena.rig import Rig, parse_rig
from sideline.errors import RigError
from sideline.tensors import PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX
from tests.arena.rigs import camera_toml, rig_toml
from tests.arena.test_camera import project_by_opencv


@pytest.fixture(scope="module")
def panorama(rig: Rig) -> Panorama:
    return Panorama.of(rig)


@settings(deadline=None, max_examples=100)
@given(x=st.floats(-15, 15), z=st.floats(-8.5, 8.5))
def test_floor_to_panorama_and_back_is_exact(panorama: Panorama, x: float, z: float) -> None:
    point = np.array([[x, z]])
    uv = panorama.uv_from_floor(point)
    assert ((uv >= 0) & (uv <= 1)).all()
    assert panorama.floor_from_uv(uv) == pytest.approx(point, abs=1e-9)


def test_a_point_straight_across_lies_in_the_middle_column_at_its_log_distance(panorama: Panorama) -> None:
    # The cameras stand at z = 14.5 and the edges of the picture at exp(log_distance).
    top, bottom = panorama.log_distance
    v = (np.log(14.5 - 3.0) - top) / (bottom - top)
    assert panorama.uv_from_floor(np.array([[0.0, 3.0]])) == pytest.approx(np.array([[0.5, v]]))


@pytest.mark.parametrize("side", ["left", "right"])
def test_panorama_points_meet_opencvs_pixels_to_a_tenth(rig: Rig, panorama: Panorama, side: str) -> None:
    rng = np.random.default_rng(0)
    floor = rng.uniform([-14, -7.5], [14, 7.5], (500, 2))
    pixels = panorama.camera_from_uv(side, panorama.uv_from_floor(floor))
    seen = rig.camera(side).sees(pixels)
    assert seen.sum() > 100
    expected = project_by_opencv(rig.camera(side), np.column_stack([floor[:, 0], np.zeros(500), floor[:, 1]]))
    assert pixels[seen] == pytest.approx(expected[seen], abs=0.1)
    assert panorama.uv_from_camera(side, pixels[seen]) == pytest.approx(panorama.uv_from_floor(floor[seen]), abs=1e-6)


@pytest.mark.parametrize("point", [(0.0, -7.0), (0.0, 7.0), (12.0, -6.0), (-10.0, 5.0)])
def test_a_person_is_as_many_rows_tall_wherever_they_stand(panorama: Panorama, point: tuple[float, float]) -> None:
    # A head at height h over distance d is seen where the floor lies at d · H / (H − h).
    offset = np.array(point) - panorama.centre_m[[0, 2]]
    behind_head = panorama.centre_m[[0, 2]] + offset * 8.5 / (8.5 - 2.0)
    rows = (panorama.uv_from_floor(np.array([point])) - panorama.uv_from_floor(behind_head[None]))[0, 1]
    top, bottom = panorama.log_distance
    assert rows == pytest.approx(np.log(8.5 / 6.5) / (top - bottom))


def test_every_camera_pixel_lands_at_its_panorama_pixel_within_half_a_grey_level_per_pixel(
    rig: Rig, panorama: Panorama
) -> None:
    """A picture whose grey value is its column must read, in the panorama, the column that the map names."""
    ramp = np.tile(np.arange(1280) * 0.19, (720, 1)).astype(np.uint8)
    image = np.repeat(ramp[..., None], 3, axis=2)
    stitched = panorama.stitch(image, None)
    uv = np.array([[0.2, 0.4], [0.3, 0.6], [0.4, 0.3]])
    centres = (np.floor(uv * [PANORAMA_WIDTH_PX, PANORAMA_HEIGHT_PX]) + 0.5) / [PANORAMA_WIDTH_PX, PANORAMA_HEIGHT_PX]
    expected = panorama.camera_from_uv("left", centres)[:, 0] * 0.19
    rows, columns = (centres[:, 1] * PANORAMA_HEIGHT_PX).astype(int), (centres[:, 0] * PANORAMA_WIDTH_PX).astype(int)
    assert stitched[rows, columns, 0] == pytest.approx(expected, abs=1.0)


def test_the_seam_blends_from_the_left_to_the_right_image(panorama: Panorama) -> None:
    left = np.full((720, 1280, 3), 40, np.uint8)
    right = np.full((720, 1280, 3), 200, np.uint8)
    row = panorama.stitch(left, right)[300, :, 0].astype(int)
    assert row[450] == 40
    assert row[570] == 200
    assert (np.diff(row[450:570]) >= 0).all()
    assert np.diff(row[450:570]).max() <= 20


def test_a_missing_camera_leaves_its_half_black_and_the_other_unchanged(panorama: Panorama) -> None:
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, 256, (2, 720, 1280, 3), dtype=np.uint8)
    both = panorama.stitch(left, right)
    only_left, only_right = panorama.stitch(left, None), panorama.stitch(None, right)
    assert (only_left[:, :490] == both[:, :490]).all()
    assert (only_right[:, 534:] == both[:, 534:]).all()
    assert not only_left[:, 534:].any()
    assert not only_right[:, :490].any()


def test_the_court_lies_in_the_picture(panorama: Panorama, rig: Rig) -> None:
    uv = panorama.uv_from_floor(rig.court.corners_m(1.0))
    assert ((uv > 0) & (uv < 1)).all()


def test_cameras_on_the_court_are_refused_with_their_place() -> None:
    text = rig_toml()
    for x, target in ((-0.3, -8.5), (0.3, 8.5)):
        text = text.replace(camera_toml(x, target), camera_toml(x, target, z_m=8.0))
    with pytest.raises(RigError, match="outside the long side"):
        Panorama.of(parse_rig(text))
