"""Boxes worked out by hand and by OpenCV, and the camera that they are taken from."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.arena.rig import Rig, parse_rig
from sideline.crops.boxes import PERSON_HEIGHT_M, PERSON_RADIUS_M, choose_boxes, person_boxes
from sideline.tensors import CameraReason
from tests.arena.rigs import rig_toml
from tests.crops.rigs import level_camera, level_rig


@pytest.fixture(scope="module")
def rig() -> Rig:
    return parse_rig(rig_toml())


def test_the_box_of_a_person_straight_ahead_follows_from_similar_triangles() -> None:
    # 10.4 m ahead, so the cylinder's front is 10 m away: the soles lie 960 · 1 / 10 = 96 px below the centre, the front
    # of the head 960 · 0.95 / 10 = 91.2 px above it; the flanks are 960 · 0.4 / 10.4 = 36.92 px from the centre
    box = person_boxes(level_camera(), np.array([[0.0, 0.0]]))
    np.testing.assert_allclose(box, [[320 - 36.9231, 240 - 91.2, 320 + 36.9231, 240 + 96]], atol=1e-4)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_box_spans_the_person_as_opencv_projects_it_through_the_lens(rig: Rig, side: str) -> None:
    camera = rig.camera(side)
    feet = np.random.default_rng(1).uniform([-14, -7.5], [14, 7.5], (100, 2))
    boxes = person_boxes(camera, feet)
    for box, (x, z) in zip(boxes[np.isfinite(boxes).all(1)], feet[np.isfinite(boxes).all(1)], strict=True):
        rim = [(x + PERSON_RADIUS_M * dx, z + PERSON_RADIUS_M * dz) for dx, dz in [(1, 0), (0, 1), (-1, 0), (0, -1)]]
        points = np.array([(px, y, pz) for px, pz in rim for y in (0.0, PERSON_HEIGHT_M)])
        rodrigues = cv2.Rodrigues(camera.rotation)[0]
        pixels = cv2.projectPoints(points, rodrigues, camera.translation_m, camera.matrix, camera.distortion)[0][:, 0]
        np.testing.assert_allclose(box, [*pixels.min(0), *pixels.max(0)], atol=1e-3)
    assert np.isfinite(boxes).all(1).sum() > 40


@pytest.mark.parametrize(
    ("left", "right", "has_image", "camera", "reason"),
    [
        ((0.0, 10.4), (0.0, 10.4), (True, True), 0, CameraReason.LARGER),  # alike: the left one
        ((0.0, 10.4), (0.0, 9.4), (True, True), 1, CameraReason.LARGER),
        ((0.0, 9.4), (0.0, 10.4), (True, True), 0, CameraReason.LARGER),
        ((3.4, 9.4), (0.0, 20.4), (True, True), 1, CameraReason.LESS_CUT),  # nearer, but half of the body is off
        ((0.0, 20.4), (3.4, 9.4), (True, True), 0, CameraReason.LESS_CUT),
        ((9.0, 10.4), (0.0, 10.4), (True, True), 1, CameraReason.ONLY_ONE),
        ((0.0, 10.4), (9.0, 10.4), (True, True), 0, CameraReason.ONLY_ONE),
        ((0.0, 10.4), (0.0, -10.4), (True, True), 0, CameraReason.ONLY_ONE),  # behind the right camera
        ((0.0, 10.4), (0.0, 9.4), (True, False), 0, CameraReason.ONLY_ONE),
        ((0.0, 9.4), (0.0, 10.4), (False, True), 1, CameraReason.ONLY_ONE),
        ((0.0, 9.4), (0.0, 10.4), (False, False), -1, CameraReason.NONE),
        ((9.0, 10.4), (-9.0, 10.4), (True, True), -1, CameraReason.NONE),
        ((9.0, 10.4), (0.0, 10.4), (True, False), -1, CameraReason.NONE),
    ],
)
def test_the_better_camera_is_chosen_for_a_reason(
    left: tuple[float, float],
    right: tuple[float, float],
    has_image: tuple[bool, bool],
    camera: int,
    reason: CameraReason,
) -> None:
    # each camera by its x and z; the person stands at the origin
    rig = level_rig(level_camera(*left), level_camera(*right))
    people = choose_boxes(rig, np.zeros((1, 2), np.float32), has_image)
    assert (people.cameras.tolist(), people.reasons.tolist()) == ([camera], [reason])
    expected = np.zeros((1, 4)) if camera < 0 else person_boxes((rig.left, rig.right)[camera], np.zeros((1, 2)))
    np.testing.assert_allclose(people.boxes_px, expected, atol=1e-3)
    assert people.shown.tolist() == [camera >= 0]


@pytest.mark.parametrize(("inside_px", "reason"), [(8.5, CameraReason.ONLY_ONE), (7.5, CameraReason.NONE)])
def test_a_rest_of_less_than_eight_pixels_shows_nobody(inside_px: float, reason: CameraReason) -> None:
    # the box reaches 36.9231 px to the right of the person, and the image starts at -0.5
    principal_x = -0.5 + inside_px - 36.9231
    camera = level_camera(principal_px=(principal_x, 240.0))
    people = choose_boxes(level_rig(camera), np.zeros((1, 2)), (True, False))
    assert people.reasons.tolist() == [reason]


@pytest.mark.parametrize(
    "foot_point_m",
    [
        (np.nan, 0.0),
        (0.0, np.inf),
        (-np.inf, np.nan),
        (1e30, 1e30),
        (0.0, -1001.0),
        (0.0, 10.4),
        (0.0, 9.99999),
        (0.0, 11),
    ],
)
def test_points_that_no_camera_can_show_have_no_box(foot_point_m: tuple[float, float]) -> None:
    people = choose_boxes(level_rig(), np.array([foot_point_m, (0.0, 0.0)], np.float32))
    assert people.reasons.tolist() == [CameraReason.NONE, CameraReason.LARGER]
    assert people.boxes_px[0].tolist() == [0, 0, 0, 0]


def test_where_the_lens_model_folds_back_there_is_no_box(rig: Rig) -> None:
    folding = parse_rig(rig_toml().replace("[-0.08, 0.012,", "[-2.0, 0.0,"))
    assert folding.left.max_radius_squared < 0.2
    assert np.isnan(person_boxes(folding.left, np.array([[14.0, -7.0]]))).all()
    assert np.isfinite(person_boxes(rig.left, np.array([[-8.5, 1.0]]))).all()


def test_no_people_have_no_boxes(rig: Rig) -> None:
    people = choose_boxes(rig, np.empty((0, 2), np.float32))
    assert (people.cameras.shape, people.reasons.shape, people.boxes_px.shape) == ((0,), (0,), (0, 4))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(*[st.floats(allow_nan=True, width=32) | st.floats(-20, 20, width=32)] * 2), max_size=70))
def test_any_foot_points_have_an_answer_and_each_its_own(rig: Rig, feet: list[tuple[float, float]]) -> None:
    points = np.array(feet, np.float32).reshape(-1, 2)
    together = choose_boxes(rig, points)
    assert np.isfinite(together.boxes_px).all()
    assert ((together.cameras == -1) == (together.reasons == CameraReason.NONE)).all()
    for row, point in enumerate(points):
        alone = choose_boxes(rig, point[None])
        assert alone.cameras[0] == together.cameras[row]
        np.testing.assert_array_equal(alone.boxes_px[0], together.boxes_px[row])
