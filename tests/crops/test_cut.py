"""What a crop shows of an image, and what it does not."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.arena.rig import parse_rig
from sideline.crops.boxes import person_boxes
from sideline.crops.cut import crop_windows, cut_crops, cut_people
from sideline.simulator.match import Match
from sideline.simulator.scene import Cast, build_scene
from sideline.simulator.truth import image_boxes
from tests.arena.rigs import rig_toml
from tests.crops.rigs import HEIGHT_PX, WIDTH_PX, level_camera, level_rig

# A box 228 px high has margins of 0.06 · 228 px: 255.4 px, half of that rounded up is 128, the width of a crop.
_SIDE_PX = 228


def window_box(x_px: int, y_px: int) -> np.ndarray:
    """The box, (1, 4), whose window is 128 × 256 px and starts at x_px, y_px."""
    # the window's middle is 64 px right of x - 1/2 and 128 px below y - 1/2
    x, y = x_px + 63.5, y_px + 127.5
    half = (_SIDE_PX - 1) / 2
    return np.array([[x, y - half, x, y + half]], np.float32)


def noise(height_px: int = 400, width_px: int = 300) -> np.ndarray:
    return np.random.default_rng(5).integers(1, 256, (height_px, width_px, 3), np.uint8)


def cut_one(image: np.ndarray, box: np.ndarray) -> np.ndarray:
    return cut_crops((image, image), np.zeros(1, np.int32), box)[0]


def test_a_window_of_the_crops_size_is_copied_pixel_by_pixel() -> None:
    image = noise()
    np.testing.assert_array_equal(cut_one(image, window_box(37, 51)), image[51 : 51 + 256, 37 : 37 + 128])


@pytest.mark.parametrize("x_px", [-20, 100, 250])
@pytest.mark.parametrize("y_px", [-14, 60, 301])
def test_beyond_the_border_a_crop_is_black_to_the_pixel(x_px: int, y_px: int) -> None:
    image = noise()
    framed = np.zeros((400 + 600, 300 + 600, 3), np.uint8)
    framed[300:-300, 300:-300] = image
    expected = framed[y_px + 300 :, x_px + 300 :][:256, :128]
    np.testing.assert_array_equal(cut_one(image, window_box(x_px, y_px)), expected)


@pytest.mark.parametrize("factor", [2, 0.5])
def test_padding_grows_with_the_crop(factor: float) -> None:
    # a quarter of the window lies left of the image, an eighth above it: 32 columns and 32 rows of the crop
    width = round(128 / factor)
    box = window_box(0, 0) / factor
    x, y, found = crop_windows(box)[0]
    assert abs(found - width) <= 1
    image = np.full((2000, 2000, 3), 200, np.uint8)
    moved = box + np.tile([-x - width // 4, -y - width // 4], 2)
    crop = cut_one(image, moved)
    assert not crop[:31].any()
    assert not crop[:, :31].any()
    assert (crop[33:, 33:] == 200).all()


@pytest.mark.parametrize(
    "box", [window_box(-128, 0), window_box(0, -256), window_box(300, 0), window_box(0, 400), window_box(-9999, 9999)]
)
def test_a_box_wholly_outside_gives_a_black_crop(box: np.ndarray) -> None:
    assert not cut_one(noise(), box).any()


def test_no_camera_gives_a_black_crop_and_no_box_none() -> None:
    images = (noise(), noise())
    crops = cut_crops(images, np.array([-1, 0], np.int32), np.repeat(window_box(10, 10), 2, axis=0))
    assert not crops[0].any()
    assert crops[1].any()
    assert cut_crops(images, np.empty(0, np.int32), np.empty((0, 4), np.float32)).shape == (0, 256, 128, 3)


@settings(deadline=None)
@given(st.floats(-500, 2000), st.floats(-500, 2000), st.floats(0, 900), st.floats(0, 900))
def test_a_window_is_twice_as_high_as_wide_and_holds_its_box(x: float, y: float, width: float, height: float) -> None:
    box = np.array([x, y, x + width, y + height])
    first_x, first_y, columns = crop_windows(box[None])[0]
    assert first_x - 0.5 <= box[0]
    assert box[2] <= first_x + columns - 0.5
    assert first_y - 0.5 <= box[1]
    assert box[3] <= first_y + 2 * columns - 0.5
    smallest = max(width + 1 + 0.12 * max(width + 1, height + 1), (height + 1 + 0.12 * max(width + 1, height + 1)) / 2)
    assert columns == pytest.approx(smallest, abs=1)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(*[st.floats(-1e5, 1e5, width=32)] * 4, st.integers(-1, 1)), max_size=8))
def test_any_boxes_have_crops(rows: list[tuple[float, float, float, float, int]]) -> None:
    boxes = np.array([(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d, _ in rows]).reshape(-1, 4)
    cameras = np.array([camera for *_, camera in rows], np.int32)
    assert cut_crops((noise(), noise()), cameras, boxes.astype(np.float32)).shape == (len(rows), 256, 128, 3)


def test_a_crop_is_upright_and_centred_on_the_person() -> None:
    rig = parse_rig(rig_toml())
    foot = np.array([[-6.0, 2.0]])
    left = np.zeros((720, 1280, 3), np.uint8)
    rodrigues = cv2.Rodrigues(rig.left.rotation)[0]
    body = np.array([[-6.0, 0.0, 2.0], [-6.0, 1.95, 2.0]])
    soles, crown = cv2.projectPoints(body, rodrigues, rig.left.translation_m, rig.left.matrix, rig.left.distortion)[0]
    cv2.circle(left, np.rint(soles[0]).astype(int).tolist(), 3, (255, 0, 0), -1)
    cv2.circle(left, np.rint(crown[0]).astype(int).tolist(), 3, (0, 255, 0), -1)
    crops, cameras, boxes = cut_people(rig, left, np.zeros((720, 1280, 3), np.uint8), foot)
    assert cameras.tolist() == [0]
    np.testing.assert_allclose(boxes, person_boxes(rig.left, foot), atol=1e-3)
    red, green = (np.argwhere(crops[0][..., channel] > 128).mean(0) for channel in (0, 1))
    assert green[0] < 80 < 170 < red[0] < 256
    assert abs(green[1] - 63.5) < 20
    assert abs(red[1] - 63.5) < 20


def test_people_are_cut_from_the_image_that_shows_them_and_black_when_none_does() -> None:
    rig = level_rig(level_camera(x_m=-4.0), level_camera(x_m=4.0))
    left, right = (np.full((HEIGHT_PX, WIDTH_PX, 3), level, np.uint8) for level in (50, 90))
    feet = np.array([[4.0, 0.0], [-4.0, 0.0], [0.0, 50.0]], np.float32)
    crops, cameras, _ = cut_people(rig, left, right, feet)
    assert cameras.tolist() == [1, 0, -1]
    assert [np.unique(crop).tolist() for crop in crops] == [[90], [50], [0]]


@pytest.mark.parametrize("shape", [(0, 0, 3), (HEIGHT_PX, WIDTH_PX - 1, 3), (HEIGHT_PX * 2, WIDTH_PX, 3)])
def test_an_image_of_another_size_is_no_image(shape: tuple[int, int, int]) -> None:
    image = np.full((HEIGHT_PX, WIDTH_PX, 3), 70, np.uint8)
    _, cameras, _ = cut_people(level_rig(), np.zeros(shape, np.uint8), image, np.zeros((1, 2)))
    assert cameras.tolist() == [1]


def test_the_window_holds_the_simulated_people_whatever_they_do() -> None:
    match = Match.create(7, "oak_arena", 1.0)
    shares = []
    scene = build_scene(match, Cast.of(match), 12)
    for camera, view in zip((match.rig.left, match.rig.right), scene.views, strict=True):
        figures, boxes = image_boxes(view.figures), person_boxes(camera, scene.feet_m)
        valid = np.isfinite(figures).all(1) & np.isfinite(boxes).all(1) & match.motion.on_floor[12]
        windows = crop_windows(boxes[valid])
        shown = [windows[:, :2] - 0.5, windows[:, :2] - 0.5 + windows[:, 2:] * [1, 2]]
        sides = np.minimum(figures[valid, 2:], shown[1]) - np.maximum(figures[valid, :2], shown[0])
        shares += (sides.prod(1) / (figures[valid, 2:] - figures[valid, :2]).prod(1)).tolist()
    assert len(shares) > 12
    assert np.mean(shares) > 0.95
    assert min(shares) > 0.7
