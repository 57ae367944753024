"""Which detections of a frame are encoded, and what is answered about the others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.crops.boxes import choose_boxes
from sideline.crops.cut import cut_people
from sideline.crops.project import CropProjector, ProjectedCrops, find_alone, find_due, project_crops
from sideline.errors import ConfigError, RigError
from sideline.tensors import CameraReason
from tests.arena.rigs import rig_toml
from tests.crops.rigs import HEIGHT_PX, WIDTH_PX, level_camera, level_rig

NO_IMAGE = np.zeros((0, 0, 3), np.uint8)
NOISE = np.random.default_rng(2).integers(1, 256, (HEIGHT_PX, WIDTH_PX, 3), np.uint8)


def project(feet: list[tuple[float, float]], ids: list[int], frame: int = 0, stride: int = 1) -> ProjectedCrops:
    points = np.array(feet, np.float32).reshape(-1, 2)
    return project_crops(frame, level_rig(), (NOISE, NOISE), points, np.array(ids, np.int64), stride)


def is_blank(projected: ProjectedCrops) -> bool:
    """Whether there is one black crop that is nobody's."""
    return (
        projected.crop_rows.tolist() == [-1] and projected.crops.shape == (1, 256, 128, 3) and not projected.crops.any()
    )


@pytest.mark.parametrize(
    ("frame", "stride", "due"),
    [
        (0, 3, [3, 6]),
        (1, 3, [2, 5]),
        (2, 3, [1, 4]),
        (3, 3, [2, 5]),  # 10 in base 3
        (14, 3, [2, 5]),  # 112, sum 4
        (7, 1, [1, 2, 3, 4, 5, 6]),
        (7, 4, [4]),  # 13, sum 4
        (-2, 3, [1, 4]),
        (0, 100, []),
    ],
)
def test_a_micro_track_is_due_when_the_frames_digit_sum_and_its_id_add_up_to_a_multiple_of_the_stride(
    frame: int, stride: int, due: list[int]
) -> None:
    ids = np.arange(1, 7)
    assert ids[find_due(frame, ids, stride)].tolist() == due


@given(
    first=st.integers(0, 2**40),
    stride=st.integers(1, 12),
    sent=st.integers(0, 3),
    ids=st.lists(st.integers(1, 2**40), max_size=20),
)
def test_each_micro_track_is_due_once_in_a_block_whether_all_frames_are_sent_or_each_strideth(
    first: int, stride: int, sent: int, ids: list[int]
) -> None:
    step = stride**sent
    frames = [(first * stride + turn) * step for turn in range(stride)]
    turns = [find_due(frame, np.array(ids, np.int64), stride) for frame in frames]
    assert np.sum(turns, axis=0).tolist() == [1] * len(ids)


def test_the_crops_are_those_of_the_rows_that_are_due_and_every_detection_has_a_box() -> None:
    feet = [(-1.0, 0.0), (0.0, -3.0), (1.0, 1.0), (0.5, -8.0)]
    projected = project(feet, ids=[8, 3, 5, 2], frame=1, stride=3)
    assert projected.crop_rows.tolist() == [0, 2, 3]
    expected = cut_people(level_rig(), NOISE, NOISE, np.array(feet, np.float32))
    np.testing.assert_array_equal(projected.crops, expected[0][[0, 2, 3]])
    np.testing.assert_array_equal(projected.cameras, expected[1])
    np.testing.assert_array_equal(projected.boxes_px, expected[2])
    assert projected.reasons.tolist() == [CameraReason.LARGER] * 4


def test_a_detection_that_no_camera_shows_is_answered_but_not_encoded() -> None:
    projected = project([(0.0, 50.0), (0.0, 0.0), (np.nan, 0.0)], ids=[1, 2, 3])
    assert projected.crop_rows.tolist() == [1]
    assert projected.reasons.tolist() == [CameraReason.NONE, CameraReason.LARGER, CameraReason.NONE]
    assert projected.crops.any()


@pytest.mark.parametrize(
    ("feet", "ids"), [([], []), ([(0.0, 0.0)], [1]), ([(0.0, 50.0)], [3]), ([(np.nan, np.nan)], [3])]
)
def test_where_no_detection_is_due_there_is_one_blank_crop(feet: list[tuple[float, float]], ids: list[int]) -> None:
    projected = project(feet, ids, frame=0, stride=3)
    assert is_blank(projected)
    assert len(projected.boxes_px) == len(ids)


