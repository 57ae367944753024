"""The canary: a synthetic frame through the whole ensemble, which shows more than "ready" does.

Triton calls a server ready whose steps have died (triton-inference-server/server#7230); a frame that comes back with
its status does not lie. Knows the request's tensors; judges no detections.
"""

from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from tritonclient.grpc import InferenceServerClient, InferInput, InferResult
from tritonclient.utils import InferenceServerException

from sideline import tensors
from sideline.errors import ServerError
from sideline.security.channel import connect, headers_of
from sideline.security.settings import PLAIN, ClientSecurity
from sideline.serving.own_streams import new_own_id
from sideline.tensors import FrameStatus, Tensor

_RIG: Final = Path(__file__).with_name("canary_rig.toml")
_WIDTH_PX, _HEIGHT_PX = 320, 180
_GRACE_S: Final = 5.0
"""gRPC itself says that the time is over; a stream that ends without a word does not."""


def send_canary(url: str, ensemble: str, timeout_s: float, security: ClientSecurity = PLAIN) -> None:
    """Send one grey frame and close its stream, one behind the other: a long line is stood in once.

    Args:
        url: Host and gRPC port.
        ensemble: Name of the ensemble.
        timeout_s: Time for both answers.
        security: How it gets in.

    Raises:
        ServerError: It did not come back in time, or not as a good frame; the message holds the server's reason.
    """
    answers: SimpleQueue[tuple[InferResult | None, Exception | None]] = SimpleQueue()
    with connect(url, security) as client:
        client.start_stream(
            lambda result, error: answers.put((result, error)),
            stream_timeout=timeout_s,
            headers=headers_of(security),
        )
        try:
            _send_frame_and_end(client, ensemble)
            for frame_index, status in ((0, FrameStatus.OK), (1, FrameStatus.END_OF_STREAM)):
                result, error = answers.get(timeout=timeout_s + _GRACE_S)
                if result is None:
                    raise ServerError(_explain(error, ensemble, timeout_s)) from error
                _check_answer(result, frame_index, status)
        except Empty as exc:
            raise ServerError(_explain(None, ensemble, timeout_s)) from exc
        finally:
            client.stop_stream(cancel_requests=True)


def _send_frame_and_end(client: InferenceServerClient, ensemble: str) -> None:
    image = np.full((_HEIGHT_PX, _WIDTH_PX, 3), 90, np.uint8)
    jpeg = np.frombuffer(simplejpeg.encode_jpeg(image), np.uint8)
    correlation_id = new_own_id()
    with suppress(InferenceServerException):  # the stream broke already, and its answer says why
        for frame_index, images in enumerate((jpeg, jpeg[:0])):
            client.async_stream_infer(
                ensemble,
                [_to_input(tensor, value) for tensor, value in _request(images, frame_index).items()],
                sequence_id=correlation_id,
                sequence_start=frame_index == 0,
                sequence_end=frame_index == 1,
            )


def _explain(error: Exception | None, ensemble: str, timeout_s: float) -> str:
    status = error.status() if isinstance(error, InferenceServerException) else None
    if error is None or "DEADLINE_EXCEEDED" in str(status):
        why = f"a canary frame did not pass {ensemble} within {timeout_s:g} s: it is overloaded or hangs"
    else:
        message = error.message() if isinstance(error, InferenceServerException) else error
        why = f"the canary frame did not pass {ensemble}: {message}"
    return f"{why}; `--log-file` keeps the log"


def _request(jpeg: NDArray[np.uint8], frame_index: int) -> dict[Tensor, NDArray[np.generic]]:
    return {
        tensors.LEFT_JPEG: jpeg,
        tensors.RIGHT_JPEG: jpeg,
        tensors.FRAME_INDEX: np.array([frame_index], np.int64),
        tensors.CAPTURED_AT_NS: np.zeros(1, np.int64),
        tensors.CALIBRATION: np.frombuffer(_RIG.read_bytes(), np.uint8),
        tensors.MATCH_SHEET: np.empty(0, np.uint8),
    }


def _to_input(tensor: Tensor, value: NDArray[np.generic]) -> InferInput:
    entry = InferInput(tensor.name, list(value.shape), tensor.dtype)
    entry.set_data_from_numpy(value)
    return entry


def _check_answer(result: InferResult, frame_index: int, expected: FrameStatus) -> None:
    index, status = (result.as_numpy(tensor.name) for tensor in (tensors.FRAME_INDEX, tensors.STATUS))
    if index is None or status is None or not index.size or not status.size:
        raise ServerError("the canary frame came back empty: check that the steps run NumPy 1.26 (`pip show numpy`)")
    if (int(index[0]), int(status[0])) != (frame_index, expected):
        message = result.as_numpy(tensors.MESSAGE.name)
        raise ServerError(
            f"the canary frame came back as {FrameStatus(int(status[0])).name}: {message}; `--log-file` keeps the log"
        )
