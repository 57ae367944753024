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
}


def test_a_request_holds_every_request_tensor_with_its_dtype_and_a_missing_picture_as_length_zero() -> None:
    request = Request(FramePair(5, 123, b"\xff\xd8", None), b"arena", 77, start=True, end=False)
    encoded = encode_request(request, "path_b")
    inputs = {entry.name(): (entry.shape(), entry.datatype()) for entry in encoded["inputs"]}
    assert inputs == {
        "left_jpeg": ([2], "UINT8"),
        "right_jpeg": ([0], "UINT8"),
        "frame_index": ([1], "INT64"),
        "captured_at_ns": ([1], "INT64"),
        "calibration": ([5], "UINT8"),
    }
    assert (encoded["sequence_id"], encoded["sequence_start"], encoded["sequence_end"]) == (77, True, False)


def test_an_answer_is_read_into_its_fields() -> None:
    answer = decode_answer(Result(**ANSWER))
    assert (answer.frame_index, answer.status) == (12, FrameStatus.CAMERA_MISSING)
    assert answer.message == "linke Kamera fehlt – prüfen"
    assert answer.foot_points_m.tolist() == [[1.0, -2.0]]
    assert answer.foot_points_uv.tolist() == [[0.5, 0.25]]
    assert (answer.scores.tolist(), answer.micro_track_ids.tolist()) == ([0.75], [3])


@pytest.mark.parametrize("tensor", [tensor for tensor in tensors.ANSWER if tensor is not tensors.CAPTURED_AT_NS])
def test_an_answer_that_lacks_a_tensor_is_refused_by_its_name(tensor: Tensor) -> None:
    with pytest.raises(StreamError, match=tensor.name):
        decode_answer(Result(**{name: array for name, array in ANSWER.items() if name != tensor.name}))


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(StreamError, match="one version"):
        decode_answer(Result(**ANSWER | {"status": np.array([99], np.int32)}))
