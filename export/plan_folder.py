"""A folder of TensorRT plans: built where they are missing, kept where they belong to the ONNX file.

Knows names and disks; how a plan is built is in `export.tensorrt_plan`.
"""

import os
import tempfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import onnx

from ensemble_configs.schema import Engine, read_models
from export.half import cast_bytes_first, write_half
from export.tensorrt_plan import PlanBuilder, shape_ranges
from sideline.deployment.files import PlanName
from sideline.deployment.onnx_interface import check_interface
from sideline.deployment.tensorrt import builder_name, gpu_name, load_tensorrt
from sideline.errors import EngineError

_ENGINES: Final = {name: model for name, model in read_models().models.items() if isinstance(model, Engine)}


def engine_names() -> tuple[str, ...]:
    """Every engine of models.toml."""
    return tuple(_ENGINES)


class PlanFolder:
    """The plans of one GPU and one TensorRT; made if it does not exist.

    Args:
        folder: Where they lie, with the timing cache.
        repository: Model repository with the ONNX files.
        capability: A GPU that is not here, e.g. "SM89"; None for this machine's.
        half: Whether plans compute in float16.

    Raises:
        EngineError: the folder cannot be written, no TensorRT is installed, or there is no GPU that it builds for.
    """

    def __init__(self, folder: Path, repository: Path, capability: str | None = None, *, half: bool = True) -> None:
        _check_writable(folder)
        library = load_tensorrt()
        self._folder, self._repository, self._half = folder, repository, half
        self._gpu = capability.lower() if capability else gpu_name()
        self._library_name = builder_name(library)
        cache = self._cache_path
        self._builder = PlanBuilder(capability, cache.read_bytes() if cache.is_file() else b"")

    @property
    def _cache_path(self) -> Path:
        return self._folder / f"{self._gpu}@{self._library_name}.timing"

    def ensure(self, engine: str) -> Path:
        """The plan of an engine; built if there is none that belongs to its ONNX file.

        Raises:
            EngineError: the ONNX file is damaged or another engine's, TensorRT refuses it, or there is no space.
        """
        onnx_path = self._repository / engine / "1" / "model.onnx"
        name = PlanName.of(engine, self._gpu, self._library_name, onnx_path)
        path = self._folder / (name if self._half else name.full).file_name
        if path.is_file():
            return path
        check_interface(engine, onnx_path)
        self._write(path, self._build(engine, onnx_path))
        if self._builder.timing_cache:
            self._write(self._cache_path, self._builder.timing_cache)
        return path

    def _build(self, engine: str, onnx_path: Path) -> bytes:
        with TemporaryDirectory(prefix="sideline-plan-") as folder:
            source = Path(folder) / "model.onnx"
            if self._half:
                write_half(onnx_path, source)
            else:
                model = onnx.load(onnx_path)
                cast_bytes_first(model.graph)
                onnx.save(model, source)
            return self._builder.build(source, shape_ranges(_ENGINES[engine]))

    def _write(self, path: Path, content: bytes) -> None:
        partial = path.with_name(f"{path.name}.partial")
        try:
            partial.write_bytes(content)
            partial.rename(path)
        except OSError as exc:
            partial.unlink(missing_ok=True)
            raise EngineError(
                f"{path} ({len(content) / 1e6:.0f} MB) cannot be written ({exc.strerror}): make space, or name another "
                "folder with --plans"
            ) from exc


def _check_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, probe = tempfile.mkstemp(dir=folder)
        os.close(descriptor)
        Path(probe).unlink()
    except OSError as exc:
        raise EngineError(
            f"{folder} cannot be written ({exc.strerror}): give this user the folder, or name another with --plans"
        ) from exc
