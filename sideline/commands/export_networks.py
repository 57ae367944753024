"""The part of ``sideline export`` that needs torch: checkpoints → ONNX files, compared, put in place and recorded."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from sideline.collection.recording import Provenance, record_engine
from sideline.collection.schema import COLLECTION_FILE, read_collection, write_collection
from sideline.errors import ConfigError

if TYPE_CHECKING:
    from export.exporting import Comparison, Exported
    from export.parity import ParityReport


def export_networks(
    engine: str, checkpoint: Path | None, repository: Path, comparison: "Comparison", *, trained_with_current: bool
) -> "Exported":
    """Write one or all engines into a repository, say how they differ from their networks, and record them.

    Args:
        engine: Name, or "all".
        checkpoint: Of one engine; None for runs/train/ENGINE/last.pt.
        repository: Model repository; models.yaml beside it gets the record.
        comparison: What to compare on.
        trained_with_current: Whether they were trained with the other engines that the collection holds.

    Raises:
        ConfigError: there is no such engine, or one checkpoint was named for all.
        TrainingError: a checkpoint or network does not fit.
        EngineError: an engine differs too much, or the repository cannot be written; it stays as it was.
    """
    from export.exporting import export_engines

    names = _find_engines(engine)
    if checkpoint is not None and len(names) > 1:
        raise ConfigError("a checkpoint holds one network; name its engine instead of all")
    checkpoints = {name: checkpoint or Path("runs/train") / name / "last.pt" for name in names}
    console, exported = Console(), export_engines(checkpoints, repository, comparison)
    _tell(console, exported)
    for parity in exported.reports:
        figures = {"parity": parity.largest_full, "parity_half": parity.largest_half}
        provenance = Provenance(checkpoints[parity.engine], trained_with_current, (), figures)
        _record(console, parity.engine, repository, provenance)
    return exported


def check_engines(engine: str, repository: Path, comparison: "Comparison") -> "Exported":
    """Say how one or all engines of a repository differ from their float16 versions; writes nothing.

    Raises:
        ConfigError: there is no such engine.
        EngineError: a file is damaged or another engine's, or float16 changes too much.
    """
    from export.exporting import compare_repository

    exported = compare_repository(_find_engines(engine), repository, comparison)
    _tell(Console(), exported)
    return exported


def check_report(report: Path) -> None:
    """Refuse a report that cannot be written before minutes are spent on it, and before any engine is exchanged.

    Raises:
        ConfigError: it cannot.
    """
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=report.parent):
            pass
    except OSError as exc:
        raise ConfigError(f"{report} cannot be written ({exc.strerror}): choose another file with --report") from exc
    if report.is_dir():
        raise ConfigError(f"{report} is a folder: name a file in it with --report")


def write_report(exported: "Exported", report: Path) -> None:
    """Write what was measured as JSON."""
    report.write_text(json.dumps(asdict(exported), indent=2) + "\n", encoding="utf-8")


def _find_engines(engine: str) -> list[str]:
    from export.engines import ENGINES

    names = list(ENGINES) if engine == "all" else [engine]
    if not set(names) <= set(ENGINES):
        raise ConfigError(f"there is no engine {engine!r}; choose one of {', '.join(ENGINES)} or all")
    return names


def _tell(console: Console, exported: "Exported") -> None:
    for parity in exported.reports:
        _tell_parity(console, parity)
    if exported.task is not None:
        console.print(
            f"hota_1m {exported.task.full:.4f}, float16 {exported.task.half:.4f} ({exported.task.change_points:+.2f} "
            f"points) on {exported.task.frames} frames",
            highlight=False,
        )


def _tell_parity(console: Console, parity: "ParityReport") -> None:
    console.print(f"{parity.engine}, {parity.inputs} inputs, SHA-256 {parity.sha256[:12]}", highlight=False)
    for kind, rows in (("torch and ONNX differ", parity.full), ("float16 differs", parity.half)):
        for row in rows:
            served = f", of what is served {row.served:.1e}" if row.rows else ""
            console.print(
                f"  {row.output}: {kind} by {row.absolute:.1e}, relative {row.relative:.1e}{served}", highlight=False
            )
        if rows and rows[0].unpaired:
            console.print(
                f"  {rows[0].unpaired} of {rows[0].rows} rows, none of them served, have no counterpart: left out",
                highlight=False,
            )


def _record(console: Console, name: str, repository: Path, provenance: Provenance) -> None:
    path = repository.resolve().parent / COLLECTION_FILE
    if not path.exists():
        console.print(f"  not recorded: there is no {path}", highlight=False)
        return
    collection = record_engine(read_collection(path), repository, name, provenance)
    write_collection(collection, path)
    console.print(f"  recorded in {path} as version {collection.models[name].version}", highlight=False)
