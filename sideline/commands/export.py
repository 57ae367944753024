"""``sideline export``: checkpoint → ONNX engine in the model repository, with parity; ONNX → TensorRT plan."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sideline.collection.recording import Provenance, record_engine
from sideline.collection.schema import COLLECTION_FILE, read_collection, write_collection
from sideline.commands.export_int8 import export_int8
from sideline.commands.export_plans import export_plans
from sideline.errors import ConfigError

if TYPE_CHECKING:
    from export.exporting import Exported

_REPOSITORY = Path("model_repository")


def export(
    engine: Annotated[str, typer.Argument(help="An engine, e.g. detr, or all.")],
    checkpoint: Annotated[
        Path | None, typer.Option(help="Checkpoint of `sideline train`; default runs/train/ENGINE/last.pt.")
    ] = None,
    repository: Annotated[Path, typer.Option(help="Model repository to write into.")] = _REPOSITORY,
    trained_with_current: Annotated[
        bool,
        typer.Option(
            "--trained-with-current", help="Record it as trained with the other engines that the collection holds now."
        ),
    ] = False,
    match: Annotated[
        Path, typer.Option(help="Match with truth whose frames the forms are compared on; data/demo is simulated.")
    ] = Path("data/demo"),
    frames: Annotated[
        int, typer.Option(min=0, help="Frames of it; 0 compares on random inputs and measures no tracks.")
    ] = 250,
    inputs: Annotated[int, typer.Option(min=1, help="Inputs of each engine to compare on.")] = 100,
    check: Annotated[
        bool, typer.Option("--check", help="Compare what the repository holds with its float16 version; write nothing.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Write the parity report here, as JSON.")] = None,
    tensorrt: Annotated[
        bool, typer.Option("--tensorrt", help="Build TensorRT plans from the repository's ONNX files instead.")
    ] = False,
    plans: Annotated[Path, typer.Option(help="With --tensorrt: folder of the plans.")] = Path("plans"),
    gpu: Annotated[
        str | None, typer.Option(help="With --tensorrt: a GPU that is not here, e.g. SM89 (tensorrt_rtx only).")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="With --tensorrt: float32 plans.")] = False,
    int8: Annotated[
        bool, typer.Option("--int8", help="Make the detectors' int8 files from the repository's ONNX files instead.")
    ] = False,
) -> None:
    """Write trained engines as ONNX into the model repository, as TensorRT plans, or in int8.

    A file is replaced only when the new one passes onnx's checker, holds no
    operator that TensorRT lacks, and says the same as torch, in float32 (to
    1e-4) and with float16's roundings (to 1e-2). At the end path B tracks a
    match with the new engines in both: what float16 costs in HOTA. Entries in
    models.yaml beside the repository are written anew: hash, commit, and the
    engines that they were trained with, as noted beside the checkpoint.

    With --int8, panoramas of simulated matches are rendered first; `sideline
    serve --profile int8` serves the result on CPUs with VNNI.

    Examples: sideline export all · sideline export all --tensorrt · sideline export all --int8
    """
    if tensorrt:
        export_plans(engine, repository, plans, capability=gpu, half=not full)
        return
    if int8:
        export_int8(engine, repository)
        return
    from export.engines import ENGINES
    from export.exporting import Comparison, compare_repository, export_engines

    names = list(ENGINES) if engine == "all" else [engine]
    if not set(names) <= set(ENGINES):
        raise ConfigError(f"there is no engine {engine!r}; choose one of {', '.join(ENGINES)} or all")
    if checkpoint is not None and len(names) > 1:
        raise ConfigError("a checkpoint holds one network; name its engine instead of all")
    if report is not None:
        _make_room(report)
    checkpoints = {name: checkpoint or Path("runs/train") / name / "last.pt" for name in names}
    console = Console()
    comparison = Comparison(match, frames, inputs)
    if check:
        exported = compare_repository(names, repository, comparison)
    else:
        exported = export_engines(checkpoints, repository, comparison)
    _tell(console, exported)
    for parity in () if check else exported.reports:
        figures = {"parity": parity.largest_full, "parity_half": parity.largest_half}
        _record(
            console,
            parity.engine,
            repository,
            Provenance(checkpoints[parity.engine], trained_with_current, (), figures),
        )
    if report is not None:
        report.write_text(json.dumps(asdict(exported), indent=2) + "\n", encoding="utf-8")


def _make_room(report: Path) -> None:
    """Refuse a report that cannot be written before minutes are spent on it, and before any engine is exchanged."""
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=report.parent):
            pass
    except OSError as exc:
        raise ConfigError(f"{report} cannot be written ({exc.strerror}): choose another file with --report") from exc
    if report.is_dir():
        raise ConfigError(f"{report} is a folder: name a file in it with --report")


def _tell(console: Console, exported: "Exported") -> None:
    for parity in exported.reports:
        console.print(f"{parity.engine}, {parity.inputs} inputs, SHA-256 {parity.sha256[:12]}", highlight=False)
        for kind, rows in (("torch and ONNX differ", parity.full), ("float16 differs", parity.half)):
            for row in rows:
                served = f", of what is served {row.served:.1e}" if row.rows else ""
                console.print(
                    f"  {row.output}: {kind} by {row.absolute:.1e}, relative {row.relative:.1e}{served}",
                    highlight=False,
                )
            if rows and rows[0].unpaired:
                console.print(
                    f"  {rows[0].unpaired} of {rows[0].rows} rows, none of them served, have no counterpart: left out",
                    highlight=False,
                )
    if exported.task is not None:
        console.print(
            f"hota_1m {exported.task.full:.4f}, float16 {exported.task.half:.4f} ({exported.task.change_points:+.2f} "
            f"points) on {exported.task.frames} frames",
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
