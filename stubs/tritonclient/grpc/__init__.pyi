from typing import Any

from numpy.typing import NDArray

class KeepAliveOptions:
    def __init__(
        self,
        keepalive_time_ms: int = ...,
        keepalive_timeout_ms: int = ...,
        keepalive_permit_without_calls: bool = ...,
        http2_max_pings_without_data: int = ...,
    ) -> None: ...

class InferInput:
    def __init__(self, name: str, shape: list[int], datatype: str) -> None: ...
    def set_data_from_numpy(self, input_tensor: NDArray[Any]) -> InferInput: ...

class InferRequestedOutput:
    def __init__(self, name: str) -> None: ...

class InferResult:
    def as_numpy(self, name: str) -> NDArray[Any] | None: ...
