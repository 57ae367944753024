"""The canary: a synthetic frame through the whole ensemble, which shows more than "ready" does.

Triton calls a server ready whose steps have died (triton-inference-server/server#7230); a frame that comes back with
its status does not lie. Knows the request's tensors; judges no detections.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import grpc
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from tritonclient.grpc import InferResult
from tritonclient.grpc.service_pb2 import InferParameter, ModelInferRequest
from tritonclient.grpc.service_pb2_grpc import GRPCInferenceServiceStub

from sideline import tensors
from sideline.errors import ServerError
from sideline.security.channel import headers_of, open_channel
from sideline.security.settings import PLAIN, ClientSecurity
from sideline.serving.own_streams import new_own_id
from sideline.tensors import FrameStatus, Tensor

_RIG: Final = Path(__file__).with_name("canary_rig.toml")
_WIDTH_PX, _HEIGHT_PX = 320, 180
_EXPECTED: Final = (FrameStatus.OK, FrameStatus.END_OF_STREAM)


def send_canary(url: str, ensemble: str, timeout_s: float, security: ClientSecurity = PLAIN) -> None:
    """Send one grey frame and close its stream, one behind the other: a long line is stood in once.

    A watchdog does this for months: nothing of a canary may stay behind. (Of a stream of Triton's client that was
    cancelled, a thread does.)

    Args:
        url: Host and gRPC port.
        ensemble: Name of the ensemble.
        timeout_s: Time for both answers.
        security: How it gets in.

    Raises:
        ServerError: It did not come back in time, or not as a good frame; the message holds the server's reason.
    """
    requests = list(_requests(ensemble))
    with open_channel(url, security) as channel:
        triton = GRPCInferenceServiceStub(channel)
        headers = tuple(headers_of(security).items())
        answers = triton.ModelStreamInfer(iter(requests), timeout=timeout_s, metadata=headers)
        try:
            for frame_index, status in enumerate(_EXPECTED):
                answer = next(answers)
                if answer.error_message:
                    raise ServerError(_explain(answer.error_message, ensemble))
                _check_answer(InferResult(answer.infer_response), frame_index, status)
        except grpc.RpcError as error:
            late = answers.code() is grpc.StatusCode.DEADLINE_EXCEEDED
            why = f"it is overloaded or hangs: no answer within {timeout_s:g} s" if late else answers.details()
            raise ServerError(_explain(why, ensemble)) from error
        except StopIteration as error:
            raise ServerError(_explain("the server ended its stream without a word", ensemble)) from error
        finally:
            answers.cancel()


def _requests(ensemble: str) -> Iterator[ModelInferRequest]:
    image = np.full((_HEIGHT_PX, _WIDTH_PX, 3), 90, np.uint8)
    jpeg = np.frombuffer(simplejpeg.encode_jpeg(image), np.uint8)
    correlation_id = new_own_id()
    for frame_index, images in enumerate((jpeg, jpeg[:0])):
        values = _request(images, frame_index)
        yield ModelInferRequest(
            model_name=ensemble,
            parameters={
                "sequence_id": InferParameter(int64_param=correlation_id),
                "sequence_start": InferParameter(bool_param=frame_index == 0),
                "sequence_end": InferParameter(bool_param=frame_index == 1),
            },
            inputs=[_describe(tensor, value) for tensor, value in values.items()],
            raw_input_contents=[value.tobytes() for value in values.values()],
        )


def _explain(reason: str, ensemble: str) -> str:
    return f"the canary frame did not pass {ensemble}: {reason}; `--log-file` keeps the log"


def _request(jpeg: NDArray[np.uint8], frame_index: int) -> dict[Tensor, NDArray[np.generic]]:
    return {
        tensors.LEFT_JPEG: jpeg,
        tensors.RIGHT_JPEG: jpeg,
        tensors.FRAME_INDEX: np.array([frame_index], np.int64),
        tensors.CAPTURED_AT_NS: np.zeros(1, np.int64),
        tensors.CALIBRATION: np.frombuffer(_RIG.read_bytes(), np.uint8),
        tensors.MATCH_SHEET: np.empty(0, np.uint8),
    }


def _describe(tensor: Tensor, value: NDArray[np.generic]) -> ModelInferRequest.InferInputTensor:
    return ModelInferRequest.InferInputTensor(name=tensor.name, datatype=tensor.dtype, shape=value.shape)


def _check_answer(result: InferResult, frame_index: int, expected: FrameStatus) -> None:
    index, status = (result.as_numpy(tensor.name) for tensor in (tensors.FRAME_INDEX, tensors.STATUS))
    if index is None or status is None or not index.size or not status.size:
        raise ServerError("the canary frame came back empty: check that the steps run NumPy 1.26 (`pip show numpy`)")
    if (int(index[0]), int(status[0])) != (frame_index, expected):
        message = result.as_numpy(tensors.MESSAGE.name)
        raise ServerError(
            f"the canary frame came back as {FrameStatus(int(status[0])).name}: {message}; `--log-file` keeps the log"
        )
