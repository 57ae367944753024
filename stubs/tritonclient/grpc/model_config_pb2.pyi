# What Sideline uses of Triton's generated model_config.proto.
from collections.abc import Iterable, Mapping, MutableMapping, MutableSequence

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
from google.protobuf.message import Message

class ModelInput(Message):
    name: str
    dims: Iterable[int]
    def __init__(self, *, name: str, data_type: str, dims: Iterable[int]) -> None: ...

class ModelOutput(Message):
    name: str
    dims: Iterable[int]
    def __init__(self, *, name: str, data_type: str, dims: Iterable[int]) -> None: ...

class ModelDynamicBatching(Message):
    preserve_ordering: bool
    max_queue_delay_microseconds: int
    def __init__(self, *, preserve_ordering: bool, max_queue_delay_microseconds: int) -> None: ...

class ModelSequenceBatching(Message):
    class StrategyOldest(Message):
        max_candidate_sequences: int
        def __init__(self, *, max_candidate_sequences: int) -> None: ...

    max_sequence_idle_microseconds: int
    oldest: StrategyOldest
    def __init__(self, *, max_sequence_idle_microseconds: int, oldest: StrategyOldest) -> None: ...

class ModelInstanceGroup(Message):
    KIND_GPU: int
    kind: int
    count: int
    gpus: MutableSequence[int]
    def __init__(self, *, count: int = ..., kind: str = ...) -> None: ...

class ModelParameter(Message):
    string_value: str

class ModelOptimizationPolicy(Message):
    class PinnedMemoryBuffer(Message):
        enable: bool

    input_pinned_memory: PinnedMemoryBuffer
    output_pinned_memory: PinnedMemoryBuffer

class ModelWarmup(Message):
    class Input(Message):
        def __init__(self, *, data_type: str, dims: Iterable[int], zero_data: bool) -> None: ...

    batch_size: int
    def __init__(self, *, name: str, batch_size: int, inputs: Mapping[str, Input]) -> None: ...

class ModelEnsembling(Message):
    class Step(Message):
        model_name: str
        input_map: Mapping[str, str]
        output_map: Mapping[str, str]
        def __init__(
            self,
            *,
            model_name: str,
            model_version: int,
            input_map: Mapping[str, str],
            output_map: Mapping[str, str],
        ) -> None: ...

    step: RepeatedCompositeFieldContainer[Step]
    def __init__(self, *, step: Iterable[Step] = ...) -> None: ...

class ModelConfig(Message):
    name: str
    platform: str
    backend: str
    default_model_filename: str
    max_batch_size: int
    parameters: MutableMapping[str, ModelParameter]
    instance_group: RepeatedCompositeFieldContainer[ModelInstanceGroup]
    optimization: ModelOptimizationPolicy
    model_warmup: RepeatedCompositeFieldContainer[ModelWarmup]
    def __init__(
        self,
        *,
        name: str = ...,
        platform: str = ...,
        backend: str = ...,
        default_model_filename: str = ...,
        max_batch_size: int = ...,
        input: Iterable[ModelInput] = ...,
        output: Iterable[ModelOutput] = ...,
        dynamic_batching: ModelDynamicBatching | None = ...,
        sequence_batching: ModelSequenceBatching | None = ...,
        ensemble_scheduling: ModelEnsembling | None = ...,
        instance_group: Iterable[ModelInstanceGroup] = ...,
    ) -> None: ...
