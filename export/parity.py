"""Compares an engine in two forms on the same inputs: torch with its ONNX file, float32 with float16, ONNX with a plan.

Knows numbers, not why they differ. What a difference does to the tracks is measured in `export.task`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from export.engines import Engine
from export.half import write_half
from export.pairing import Arrays, Paired, pair_rows
from sideline.arrays import Float64s
from sideline.deployment.files import hash_file
from sideline.errors import EngineError

FULL_TOLERANCE: Final = 1e-4
"""Of an output's norm, float32; not of single values, because a sine of wavelength 0.01 turns 1e-6 of a point into
6e-4."""
HALF_TOLERANCE: Final = 1e-2
"""Of an output's norm, float16."""

UNPAIRED_TOLERANCE: Final = 1e-2
"""Of a detector's rows, without counterpart and below every score that is served."""

Run = Callable[..., Arrays]
"""An engine in some form: its inputs with a batch axis, in order, to its outputs, in order."""
Inputs = Sequence[tuple[torch.Tensor, ...]]


@dataclass(frozen=True, slots=True)
class Parity:
    """Largest differences of one output.

    Attributes:
        output: Name of the tensor.
        absolute: Largest absolute difference.
        relative: Euclidean norm of the difference over the norm of the reference's output.
        served: Of a detector: the same of the rows alone that a tracker keeps; else 0.
        rows: Of a detector: rows of all inputs; else 0.
        unpaired: Rows left out, because one of the forms has none there and a tracker keeps them in neither:
            of a low score, or a better row tells of the same person.
    """

    output: str
    absolute: float
    relative: float
    served: float = 0.0
    rows: int = 0
    unpaired: int = 0


@dataclass(frozen=True, slots=True)
class ParityReport:
    """How much an engine's file differs from its network, and its float16 version from the reference.

    Attributes:
        engine: Name of the engine.
        sha256: Of the ONNX file.
        inputs: How many inputs they were compared on.
        full: torch and the ONNX file, by output; empty when there was no network to compare with.
        half: The float16 version (rounded after every node), compared with torch, or with the file where there was no
            network.
    """

    engine: str
    sha256: str
    inputs: int
    full: tuple[Parity, ...]
    half: tuple[Parity, ...]

    @property
    def largest_full(self) -> float:
        """The largest relative difference in float32."""
        return max((row.relative for row in self.full), default=0.0)

    @property
    def largest_half(self) -> float:
        """The largest relative difference in float16."""
        return max(row.relative for row in self.half)

    def check(self) -> None:
        """Refuse an engine that differs too much.

        Raises:
            EngineError: the first output that is beyond its tolerance.
        """
        for kind, rows, tolerance in (("float32", self.full, FULL_TOLERANCE), ("float16", self.half, HALF_TOLERANCE)):
            for row in rows:
                if not row.relative <= tolerance:  # so put, a NaN fails
                    raise EngineError(
                        f"{self.engine} in {kind} differs from the network by {row.relative:.1e} of the norm of "
                        f"{row.output}, more than {tolerance:g}: do not serve this engine"
                    )
                if not row.served <= tolerance:
                    raise EngineError(
                        f"{self.engine} in {kind} differs from the network by {row.served:.1e} of the norm of "
                        f"{row.output} in the rows that are served, more than {tolerance:g}: do not serve this engine"
                    )
                if row.unpaired > UNPAIRED_TOLERANCE * row.rows:
                    raise EngineError(
                        f"{self.engine} in {kind} has no counterpart of {row.unpaired} of the network's {row.rows} "
                        f"rows, more than {UNPAIRED_TOLERANCE:.0%}: do not serve this engine"
                    )


