"""What every Python step does with Triton's objects: read tensors, write tensors, call an engine, refuse one request.

Imported inside Triton's Python stub only; the module `triton_python_backend_utils` exists nowhere else, and is filled
after a step has been imported.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import triton_python_backend_utils as pb_utils
from numpy.typing import NDArray

from sideline import tensors
from sideline.errors import ConfigError
from sideline.pixels.cpu import CpuPixels
from sideline.pixels.device import gpu_pixels
from sideline.pixels.steps import PixelSteps
from sideline.serving.event_log import Level, Seldom, log_event
from sideline.serving.observer import name_arena
from sideline.serving.step_parameters import LARGEST_BATCH_OF, PIXELS, read_parameter
from sideline.serving.work_table import at_work
from sideline.tensors import Tensor

Arrays = Mapping[Tensor, NDArray[Any]]

_trace: ContextVar[pb_utils.InferenceTrace | None] = ContextVar("trace", default=None)
"""Of the request that this thread answers, if it is traced: the engines that it calls belong to its trace."""
_failures: Final = Seldom(1.0)
"""Whoever sends nonsense must not fill the disk with it."""
_EXPIRY_FACTOR: Final = 2.0
"""The step must not forget a stream that Triton still knows."""


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that takes its time; the step's instance goes on with the next request meanwhile.

    Attributes:
        executor: Where the answer is worked out.
        compute: Gives it; must hold no array of the request, whose memory goes when `execute` returns.
    """

    executor: Executor
    compute: Callable[[], Arrays]


if TYPE_CHECKING:  # Triton's module is still empty when a step is imported
    Answering = Callable[[pb_utils.InferenceRequest], Arrays | Later]


def answer_requests(
    requests: list[pb_utils.InferenceRequest], answer: Answering
) -> list[pb_utils.InferenceResponse | None]:
    """Answer each request by itself: what one raises is its own error and nobody else's.

    Returns:
        A response a request; None for one that is answered later, through its response sender (python_backend 24.06
        and newer let a step without decoupled responses do so).
    """
    return [_answer_request(request, answer) for request in requests]


@at_work()
def _answer_request(request: pb_utils.InferenceRequest, answer: Answering) -> pb_utils.InferenceResponse | None:
    trace = request.trace()
    _trace.set(trace if trace.get_context() else None)
    try:
        arrays = answer(request)
        if isinstance(arrays, Later):
            sender = request.get_response_sender()
            arrays.executor.submit(_send_later, sender, _identify(request), arrays.compute)
            return None
        return _respond(arrays)
    except Exception as error:  # the boundary to Triton: every error must become a response
        return _refuse(_identify(request), error)


def _send_later(
    sender: pb_utils.InferenceResponseSender, identity: Mapping[str, str | int], compute: Callable[[], Arrays]
) -> None:
    try:
        response = _respond(compute())
    except Exception as error:  # as above
        response = _refuse(identity, error)
    sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)


def _respond(arrays: Arrays) -> pb_utils.InferenceResponse:
    return pb_utils.InferenceResponse([_to_tensor(tensor, array) for tensor, array in arrays.items()])


def _to_tensor(tensor: Tensor, array: Any) -> pb_utils.Tensor:
    """A tensor that owns a copy of a NumPy array, or shares the memory of a GPU's array (DLPack)."""
    if isinstance(array, np.ndarray):
        return pb_utils.Tensor(tensor.name, array)
    return pb_utils.Tensor.from_dlpack(tensor.name, array)


def _refuse(identity: Mapping[str, str | int], error: Exception) -> pb_utils.InferenceResponse:
    message = f"{type(error).__name__}: {error}"
    unlogged = _failures.admit()
    if unlogged is not None:
        log_event(Level.ERROR, "request_failed", **identity, message=message, unlogged=unlogged)
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(message))


def _identify(request: pb_utils.InferenceRequest) -> dict[str, str | int]:
    """What the log says of a request: its stream, its frame as Sideline's client numbers requests, its arena."""
    identity: dict[str, str | int] = {"correlation_id": request.correlation_id()}
    if request.request_id().isdigit():
        identity["frame_index"] = int(request.request_id())
    calibration = pb_utils.get_input_tensor_by_name(request, tensors.CALIBRATION.name)
    return identity if calibration is None else identity | {"arena": name_arena(calibration.as_numpy().tobytes())}


def read(request: pb_utils.InferenceRequest, tensor: Tensor) -> NDArray[Any]:
    """The array of one input, as `sideline.tensors` describes it; engine tensors with their batch axis of 1."""
    array: NDArray[Any] = pb_utils.get_input_tensor_by_name(request, tensor.name).as_numpy()
    return array