def test_of_too_many_people_the_first_64_are_cut() -> None:
    feet = [(0.6 * (row % 10) - 3.0, 0.6 * (row // 10) - 2.0) for row in range(70)]
    projected = project(feet, ids=list(range(1, 71)))
    assert projected.crop_rows.tolist() == list(range(64))
    assert len(projected.crops) == 64
    assert len(projected.cameras) == 70


def test_of_people_in_one_spot_nobody_is_encoded() -> None:
    projected = project([(0.0, 0.0)] * 70, ids=list(range(1, 71)))
    assert is_blank(projected)
    assert projected.reasons.tolist() == [CameraReason.LARGER] * 70


@pytest.mark.parametrize(("apart_m", "encoded"), [(0.51, [0, 1, 2]), (0.49, [2])])
def test_who_has_another_within_half_a_metre_is_not_encoded(apart_m: float, encoded: list[int]) -> None:
    assert project([(0.0, 0.0), (0.0, apart_m), (0.0, -3.0)], ids=[1, 2, 3]).crop_rows.tolist() == encoded


def test_a_loose_detection_is_never_encoded_and_keeps_others_from_it() -> None:
    assert project([(0.0, 0.0), (0.0, 0.3), (0.0, -3.0)], ids=[1, -2, 3]).crop_rows.tolist() == [2]
    assert project([(0.0, 0.0), (2.0, 0.0)], ids=[1, -2]).crop_rows.tolist() == [0]


def test_a_camera_that_goes_dark_leaves_its_people_to_the_other_one() -> None:
    # each camera shows one of the two in the middle and the other 960 · 3.2 / 10.4 = 295 px off, cut by the border
    rig = level_rig(level_camera(x_m=-1.6), level_camera(x_m=1.6))
    feet, ids = np.array([[1.6, 0.0], [-1.6, 0.0]], np.float32), np.array([1, 2])
    both, dark, none = (
        project_crops(0, rig, (left, right), feet, ids, 1)
        for left, right in ((NOISE, NOISE), (NOISE, NO_IMAGE), (NO_IMAGE, NO_IMAGE))
    )
    assert (both.cameras.tolist(), both.reasons.tolist()) == ([1, 0], [CameraReason.LESS_CUT] * 2)
    assert (dark.cameras.tolist(), dark.reasons.tolist()) == ([0, 0], [CameraReason.ONLY_ONE] * 2)
    assert (none.cameras.tolist(), none.reasons.tolist()) == ([-1, -1], [CameraReason.NONE] * 2)
    assert is_blank(none)


@settings(deadline=None, max_examples=60)
@given(
    feet=st.lists(st.tuples(*[st.floats(width=32) | st.floats(-15, 15, width=32)] * 2), max_size=75),
    frame=st.integers(0, 2**50),
    stride=st.integers(1, 5),
    images=st.tuples(st.booleans(), st.booleans()),
)
def test_any_frame_gives_one_to_64_crops_of_detections_that_are_shown_due_and_alone(
    feet: list[tuple[float, float]], frame: int, stride: int, images: tuple[bool, bool]
) -> None:
    points, ids = np.array(feet, np.float32).reshape(-1, 2), np.arange(1, len(feet) + 1)
    left, right = (NOISE if has_image else NO_IMAGE for has_image in images)
    projected = project_crops(frame, level_rig(), (left, right), points, ids, stride)
    shown = choose_boxes(level_rig(), points, images).shown
    due = np.flatnonzero(shown & find_due(frame, ids, stride) & find_alone(points)).tolist()
    assert projected.crop_rows.tolist() == (due[:64] or [-1])
    assert projected.crops.shape == (len(projected.crop_rows), 256, 128, 3)
    assert projected.cameras.shape == projected.reasons.shape == (len(feet),)


def test_the_arrays_have_the_types_of_their_tensors() -> None:
    for projected in (project([(0.0, 0.0)], [1]), project([], []), project([(0.0, 50.0)], [1])):
        kinds = [getattr(projected, name).dtype for name in ("cameras", "reasons", "boxes_px", "crops", "crop_rows")]
        assert kinds == [np.int32, np.int32, np.float32, np.uint8, np.int32]


@pytest.mark.parametrize("stride", [0, -1])
def test_a_stride_that_is_not_positive_is_refused_at_the_start(stride: int) -> None:
    with pytest.raises(ConfigError, match="crop_stride"):
        CropProjector(stride)
    with pytest.raises(ConfigError, match="crop_stride"):
        project([(0.0, 0.0)], [1], stride=stride)


def test_a_frame_without_detections_needs_no_calibration_and_others_do() -> None:
    projector = CropProjector(3)
    nobody, somebody = np.empty((0, 2), np.float32), np.zeros((1, 2), np.float32)
    assert is_blank(projector.project(0, b"\xff no rig", NO_IMAGE, NO_IMAGE, nobody, np.empty(0, np.int64)))
    with pytest.raises(RigError):
        projector.project(0, b"\xff no rig", NO_IMAGE, NO_IMAGE, somebody, np.ones(1, np.int64))


def test_two_rigs_in_turn_give_what_each_gives_alone() -> None:
    image = np.random.default_rng(3).integers(0, 256, (720, 1280, 3), np.uint8)
    near, far = rig_toml("near").encode(), rig_toml("far").replace("760.0, 762.0", "500.0, 500.0").encode()
    feet, ids = np.array([[-6.0, 0.0]], np.float32), np.ones(1, np.int64)
    alone = [CropProjector(1).project(0, text, image, image, feet, ids) for text in (near, far)]
    shared = CropProjector(1)
    for frame in range(4):
        projected = shared.project(frame, (near, far)[frame % 2], image, image, feet, ids)
        np.testing.assert_array_equal(projected.crops, alone[frame % 2].crops)
    assert (alone[0].boxes_px != alone[1].boxes_px).any()
