"""Whether an ONNX file is the engine that its name says: same inputs and outputs as `sideline.tensors` promises.

Reads the file by ONNX Runtime, which the server has anyway. What the network has learnt is beyond it: see the hash.
"""

from pathlib import Path
from typing import Final

import onnxruntime

from ensemble_configs.schema import Engine, read_models
from ensemble_configs.wiring import TENSORS
from sideline.errors import EngineError

_TYPES: Final = {"UINT8": "tensor(uint8)", "FP32": "tensor(float)", "BOOL": "tensor(bool)"}


def check_interface(name: str, path: Path) -> None:
    """Refuse a file that is damaged or another engine's.

    Args:
        name: Engine of models.toml.
        path: Its ONNX file.

    Raises:
        EngineError: it cannot be read, or takes or gives something else; the message says what.
    """
    model = read_models().models[name]
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
        actual = {
            value.name: (value.type, [size if isinstance(size, int) else -1 for size in value.shape]) for value in found
        }
        for tensor in promised.keys() | actual.keys():
            if promised.get(tensor) != actual.get(tensor):
                raise EngineError(
                    f"{path} is not the engine {name}: it {verb} {tensor} as {actual.get(tensor, 'nothing')}, "
                    f"{name} as {promised.get(tensor, 'nothing')}; put the right file there"
                )


def _describe(tensor: str) -> tuple[str, list[int]]:
    return _TYPES[TENSORS[tensor].dtype], [-1, *TENSORS[tensor].dims]
