"""Compares an engine in torch with its ONNX file in ONNX Runtime on the same inputs."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from export.engines import Engine


@dataclass(frozen=True, slots=True)
class Parity:
    """Largest differences of one output.

    Attributes:
        output: Name of the tensor.
        absolute: Largest absolute difference.
        relative: Euclidean norm of the difference over the norm of torch's output.
    """

    output: str
    absolute: float
    relative: float


def compare(engine: Engine, network: nn.Module, path: Path, inputs: list[tuple[torch.Tensor, ...]]) -> list[Parity]:
    """Run both on every element of ``inputs`` (tuples in the order of the engine's inputs, with a batch axis)."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in engine.outputs]
    expected: list[list[np.ndarray]] = [[] for _ in names]  # type: ignore[type-arg]
    actual: list[list[np.ndarray]] = [[] for _ in names]  # type: ignore[type-arg]
    for arguments in inputs:
        feed = {tensor.name: array.numpy() for tensor, array in zip(engine.inputs, arguments, strict=True)}
        with torch.no_grad():
            result = network(*arguments)
        for column, tensor in enumerate(result if isinstance(result, tuple) else (result,)):
            expected[column].append(tensor.numpy())
        for column, array in enumerate(session.run(names, feed)):
            actual[column].append(array)
    return [
        _difference(name, np.concatenate(want), np.concatenate(got))
        for name, want, got in zip(names, expected, actual, strict=True)
    ]


def _difference(name: str, want: np.ndarray, got: np.ndarray) -> Parity:  # type: ignore[type-arg]
    difference = got - want
    return Parity(name, float(np.abs(difference).max()), float(np.linalg.norm(difference) / np.linalg.norm(want)))
