"""The canary: a synthetic frame through the whole ensemble, which shows more than "ready" does.

Triton calls a server ready whose steps have died (triton-inference-server/server#7230); a frame that comes back with
its status does not lie. Knows the request's tensors; judges no detections.
"""

from pathlib import Path
from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from tritonclient.grpc import InferInput, InferResult
from tritonclient.utils import InferenceServerException

from sideline import tensors
from sideline.errors import ServerError
from sideline.security.channel import connect, headers_of
from sideline.security.settings import PLAIN, ClientSecurity
from sideline.serving.own_streams import new_own_id
from sideline.serving.watchdog import SlowCanaryError
from sideline.tensors import FrameStatus, Tensor

_RIG: Final = Path(__file__).with_name("canary_rig.toml")
_WIDTH_PX, _HEIGHT_PX = 320, 180


def send_canary(url: str, ensemble: str, timeout_s: float, security: ClientSecurity = PLAIN) -> None:
    """Send one grey frame and close its stream.

    Args:
        url: Host and gRPC port.
        ensemble: Name of the ensemble.
        timeout_s: Time for each of the two answers.
        security: How it gets in.

    Raises:
        SlowCanaryError: It did not come back in time.
        ServerError: It did not come back as a good frame; the message holds the server's reason.
    """
    image = np.full((_HEIGHT_PX, _WIDTH_PX, 3), 90, np.uint8)
    jpeg = np.frombuffer(simplejpeg.encode_jpeg(image), np.uint8)
    correlation_id = new_own_id()
    with connect(url, security) as client:
        for images, frame_index, status in ((jpeg, 0, FrameStatus.OK), (jpeg[:0], 1, FrameStatus.END_OF_STREAM)):
            values = _request(images, frame_index)
            try:
                result = client.infer(
                    ensemble,
                    [_to_input(tensor, values[tensor]) for tensor in tensors.REQUEST],
                    sequence_id=correlation_id,
                    sequence_start=frame_index == 0,
                    sequence_end=status is FrameStatus.END_OF_STREAM,
                    client_timeout=timeout_s,
                    headers=headers_of(security),
                )
            except InferenceServerException as exc:
                if "DEADLINE_EXCEEDED" in str(exc.status()):
                    raise SlowCanaryError(
                        f"a canary frame did not pass {ensemble} within {timeout_s:g} s: it is overloaded or hangs; "
                        "`--log-file` keeps the log"
                    ) from exc
                raise ServerError(
                    f"the canary frame did not pass {ensemble}: {exc.message()}; `--log-file` keeps the log"
                ) from exc
            _check_answer(result, frame_index, status)


def count_answers(url: str, ensemble: str, timeout_s: float, security: ClientSecurity = PLAIN) -> int:
    """Frames that the ensemble has answered since the server started, canaries included.

    Raises:
        ServerError: The server does not say.
    """
    with connect(url, security) as client:
        try:
            statistics = client.get_inference_statistics(
                ensemble, headers=headers_of(security), client_timeout=timeout_s
            )
        except InferenceServerException as exc:
            raise ServerError(f"the server does not tell its statistics: {exc.message()}; start it again") from exc
    return sum(int(model.inference_stats.success.count) for model in statistics.model_stats)


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