def read_pixels(request: pb_utils.InferenceRequest, tensor: Tensor, pixels: PixelSteps) -> Any:
    """The array of one input where `pixels` are computed; it is not copied when it is there already."""
    return pixels.adopt(pb_utils.get_input_tensor_by_name(request, tensor.name))


def pixel_steps(args: Mapping[str, str]) -> PixelSteps:
    """Where the profile has pixels computed: on the CPU, or on the GPU of this instance.

    Raises:
        ConfigError: The parameter `pixels` has an unknown value, or the GPU's libraries are not there.
    """
    place = read_parameter(args, PIXELS)
    if place not in ("cpu", "gpu"):
        raise ConfigError(f"`{PIXELS}` is {place!r}; a profile says cpu or gpu")
    return CpuPixels() if place == "cpu" else gpu_pixels(int(args["model_instance_device_id"]))


def as_string(text: str) -> NDArray[np.object_]:
    """A STRING tensor of shape [1]."""
    return np.array([text.encode()], np.object_)


def is_start(request: pb_utils.InferenceRequest) -> bool:
    """Whether the request opens its stream."""
    return bool(request.flags() & pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_START)


def is_end(request: pb_utils.InferenceRequest) -> bool:
    """Whether the request closes its stream."""
    return bool(request.flags() & pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_END)


def find_trace(request: pb_utils.InferenceRequest) -> str:
    """The W3C trace context (https://www.w3.org/TR/trace-context) of the step's span; empty when it is not traced."""
    context = request.trace().get_context()
    return str(json.loads(context).get("traceparent", "")) if context else ""


def state_expiry_s(args: Mapping[str, str]) -> float:
    """How long a step keeps the state of a silent stream: twice what Triton's sequence batcher allows."""
    batching = json.loads(args["model_config"])["sequence_batching"]
    return _EXPIRY_FACTOR * float(batching["max_sequence_idle_microseconds"]) / 1e6


def call_engine(name: str, inputs: Arrays, output: Tensor) -> NDArray[Any]:
    """Run an engine on one frame from within a step (BLS).

    Args:
        name: The engine's name.
        inputs: Arrays in the shapes of `sideline.tensors`, without the batch axis.
        output: The output that is wanted.

    Returns:
        The output without the batch axis.

    Raises:
        TritonModelException: The engine failed.
    """
    rows = {tensor: array[None] for tensor, array in inputs.items()}
    array: NDArray[Any] = _run_engine(name, rows, (output,))[0][0]
    return array


@dataclass(frozen=True, slots=True)
class BatchedEngine:
    """An engine as a function of batches, called from within a step (BLS), from whichever of its threads.

    Attributes:
        name: The engine's name.
        inputs, outputs: Its tensors in the order of the function's arguments and results.
        largest_batch: Rows that the engine takes at once; more are given to it in turns.
    """

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    largest_batch: int

    def __call__(self, *arrays: NDArray[Any]) -> Any:
        """Run the engine.

        Args:
            arrays: Its inputs with one batch axis in front; no rows are no work.

        Returns:
            Its outputs with as many rows: an array where there is one, a tuple where there are several.

        Raises:
            TritonModelException: The engine failed.
        """
        turns = [self._run(first, arrays) for first in range(0, len(arrays[0]), self.largest_batch)]
        columns = zip(*turns, strict=True) if turns else ([_no_rows(tensor)] for tensor in self.outputs)
        results = tuple(np.concatenate(parts) for parts in columns)
        return results if len(results) > 1 else results[0]

    def _run(self, first: int, arrays: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
        rows = (array[first : first + self.largest_batch] for array in arrays)
        return _run_engine(self.name, dict(zip(self.inputs, rows, strict=True)), self.outputs)


def engine_of(
    args: Mapping[str, str], name: str, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]
) -> BatchedEngine:
    """The engine NAME, which must be among the step's `calls` in models.toml."""
    return BatchedEngine(name, inputs, outputs, int(read_parameter(args, f"{LARGEST_BATCH_OF}{name}")))


def _run_engine(name: str, inputs: Arrays, outputs: tuple[Tensor, ...]) -> tuple[NDArray[Any], ...]:
    trace = _trace.get()
    traced = {} if trace is None else {"trace": trace}
    request = pb_utils.InferenceRequest(
        model_name=name,
        requested_output_names=[tensor.name for tensor in outputs],
        inputs=[pb_utils.Tensor(tensor.name, np.ascontiguousarray(array)) for tensor, array in inputs.items()],
        **traced,
    )
    response = request.exec()
    if response.has_error():
        raise pb_utils.TritonModelException(f"engine {name}: {response.error().message()}")
    return tuple(pb_utils.get_output_tensor_by_name(response, tensor.name).as_numpy() for tensor in outputs)


def _no_rows(tensor: Tensor) -> NDArray[Any]:
    return np.empty((0, *(max(size, 0) for size in tensor.dims)), np.float32)
