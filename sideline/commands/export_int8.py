"""The part of ``sideline export`` that makes int8 files of detectors from their ONNX files."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from sideline.collection.check import engine_path
from sideline.collection.schema import COLLECTION_FILE, read_collection, write_collection
from sideline.deployment.files import int8_path
from sideline.errors import ConfigError, EngineError

if TYPE_CHECKING:
    from export.int8_comparison import Int8Report


def export_int8(engine: str, repository: Path) -> None:
    """Write model_int8.onnx beside the model.onnx of one or both detectors, say how it differs, and record it.

    Args:
        engine: Name, or "all" for both.
        repository: Model repository; models.yaml beside it gets the record.

    Raises:
        ConfigError: it is no detector.
        EngineError: a file is missing, damaged or another engine's, or int8 sees other people; then the earlier int8
            file stays.
        CollectionError: the collection holds another model.onnx.
    """
    try:
        from export.int8 import write_int8
        from export.int8_comparison import DETECTORS, compare_int8, render_panoramas
        from sideline.deployment.onnx_interface import check_interface
    except ImportError as error:
        raise EngineError(f"int8 files cannot be made: {error}; run: pip install 'sideline[train]'") from error
    if engine not in (*DETECTORS, "all"):
        raise ConfigError(f"only detectors are worth int8: choose one of {', '.join(DETECTORS)} or all")
    names = DETECTORS if engine == "all" else (engine,)
    for name in names:
        if not engine_path(repository, name).is_file():
            raise EngineError(f"{engine_path(repository, name)} is missing: `sideline export {name}` writes it")
        check_interface(name, engine_path(repository, name))
    console, panoramas = Console(), render_panoramas()
    for name in names:
        full = engine_path(repository, name)
        candidate = int8_path(full).with_suffix(".candidate.onnx")
        try:
            write_int8(full, candidate, panoramas.calibration)
            report = compare_int8(name, full, candidate, panoramas.comparison)
            _tell(console, report)
            report.check()
            candidate.rename(int8_path(full))
        finally:
            candidate.unlink(missing_ok=True)
        _record(console, name, repository)


def _tell(console: Console, report: "Int8Report") -> None:
    lines = [
        f"{report.engine} in int8, {report.panoramas} panoramas that it was not calibrated on:",
        f"  {report.detections} likely detections in float32, {report.lost} lost, {report.new} new",
        *(f"  {output} differ by {p50:.2g}, p99 {p99:.2g}" for output, (p50, p99) in report.differences.items()),
        f"  CPU {report.full_cpu_ms:.1f} ms in float32, {report.int8_cpu_ms:.1f} ms in int8, one thread",
    ]
    console.print("\n".join(lines), highlight=False)


def _record(console: Console, name: str, repository: Path) -> None:
    from sideline.collection.int8_recording import record_int8

    path = repository.resolve().parent / COLLECTION_FILE
    if not path.exists():
        console.print(f"  not recorded: there is no {path}", highlight=False)
        return
    write_collection(record_int8(read_collection(path), repository, name), path)
    console.print(f"  recorded in {path}", highlight=False)
