"""Everything a client can get wrong with one frame or one request: answered, and the stream lives on."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import simplejpeg

from sideline import tensors
from sideline.serving.local_server import LocalServer
from sideline.tensors import FrameStatus, Tensor
from tests.serving.marks import red_hall
from tests.serving.stream import Request, Stream, requests_of
from tests.test_ingest import bomb

NewId = Callable[[], int]
Change = Callable[[Request], Request]


def _small_jpeg() -> bytes:
    return simplejpeg.encode_jpeg(np.zeros((360, 640, 3), np.uint8))


def _with_nan(request: Request) -> Request:
    text = request.calibration.decode().replace("focal_px = [760.0", "focal_px = [nan", 1)
    return replace(request, calibration=text.encode())


def left(jpeg: Callable[[bytes], bytes]) -> Change:
    return lambda request: replace(request, left_jpeg=jpeg(request.left_jpeg))


BAD_FRAMES: dict[str, tuple[Change, FrameStatus, str]] = {
    "not a JPEG": (left(lambda _: b"GIF89a, not a JPEG"), FrameStatus.BAD_IMAGE, "left camera: not a readable JPEG"),
    "truncated": (left(lambda jpeg: jpeg[: len(jpeg) // 2]), FrameStatus.BAD_IMAGE, "left camera: damaged JPEG"),
    "other size": (left(lambda _: _small_jpeg()), FrameStatus.WRONG_SIZE, "640×360 px, the rig says 1280×720"),
    "bomb": (left(bomb), FrameStatus.TOO_LARGE, "10000×10000 px is more than 40000000 pixels"),
    "one camera missing": (left(lambda _: b""), FrameStatus.CAMERA_MISSING, "left camera: no image"),
    "both missing": (
        lambda request: replace(request, left_jpeg=b"", right_jpeg=b""),
        FrameStatus.NO_IMAGE,
        "neither camera sent an image",
    ),
    "NaN in the calibration": (_with_nan, FrameStatus.BAD_CALIBRATION, "left.focal_px.0"),
    "empty calibration": (lambda request: replace(request, calibration=b""), FrameStatus.BAD_CALIBRATION, "is empty"),
    "calibration not TOML": (
        lambda request: replace(request, calibration=b"\xff\xfe"),
        FrameStatus.BAD_CALIBRATION,
        "not UTF-8",
    ),
}


@pytest.mark.parametrize("fault", BAD_FRAMES)
def test_a_bad_frame_is_answered_with_its_status_and_the_next_frame_is_tracked(
    stream: Stream, new_id: NewId, fault: str
) -> None:
    change, status, message = BAD_FRAMES[fault]
    requests = requests_of(red_hall, new_id(), 4)
    replies = stream.ask_all([*requests[:2], change(requests[2]), *requests[3:]])
    assert replies[2].status is status
    assert message in replies[2].message
    assert replies[3].status is FrameStatus.OK
    assert sorted(replies[3].ids()) == sorted(replies[1].ids()) == [1, 2, 3, 4]


def test_with_the_left_camera_missing_the_right_half_keeps_its_ids(stream: Stream, new_id: NewId) -> None:
    requests = requests_of(red_hall, new_id(), 3)
    whole, half = stream.ask_all([requests[0], replace(requests[1], left_jpeg=b"")])
    right_ids = whole.array(tensors.MICRO_TRACK_IDS)[whole.array(tensors.FOOT_POINTS_M)[:, 0] > 1]
    assert set(right_ids.tolist()) <= set(half.ids()) < set(whole.ids())


def test_a_bad_first_frame_starts_the_stream_all_the_same(stream: Stream, new_id: NewId) -> None:
    requests = requests_of(red_hall, new_id(), 2)
    replies = stream.ask_all([replace(requests[0], left_jpeg=b"x", right_jpeg=b"y"), *requests[1:]])
    assert [reply.status for reply in replies] == [FrameStatus.BAD_IMAGE, FrameStatus.OK, FrameStatus.END_OF_STREAM]


def _set(tensor: Tensor, array: np.ndarray) -> Callable[[dict[Tensor, np.ndarray]], None]:
    return lambda arrays: arrays.update({tensor: array})


BAD_REQUESTS = {
    "wrong dtype": (_set(tensors.LEFT_JPEG, np.zeros(10, np.float32)), "left_jpeg"),
    "wrong shape": (_set(tensors.FRAME_INDEX, np.zeros(3, np.int64)), "frame_index"),
    "an axis too many": (_set(tensors.LEFT_JPEG, np.zeros((1, 10), np.uint8)), "left_jpeg"),
    "a missing input": (lambda arrays: arrays.pop(tensors.CALIBRATION), "expected 6 inputs"),
}


@pytest.mark.parametrize("fault", BAD_REQUESTS)
def test_a_bad_request_fails_alone_while_another_stream_goes_on(
    server: LocalServer, stream: Stream, new_id: NewId, fault: str
) -> None:
    change, message = BAD_REQUESTS[fault]
    with Stream(server.url) as other:
        bad, good = requests_of(red_hall, new_id(), 4), requests_of(red_hall, new_id(), 4)
        undisturbed = [reply.values for reply in other.ask_all(good)]
        stream.ask(bad[0])
        replies = []
        for request in good:
            other.send(request)
            assert message in str(stream.ask(bad[1], change).error)
            replies.append(other.receive().values)
        assert replies == undisturbed
        assert [reply.status for reply in stream.ask_all(bad[1:4])] == [FrameStatus.OK] * 3
