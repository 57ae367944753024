"""``sideline export``: checkpoint → ONNX engine in the model repository, with parity; ONNX → TensorRT plan."""

from pathlib import Path
from typing import Annotated

import typer

from sideline.commands.export_int8 import export_int8
from sideline.commands.export_networks import check_engines, check_report, export_networks, write_report
from sideline.commands.export_plans import export_plans

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
    from export.exporting import Comparison

    if report is not None:
        check_report(report)
    comparison = Comparison(match, frames, inputs)
    if check:
        exported = check_engines(engine, repository, comparison)
    else:
        exported = export_networks(
            engine, checkpoint, repository, comparison, trained_with_current=trained_with_current
        )
    if report is not None:
        write_report(exported, report)
