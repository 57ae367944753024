"""A bare gRPC stream to the ensemble: what the tests send is exactly what goes over the wire."""

import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import tritonclient.grpc as triton

from sideline import tensors
from sideline.tensors import FrameStatus, Tensor
from tests.serving.marks import Scene

TIMEOUT_S = 30.0
OWN_CONNECTION = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),
]
"""As cameras on different machines have; gRPC lets the streams of one process share a connection otherwise."""


@dataclass(frozen=True)
class Request:
    """One request; every field as the client would send it."""

    correlation_id: int
    frame_index: int
    left_jpeg: bytes
    right_jpeg: bytes
    calibration: bytes
    start: bool = False
    end: bool = False
    match_sheet: bytes = b""

    def arrays(self) -> dict[Tensor, np.ndarray]:
        return {
            tensors.LEFT_JPEG: np.frombuffer(self.left_jpeg, np.uint8),
            tensors.RIGHT_JPEG: np.frombuffer(self.right_jpeg, np.uint8),
            tensors.FRAME_INDEX: np.array([self.frame_index], np.int64),
            tensors.CAPTURED_AT_NS: np.array([self.frame_index * 40_000_000], np.int64),
            tensors.CALIBRATION: np.frombuffer(self.calibration, np.uint8),
            tensors.MATCH_SHEET: np.frombuffer(self.match_sheet, np.uint8),
        }


@dataclass(frozen=True)
class Reply:
    """One answer, or the server's error."""

    error: str | None
    values: dict[str, bytes]
    result: triton.InferResult | None

    @property
    def status(self) -> FrameStatus:
        assert self.error is None, self.error
        return FrameStatus(int(self.array(tensors.STATUS)[0]))

    @property
    def message(self) -> str:
        return self.array(tensors.MESSAGE)[0].decode()

    @property
    def frame_index(self) -> int:
        return int(self.array(tensors.FRAME_INDEX)[0])

    def array(self, tensor: Tensor) -> np.ndarray:
        assert self.result is not None, self.error
        return self.result.as_numpy(tensor.name)

    def ids(self) -> list[int]:
        return self.array(tensors.MICRO_TRACK_IDS).tolist()


class Stream:
    """One gRPC stream; use as a context manager."""

    def __init__(self, url: str, ensemble: str = "path_b") -> None:
        self._ensemble = ensemble
        self._client = triton.InferenceServerClient(url, channel_args=OWN_CONNECTION)
        self._replies: queue.Queue[Reply] = queue.Queue()

    def __enter__(self) -> "Stream":
        self._client.start_stream(lambda result, error: self._replies.put(_reply(result, error)))
        return self

    def __exit__(self, *_: object) -> None:
        self._client.stop_stream()
        self._client.close()

    def send(self, request: Request, change: Callable[[dict[Tensor, np.ndarray]], None] = lambda _: None) -> None:
        arrays = {tensor: array for tensor, array in request.arrays().items() if tensor in tensors.REQUEST}
        change(arrays)
        inputs = []
        for tensor, array in arrays.items():
            entry = triton.InferInput(tensor.name, list(array.shape), triton.np_to_triton_dtype(array.dtype))
            inputs.append(entry.set_data_from_numpy(array))
        self._client.async_stream_infer(
            self._ensemble,
            inputs,
            sequence_id=request.correlation_id,
            sequence_start=request.start,
            sequence_end=request.end,
        )

    def receive(self) -> Reply:
        return self._replies.get(timeout=TIMEOUT_S)

    @property
    def is_silent(self) -> bool:
        """Whether no answer waits to be received."""
        return self._replies.empty()

    def ask(self, request: Request, change: Callable[[dict[Tensor, np.ndarray]], None] = lambda _: None) -> Reply:
        self.send(request, change)
        return self.receive()

    def ask_all(self, requests: Iterable[Request], in_flight: int = 1) -> list[Reply]:
        """Keep so many frames in flight; answers in the order of the requests."""
        replies, waiting = [], 0
        for request in requests:
            if waiting == in_flight:
                replies.append(self.receive())
                waiting -= 1
            self.send(request)
            waiting += 1
        return replies + [self.receive() for _ in range(waiting)]


def _reply(result: triton.InferResult | None, error: Exception | None) -> Reply:
    if error is not None or result is None:
        return Reply(str(error), {}, None)
    arrays = {tensor.name: result.as_numpy(tensor.name) for tensor in tensors.ANSWER}
    assert all(array is not None for array in arrays.values())
    values = {name: str(array.shape).encode() + b"|".join(_bytes(array)) for name, array in arrays.items()}
    return Reply(None, values, result)


def _bytes(array: np.ndarray) -> list[bytes]:
    return array.tolist() if array.dtype == object else [array.tobytes()]


@cache
def _frames(scene_of: Callable[[], Scene], frame_index: int) -> tuple[bytes, bytes]:
    return scene_of().jpegs(frame_index)


def requests_of(scene_of: Callable[[], Scene], correlation_id: int, frames: int, first: int = 0) -> list[Request]:
    """A stream's requests: START on the first frame, the END request last."""
    calibration = scene_of().calibration.encode()
    requests = [
        Request(correlation_id, index, *_frames(scene_of, index), calibration) for index in range(first, first + frames)
    ]
    requests[0] = replace(requests[0], start=True)
    return [*requests, Request(correlation_id, first + frames, b"", b"", calibration, end=True)]
