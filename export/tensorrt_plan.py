"""Builds TensorRT plans from ONNX files, on the target, or for a GPU that is not there.

Precision is what the file states (`export.half`), never a flag; what it states as float32 is computed as such. Knows
the builder; knows no network and no Triton.
"""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from ensemble_configs.schema import Engine
from ensemble_configs.wiring import TENSORS
from sideline.deployment.tensorrt import load_tensorrt
from sideline.errors import EngineError
from sideline.tensors import DECODER_DETECTIONS, ID_LOGITS
from sideline.tracking.decoder_inputs import LENGTH_STEP
from sideline.tracking.graph.settings import GraphSettings

_GRAPH_LENGTHS: Final = GraphSettings().node_buckets
"""Nodes: the graph pads to the next of these."""
_DECODER_LENGTHS: Final = (LENGTH_STEP, 4 * LENGTH_STEP, DECODER_DETECTIONS)
"""Labels in use and detections: the fewest, about as many as there are players and referees, all."""
_SHARE_OF_LARGEST: Final = 2
"""Plans are tuned for half of the largest batch."""


@dataclass(frozen=True, slots=True)
class ShapeRange:
    """Shapes of one input, batch axis first, that a plan has to take.

    Attributes:
        smallest, usual, largest: The plan is tuned for the usual one.
    """

    smallest: tuple[int, ...]
    usual: tuple[int, ...]
    largest: tuple[int, ...]


def shape_ranges(engine: Engine) -> dict[str, ShapeRange]:
    """The shapes of an engine's inputs by name, from its batch and the graph's sizes."""
    usual = max(1, engine.max_batch_size // _SHARE_OF_LARGEST)
    lengths = _DECODER_LENGTHS if ID_LOGITS.name in engine.outputs else _GRAPH_LENGTHS
    return {
        name: ShapeRange(
            (1, *_close(TENSORS[name].dims, lengths[0])),
            (usual, *_close(TENSORS[name].dims, lengths[len(lengths) // 2])),
            (engine.max_batch_size, *_close(TENSORS[name].dims, lengths[-1])),
        )
        for name in engine.inputs
    }


def _close(dims: tuple[int, ...], length: int) -> tuple[int, ...]:
    return tuple(length if size == -1 else size for size in dims)


class PlanBuilder:
    """Builds plans for one kind of GPU.

    Args:
        capability: Compute capability of a GPU that need not be there, e.g. "SM89" (tensorrt_rtx only); None for the
            GPU of this machine.
        timing_cache: What an earlier builder of the same GPU measured; empty for none.

    Raises:
        EngineError: no TensorRT is installed, or it does not build for that capability.
    """

    def __init__(self, capability: str | None = None, timing_cache: bytes = b"") -> None:
        self._library = load_tensorrt()
        self._capability = None if capability is None else _find_capability(self._library, capability)
        self._log = _Log(self._library)
        self._builder = self._library.Builder(self._log.logger)
        self.timing_cache = timing_cache

    def build(self, path: Path, shapes: dict[str, ShapeRange]) -> bytes:
        """Build one plan; what was measured for it is added to `timing_cache`.

        Args:
            path: ONNX file, float32 or float16.
            shapes: By input, see `shape_ranges`.

        Returns:
            The serialised engine.

        Raises:
            EngineError: an operator is not supported, or the build fails; the message holds TensorRT's reason.
        """
        self._log.clear()
        flag = 1 << int(self._library.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
        network = self._builder.create_network(flag)
        parser = self._library.OnnxParser(network, self._log.logger)
        if not parser.parse(path.read_bytes()):
            raise EngineError(f"TensorRT cannot read {path}: {self._log.reason()}; export the engine again")
        config = self.configure(shapes)
        plan = self._builder.build_serialized_network(network, config)
        if plan is None:
            raise EngineError(f"TensorRT cannot build {path}: {self._log.reason()}; see the requirements of the GPU")
        if self._keeps_timings:
            self.timing_cache = bytes(config.get_timing_cache().serialize())
        return bytes(plan)

    @property
    def _keeps_timings(self) -> bool:
        """TensorRT for RTX times nothing: it compiles for the GPU when the plan is first run."""
        return self._library.__name__ == "tensorrt"

    def configure(self, shapes: dict[str, ShapeRange]) -> Any:
        """The library's settings for one plan, see `build`."""
        config = self._builder.create_builder_config()
        # On by default: multiplications of float32 would be rounded to the ten bits that a float16 has, too.
        config.clear_flag(self._library.BuilderFlag.TF32)
        if self._capability is not None:
            config.num_compute_capabilities = 1
            config.set_compute_capability(self._capability, 0)
        if self._keeps_timings:
            config.set_timing_cache(config.create_timing_cache(self.timing_cache), ignore_mismatch=True)
        config.add_optimization_profile(self._profile(shapes))
        return config

    def _profile(self, shapes: dict[str, ShapeRange]) -> Any:
        profile = self._builder.create_optimization_profile()
        for name, shape in shapes.items():
            profile.set_shape(name, shape.smallest, shape.usual, shape.largest)
        return profile


def _find_capability(library: ModuleType, name: str) -> Any:
    known = getattr(library, "ComputeCapability", None)
    if known is None:
        raise EngineError("only tensorrt_rtx builds for a GPU that is not there: build on the target")
    if name not in known.__members__:
        choices = ", ".join(member for member in known.__members__ if member.startswith("SM"))
        raise EngineError(f"{library.__name__} {library.__version__} does not build for {name}; it does for {choices}")
    return known.__members__[name]


class _Log:
    """Keeps what the library says, so that an error can tell the reason."""

    def __init__(self, library: ModuleType) -> None:
        lines: list[str] = []

        class Logger(library.ILogger):  # type: ignore[name-defined, misc]  # a class of the library found at run time
            def log(self, severity: Any, message: str) -> None:
                if severity <= library.ILogger.Severity.ERROR:
                    lines.append(message)

        self._lines = lines
        self.logger = Logger()

    def clear(self) -> None:
        self._lines.clear()

    def reason(self) -> str:
        """The first error."""
        return self._lines[0] if self._lines else "it does not say why"
