from collections.abc import Iterable, Mapping, Sequence

class InferParameter:
    def __init__(self, *, bool_param: bool = ..., int64_param: int = ...) -> None: ...

class ModelInferRequest:
    class InferInputTensor:
        def __init__(self, *, name: str, datatype: str, shape: Iterable[int]) -> None: ...

    def __init__(
        self,
        *,
        model_name: str,
        parameters: Mapping[str, InferParameter],
        inputs: Sequence[InferInputTensor],
        raw_input_contents: Sequence[bytes],
    ) -> None: ...

class ModelInferResponse: ...

class ModelStreamInferResponse:
    error_message: str
    infer_response: ModelInferResponse
