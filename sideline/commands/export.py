"""``sideline export``: checkpoint → ONNX engine in the model repository, with a parity check."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sideline.collection.recording import Provenance, record_engine
from sideline.collection.schema import COLLECTION_FILE, read_collection, write_collection
from sideline.errors import ConfigError, TrainingError

if TYPE_CHECKING:
    from export.engines import Engine
    from export.parity import Parity

_INPUTS = 20
_TOLERANCE = 1e-4
"""Of an output's norm; not of single values, because a sine of wavelength 0.01 turns 1e-6 of a point into 6e-4."""


def export(
    engine: Annotated[str, typer.Argument(help="detr, id_decoder, or all.")],
    checkpoint: Annotated[
        Path | None, typer.Option(help="Checkpoint of `sideline train`; default runs/train/ENGINE/last.pt.")
    ] = None,
    repository: Annotated[Path, typer.Option(help="Model repository to write into.")] = Path("model_repository"),
    trained_with_current: Annotated[
        bool,
        typer.Option(
            "--trained-with-current", help="Record it as trained with the other engines that the collection holds now."
        ),
    ] = False,
) -> None:
    """Write trained engines as ONNX into the model repository and compare them with torch.

    The file is replaced only when the new one passes onnx's checker, holds no operator that TensorRT lacks,
    and says the same as torch. Its entry in models.yaml beside the repository is written anew: hash, commit,
    and the engines that it was trained with, as noted beside the checkpoint.
    """
    from export.engines import ENGINES

    names = list(ENGINES) if engine == "all" else [engine]
    if not set(names) <= set(ENGINES):
        raise ConfigError(f"there is no engine {engine!r}; choose one of {', '.join(ENGINES)} or all")
    if checkpoint is not None and len(names) > 1:
        raise ConfigError("a checkpoint holds one network; name its engine instead of all")
    console = Console()
    for name in names:
        trained = checkpoint or Path("runs/train") / name / "last.pt"
        parity = _export_one(console, ENGINES[name], trained, repository)
        _record(console, name, repository, Provenance(trained, trained_with_current, figures={"parity": parity}))


def _export_one(console: Console, engine: "Engine", checkpoint: Path, repository: Path) -> float:
    from export.onnx_file import export_onnx
    from export.parity import compare
    from export.real_inputs import real_inputs

    network = engine.load(checkpoint)
    path = repository / engine.name / "1" / "model.onnx"
    candidate = path.with_suffix(".candidate.onnx")
    try:
        operators = export_onnx(engine, network, candidate)
        console.print(f"{path}: {candidate.stat().st_size / 1e6:.1f} MB, {operators.total()} nodes")
        rows = compare(engine, network, candidate, real_inputs(engine, _INPUTS))
        _report(console, rows)
        candidate.rename(path)
        return max(row.relative for row in rows)
    finally:
        for leftover in path.parent.glob("model.candidate*"):
            leftover.unlink()


def _record(console: Console, name: str, repository: Path, provenance: Provenance) -> None:
    path = repository.resolve().parent / COLLECTION_FILE
    if not path.exists():
        console.print(f"  not recorded: there is no {path}", highlight=False)
        return
    collection = record_engine(read_collection(path), repository, name, provenance)
    write_collection(collection, path)
    console.print(f"  recorded in {path} as version {collection.models[name].version}", highlight=False)


def _report(console: Console, rows: "list[Parity]") -> None:
    for row in rows:
        console.print(f"  {row.output}: torch and ONNX differ by {row.absolute:.1e}, relative {row.relative:.1e}")
    if not all(row.relative <= _TOLERANCE for row in rows):  # so put, a NaN fails
        raise TrainingError(f"torch and ONNX differ by more than {_TOLERANCE} of the norm; do not serve this engine")
