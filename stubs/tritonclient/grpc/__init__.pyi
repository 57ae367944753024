from collections.abc import Callable
from typing import Any, Literal, Self

from numpy.typing import NDArray
from tritonclient.grpc.service_pb2 import ModelInferResponse

class InferInput:
    def __init__(self, name: str, shape: list[int], datatype: str) -> None: ...
    def set_data_from_numpy(self, input_tensor: NDArray[Any]) -> InferInput: ...
    def name(self) -> str: ...
    def set_shape(self, shape: list[int]) -> InferInput: ...

class InferRequestedOutput:
    def __init__(self, name: str) -> None: ...

class InferResult:
    def __init__(self, result: ModelInferResponse) -> None: ...
    def as_numpy(self, name: str) -> NDArray[Any] | None: ...

class InferenceServerClient:
    def __init__(
        self,
        url: str,
        *,
        ssl: bool = ...,
        root_certificates: str | None = ...,
        private_key: str | None = ...,
        certificate_chain: str | None = ...,
        channel_args: list[tuple[str, Any]] | None = ...,
    ) -> None: ...
    def close(self) -> None: ...
    def start_stream(
        self,
        callback: Callable[[InferResult | None, Exception | None], object],
        headers: dict[str, str] | None = ...,
    ) -> None: ...
    def stop_stream(self, cancel_requests: bool = ...) -> None: ...
    def async_stream_infer(
        self,
        model_name: str,
        inputs: list[InferInput],
        *,
        sequence_id: int | str = ...,
        sequence_start: bool = ...,
        sequence_end: bool = ...,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *exc_info: object) -> None: ...
    def is_server_ready(self, *, client_timeout: float | None = ...) -> bool: ...
    def get_inference_statistics(self, model_name: str = ..., *, as_json: Literal[True]) -> dict[str, Any]: ...
    def infer(
        self,
        model_name: str,
        inputs: list[InferInput],
        *,
        sequence_id: int | str = ...,
        sequence_start: bool = ...,
        sequence_end: bool = ...,
        client_timeout: float | None = ...,
        headers: dict[str, str] | None = ...,
    ) -> InferResult: ...
