"""What the machine could do at best: measured peak of multiplication and of memory, and the work that an engine has.

An engine's work is counted from the shapes that ONNX Runtime reports of a run without optimisation: two operations a
multiplication with addition, of convolutions and matrix products; the rest hardly counts. Its least traffic is its
file, its inputs and its outputs, each once.
"""

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

_MATRIX: Final = 1536
_COPY_BYTES: Final = 2**28
_REPEATS: Final = 5


@dataclass(frozen=True, slots=True)
class Peaks:
    """Best of a few runs on one core.

    Attributes:
        gflop_per_s: Product of two large float32 matrices, in NumPy's BLAS with one thread.
        gbyte_per_s: Copy of an array far larger than the caches, bytes read and written.
    """

    gflop_per_s: float
    gbyte_per_s: float

    def least_ms(self, gflop: float, mbyte: float) -> float:
        """The roofline: whichever takes longer, the multiplications or the bytes."""
        return max(gflop / self.gflop_per_s * 1e3, mbyte / self.gbyte_per_s)


def measure_peaks() -> Peaks:
    """Measure both, in a fraction of a second; start the process with OMP_NUM_THREADS=1, or BLAS takes all cores."""
    a = np.ones((_MATRIX, _MATRIX), np.float32)
    out = np.empty_like(a)
    source, target = np.ones(_COPY_BYTES, np.uint8), np.zeros(_COPY_BYTES, np.uint8)
    product_s = min(_cpu_s(lambda: np.matmul(a, a, out=out)) for _ in range(_REPEATS))
    copy_s = min(_cpu_s(lambda: np.copyto(target, source)) for _ in range(_REPEATS))
    return Peaks(round(2 * _MATRIX**3 / product_s / 1e9, 1), round(2 * _COPY_BYTES / copy_s / 1e9, 1))


def count_gflop(engine: Path, feed: Mapping[str, NDArray[Any]]) -> float:
    """Run an engine once, without optimisation, and add up the work of its nodes.

    Args:
        engine: The ONNX file.
        feed: Its inputs by name.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = onnxruntime.InferenceSession(str(engine), options, providers=["CPUExecutionProvider"])
        session.run(None, feed)
        events = json.loads(Path(session.end_profiling()).read_text())
    return sum(_flop_of(event.get("args", {})) for event in events) / 1e9


def _flop_of(node: Mapping[str, Any]) -> float:
    if node.get("op_name") not in ("MatMul", "Gemm", "Conv"):
        return 0.0
    inputs, (output, *_) = _shapes(node, "input"), _shapes(node, "output")
    summed = prod(inputs[1][1:]) if node["op_name"] == "Conv" else _inner(inputs[0], output)
    return 2.0 * prod(output) * summed


def _shapes(node: Mapping[str, Any], side: str) -> list[list[int]]:
    return [next(iter(tensor.values())) for tensor in node[f"{side}_type_shape"]]


def _inner(left: Sequence[int], output: Sequence[int]) -> int:
    """The axis that a product sums over: the last of the left operand, or its first when that one is transposed."""
    return left[-1] if list(left[:-1]) == list(output[:-1]) or len(left) != 2 else left[0]


def _cpu_s(work: Any) -> float:
    begun_s = time.thread_time()
    work()
    return time.thread_time() - begun_s
