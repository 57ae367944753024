from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

class GraphOptimizationLevel:
    ORT_DISABLE_ALL: GraphOptimizationLevel

class NodeArg:
    name: str
    type: str
    shape: list[int | str | None]

class SessionOptions:
    enable_profiling: bool
    profile_file_prefix: str
    graph_optimization_level: GraphOptimizationLevel
    intra_op_num_threads: int
    inter_op_num_threads: int
    log_severity_level: int

class InferenceSession:
    def __init__(
        self,
        path_or_bytes: str | Path | bytes,
        sess_options: SessionOptions | None = ...,
        providers: Sequence[str] | None = ...,
    ) -> None: ...
    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, NDArray[Any]]
    ) -> list[NDArray[np.float32]]: ...
    def end_profiling(self) -> str: ...
    def get_inputs(self) -> list[NodeArg]: ...
    def get_outputs(self) -> list[NodeArg]: ...
    def get_modelmeta(self) -> ModelMetadata: ...

class ModelMetadata:
    custom_metadata_map: dict[str, str]
