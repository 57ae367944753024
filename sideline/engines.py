"""The repository's engines in this process, by ONNX Runtime: for work that needs no server."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ensemble_configs.schema import Engine, read_models
from sideline.errors import ConfigError
from sideline.serving.installation import MODEL_REPOSITORY


class OnnxEngine:
    """An engine of the repository as a function of its inputs to its outputs, both with the batch axis.

    Args:
        name: Its folder in the repository.
        threads: ONNX Runtime's threads within one call.
        repository: The model repository.

    Raises:
        ConfigError: models.toml has no such engine, or the repository has no file of it.
    """

    def __init__(self, name: str, threads: int, repository: Path = MODEL_REPOSITORY) -> None:
        engine = read_models().models.get(name)
        if not isinstance(engine, Engine):
            raise ConfigError(f"models.toml has no engine {name!r}")
        file = engine_file(repository, name)
        if not file.is_file():
            raise ConfigError(f"{file} is missing: give a model repository that holds the engine, or export it")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._inputs = engine.inputs
        self._outputs = engine.outputs
        self._largest_batch = engine.max_batch_size

    def __call__(self, *arrays: NDArray[Any]) -> Any:
        """Run it, a batch after the other; the outputs as a tuple, or the only one."""
        starts = range(0, len(arrays[0]), self._largest_batch)
        turns = [self._run([array[start : start + self._largest_batch] for array in arrays]) for start in starts]
        columns = [np.concatenate(parts) for parts in zip(*turns, strict=True)]
        return tuple(columns) if len(columns) > 1 else columns[0]

    def _run(self, arrays: list[NDArray[Any]]) -> list[NDArray[np.float32]]:
        return self._session.run(self._outputs, dict(zip(self._inputs, arrays, strict=True)))


def engine_file(repository: Path, name: str) -> Path:
    """The file of an engine."""
    return repository / name / "1" / "model.onnx"
