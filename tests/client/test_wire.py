import numpy as np
import pytest

from client.frames import FramePair
from client.messages import Request
from client.wire import decode_answer, encode_request
from sideline import tensors
from sideline.errors import StreamError
from sideline.tensors import FrameStatus, Tensor


class Result:
    """An InferResult by name and array; what is absent is None, as there."""

    def __init__(self, **arrays: np.ndarray) -> None:
        self._arrays = arrays

    def as_numpy(self, name: str) -> np.ndarray | None:
        return self._arrays.get(name)


ANSWER = {
    "frame_index": np.array([12]),
    "captured_at_ns": np.array([99]),
    "status": np.array([1], np.int32),
    "message": np.array(["linke Kamera fehlt – prüfen".encode()], object),
    "foot_points_uv": np.array([[0.5, 0.25]], np.float32),
    "foot_points_m": np.array([[1.0, -2.0]], np.float32),
    "scores": np.array([0.75], np.float32),
    "micro_track_ids": np.array([3]),
    "cameras": np.array([1], np.int32),
    "camera_reasons": np.array([2], np.int32),
    "boxes_px": np.array([[1, 2, 3, 4]], np.float32),
    "track_ids": np.array([8]),
    "team_probabilities": np.array([[0.125, 0.75, 0.125]], np.float32),
    "jersey_numbers": np.array([23], np.int32),
    "jersey_probabilities": np.array([0.5], np.float32),
    "teams_named": np.array([True]),
    "traceparent": np.array([b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], object),
    "window_frames": np.array([5, 6]),
    "window_micro_track_ids": np.array([3, 4]),
    "window_track_ids": np.array([8, 8]),
    "solved_track_ids": np.array([8]),
    "solved_team_probabilities": np.array([[0.0, 1.0, 0.0]], np.float32),
    "solved_jersey_numbers": np.array([-1], np.int32),
    "solved_jersey_probabilities": np.array([0.0], np.float32),
    "revised_track_ids": np.array([[9, 8]]),
}
_OF_WINDOWS = ("window_", "solved_", "revised_")
NOTHING_SOLVED = {name: array[:0] for name, array in ANSWER.items() if name.startswith(_OF_WINDOWS)}


def test_a_request_holds_every_request_tensor_with_its_dtype_and_a_missing_picture_as_length_zero() -> None:
    request = Request(FramePair(5, 123, b"\xff\xd8", None), b"arena", b"sheet!", 77, start=True, end=False)
    encoded = encode_request(request, "path_b")
    inputs = {entry.name(): (entry.shape(), entry.datatype()) for entry in encoded["inputs"]}
    assert inputs == {
        "left_jpeg": ([2], "UINT8"),
        "right_jpeg": ([0], "UINT8"),
        "frame_index": ([1], "INT64"),
        "captured_at_ns": ([1], "INT64"),
        "calibration": ([5], "UINT8"),
        "match_sheet": ([6], "UINT8"),
    }
    assert (encoded["sequence_id"], encoded["sequence_start"], encoded["sequence_end"]) == (77, True, False)


def test_an_answer_is_read_into_its_fields() -> None:
    answer = decode_answer(Result(**ANSWER))
    assert (answer.frame_index, answer.status) == (12, FrameStatus.CAMERA_MISSING)
    assert answer.message == "linke Kamera fehlt – prüfen"
    assert answer.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    found = answer.detections
    assert found.foot_points_m.tolist() == [[1.0, -2.0]]
    assert found.foot_points_uv.tolist() == [[0.5, 0.25]]
    assert (found.scores.tolist(), found.micro_track_ids.tolist()) == ([0.75], [3])
    assert (found.cameras.tolist(), found.camera_reasons.tolist()) == ([1], [2])
    assert found.boxes_px.tolist() == [[1.0, 2.0, 3.0, 4.0]]
    assert (found.track_ids.tolist(), found.team_probabilities.tolist()) == ([8], [[0.125, 0.75, 0.125]])
    assert (found.jersey_numbers.tolist(), found.jersey_probabilities.tolist()) == ([23], [0.5])
    assert answer.teams_named is True


def test_the_windows_of_an_answer_are_read_with_their_tracks() -> None:
    windows = decode_answer(Result(**ANSWER)).windows
    assert windows is not None
    assert (windows.frame_indices.tolist(), windows.micro_track_ids.tolist()) == ([5, 6], [3, 4])
    assert windows.track_ids.tolist() == [8, 8]
    tracks = windows.tracks
    assert (tracks.track_ids.tolist(), tracks.team_probabilities.tolist()) == ([8], [[0.0, 1.0, 0.0]])
    assert (tracks.jersey_numbers.tolist(), tracks.jersey_probabilities.tolist()) == ([-1], [0.0])


def test_an_answer_with_which_no_window_came_has_none() -> None:
    assert decode_answer(Result(**ANSWER | NOTHING_SOLVED)).windows is None


@pytest.mark.parametrize("tensor", [tensor for tensor in tensors.ANSWER if tensor is not tensors.CAPTURED_AT_NS])
def test_an_answer_that_lacks_a_tensor_is_refused_by_its_name(tensor: Tensor) -> None:
    with pytest.raises(StreamError, match=tensor.name):
        decode_answer(Result(**{name: array for name, array in ANSWER.items() if name != tensor.name}))


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(StreamError, match="one version"):
        decode_answer(Result(**ANSWER | {"status": np.array([99], np.int32)}))