def measure_parity(
    engine: Engine, path: Path, inputs: Inputs, network: nn.Module | None = None, calibration: bytes | None = None
) -> ParityReport:
    """Compare an ONNX file, and its float16 version, with the network.

    Args:
        engine: What the file is.
        path: The ONNX file, float32.
        inputs: Tuples in the order of the engine's inputs, with a batch axis; see `export.real_inputs`.
        network: The served network; without one the float16 version is compared with the file.
        calibration: The rig file of the inputs, if they are images of one rig; see `export.pairing.pair_rows`.

    Raises:
        EngineError: the file cannot be read, or has no float16 version.
    """
    file = run_onnx(engine, path)
    with TemporaryDirectory(prefix="sideline-half-") as folder:
        half_path = Path(folder) / "half.onnx"
        write_half(path, half_path, emulated=True)
        half = run_onnx(engine, half_path)
        reference = file if network is None else run_torch(network)
        return ParityReport(
            engine.name,
            hash_file(path),
            len(inputs),
            () if network is None else tuple(compare_runs(engine, reference, file, inputs, calibration)),
            tuple(compare_runs(engine, reference, half, inputs, calibration)),
        )


def compare(engine: Engine, network: nn.Module, path: Path, inputs: Inputs) -> list[Parity]:
    """Compare torch with an ONNX file in ONNX Runtime on every element of ``inputs``."""
    return compare_runs(engine, run_torch(network), run_onnx(engine, path), inputs)


def compare_runs(
    engine: Engine, reference: Run, candidate: Run, inputs: Inputs, calibration: bytes | None = None
) -> list[Parity]:
    """Run both forms of an engine on every element of ``inputs``; differences by output, over all inputs."""
    names = [tensor.name for tensor in engine.outputs]
    sums = [_Difference() for _ in names]
    for arguments in inputs:
        arrays = [argument.numpy() for argument in arguments]
        paired = pair_rows(names, reference(*arrays), candidate(*arrays), calibration)
        for place, difference in enumerate(sums):
            difference.add(paired, place)
    return [difference.of(name) for name, difference in zip(names, sums, strict=True)]


def run_torch(network: nn.Module) -> Run:
    """The network as a function of arrays."""

    def run(*arrays: NDArray[Any]) -> Arrays:
        with torch.no_grad():
            result = network(*map(torch.from_numpy, arrays))
        return [tensor.numpy() for tensor in (result if isinstance(result, tuple) else (result,))]

    return run


def run_onnx(engine: Engine, path: Path) -> Run:
    """An ONNX file in ONNX Runtime on the CPU as a function of arrays.

    Raises:
        EngineError: ONNX Runtime cannot read it.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # of float16 it warns that a CPU computes most of it in float32
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions have no common base
        raise EngineError(f"{path} cannot be read ({error}): export the engine again") from error
    inputs, outputs = ([tensor.name for tensor in side] for side in (engine.inputs, engine.outputs))
    return lambda *arrays: session.run(outputs, dict(zip(inputs, arrays, strict=True)))


class _Difference:
    """Differences of one output, added up over the inputs."""

    def __init__(self) -> None:
        self._largest = 0.0
        self._all, self._served = _Squares(), _Squares()
        self._rows = self._unpaired = 0

    def add(self, paired: Paired, place: int) -> None:
        want = paired.want[place].astype(np.float64)
        difference = paired.got[place] - want
        self._largest = float(np.maximum(self._largest, np.abs(difference).max(initial=0.0)))
        self._all.add(difference, want)
        if paired.served is not None:
            self._served.add(difference[paired.served], want[paired.served])
        self._rows += paired.rows
        self._unpaired += paired.unpaired

    def of(self, name: str) -> Parity:
        return Parity(name, self._largest, self._all.share, self._served.share, self._rows, self._unpaired)


class _Squares:
    """Sums of squares of differences and of what they are differences of."""

    def __init__(self) -> None:
        self._difference = self._norm = 0.0

    def add(self, difference: Float64s, want: Float64s) -> None:
        self._difference += float(np.square(difference).sum())
        self._norm += float(np.square(want).sum())

    @property
    def share(self) -> float:
        """Norm over norm; an output of zeros alone, as of a graph without pairs, is met by zeros."""
        if self._difference == self._norm == 0:
            return 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.sqrt(np.float64(self._difference) / self._norm))
