"""The boxes in the answer of the real server: those that the library finds for the answer's own foot-points."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sideline import tensors
from sideline.crops.boxes import choose_boxes
from sideline.tensors import CameraReason, FrameStatus
from tests.serving.marks import red_hall, rig_of
from tests.serving.stream import Reply, Stream, requests_of

NewId = Callable[[], int]


def check_boxes(reply: Reply, has_image: tuple[bool, bool]) -> None:
    expected = choose_boxes(rig_of(red_hall()), reply.array(tensors.FOOT_POINTS_M), has_image)
    np.testing.assert_array_equal(reply.array(tensors.CAMERAS), expected.cameras)
    np.testing.assert_array_equal(reply.array(tensors.CAMERA_REASONS), expected.reasons)
    np.testing.assert_array_equal(reply.array(tensors.BOXES_PX), expected.boxes_px)


def test_every_detection_has_the_box_of_its_foot_point(stream: Stream, new_id: NewId) -> None:
    *replies, end = stream.ask_all(requests_of(red_hall, new_id(), 6))
    for reply in replies:
        assert len(reply.array(tensors.CAMERAS)) == 4
        check_boxes(reply, (True, True))
    assert end.array(tensors.BOXES_PX).shape == (0, 4)


def test_a_camera_that_goes_dark_has_no_boxes_until_it_is_back(stream: Stream, new_id: NewId) -> None:
    requests = requests_of(red_hall, new_id(), 4)
    requests[1] = replace(requests[1], left_jpeg=b"")
    requests[2] = replace(requests[2], left_jpeg=b"", right_jpeg=b"")
    whole, half, none, back, _ = stream.ask_all(requests)
    check_boxes(whole, (True, True))
    check_boxes(half, (False, True))
    assert (half.array(tensors.CAMERA_REASONS) == CameraReason.ONLY_ONE).any()
    assert (none.status, none.array(tensors.BOXES_PX).shape) == (FrameStatus.NO_IMAGE, (0, 4))
    check_boxes(back, (True, True))
    assert (back.array(tensors.CAMERAS) == 0).any()
