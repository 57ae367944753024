"""Whether an ONNX file is the engine that its name says: same inputs and outputs as `sideline.tensors` promises.

Reads the file by ONNX Runtime, which the server has anyway. What the network has learnt is beyond it: see the hash.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import onnxruntime

from ensemble_configs.schema import Engine, read_models
from ensemble_configs.wiring import TENSORS
from sideline.errors import EngineError

_TYPES: Final = {"UINT8": "tensor(uint8)", "FP32": "tensor(float)", "BOOL": "tensor(bool)", "INT64": "tensor(int64)"}

Described: TypeAlias = tuple[str, list[int]]
"""Type, and shape with -1 for axes of free length."""


def check_interface(name: str, path: Path) -> Mapping[str, str]:
    """Refuse a file that is damaged or another engine's.

    Args:
        name: Engine of models.toml.
        path: Its ONNX file.

    Returns:
        What the file says of itself (`metadata_props`).

    Raises:
        EngineError: it cannot be read, or takes or gives something else; the message says what.
    """
    model = read_models().models.get(name)
    if not isinstance(model, Engine):
        raise EngineError(f"{name} is no engine: models.toml says what it is")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # ONNX Runtime's exceptions have no common base
        raise EngineError(f"{path} is damaged or no ONNX file ({exc}): export {name} again, or fetch it again") from exc
    sides = (("takes", model.inputs, session.get_inputs()), ("gives", model.outputs, session.get_outputs()))
    for verb, wanted, found in sides:
        promised = {tensor: _describe(tensor) for tensor in wanted}
        actual = {value.name: (value.type, _close(value.shape)) for value in found}
        for tensor in sorted(promised.keys() | actual.keys()):
            if not _fits(promised.get(tensor), actual.get(tensor)):
                raise EngineError(
                    f"{path} is not the engine {name}: it {verb} {tensor} as {actual.get(tensor, 'nothing')}, "
                    f"{name} as {promised.get(tensor, 'nothing')}; put the right file there"
                )
    said: Mapping[str, str] = session.get_modelmeta().custom_metadata_map
    return said


def _describe(tensor: str) -> Described:
    return _TYPES[TENSORS[tensor].dtype], [-1, *TENSORS[tensor].dims]


def _close(shape: Sequence[int | str | None]) -> list[int]:
    """The shape with -1 for axes of free length, which the file gives names."""
    return [size if isinstance(size, int) else -1 for size in shape]


def _fits(promised: Described | None, actual: Described | None) -> bool:
    if promised is None or actual is None or promised[0] != actual[0] or len(promised[1]) != len(actual[1]):
        return False
    return all(want == got or -1 in (want, got) for want, got in zip(promised[1], actual[1], strict=True))
