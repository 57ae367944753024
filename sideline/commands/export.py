"""``sideline export``: checkpoint → ONNX engine in the model repository, with a parity check."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sideline.errors import ConfigError, TrainingError

if TYPE_CHECKING:
    from export.parity import Parity

_TOLERANCE = 1e-4
"""Of an output's norm; not of single values, because a sine of wavelength 0.01 turns 1e-6 of a point into 6e-4."""


def export(
    engine: Annotated[str, typer.Argument(help="detr, id_decoder, or all.")],
    checkpoint: Annotated[
        Path | None, typer.Option(help="Checkpoint of `sideline train`; default runs/train/ENGINE/last.pt.")
    ] = None,
    repository: Annotated[Path, typer.Option(help="Model repository to write into.")] = Path("model_repository"),
) -> None:
    """Write trained engines as ONNX into the model repository and compare them with torch.

    The file is replaced only when the new one passes onnx's checker and holds no operator that TensorRT lacks.
    """
    from export.engines import ENGINES, example_inputs
    from export.onnx_file import export_onnx
    from export.parity import compare

    names = list(ENGINES) if engine == "all" else [engine]
    if not set(names) <= set(ENGINES):
        raise ConfigError(f"there is no engine {engine!r}; choose one of {', '.join(ENGINES)} or all")
    if checkpoint is not None and len(names) > 1:
        raise ConfigError("a checkpoint holds one network; name its engine instead of all")
    console = Console()
    for name in names:
        chosen = ENGINES[name]
        network = chosen.load(checkpoint or Path("runs/train") / name / "last.pt")
        path = repository / name / "1" / "model.onnx"
        operators = export_onnx(chosen, network, path)
        console.print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {operators.total()} nodes")
        inputs = [example_inputs(chosen, batch=1, seed=seed) for seed in range(8)]
        _report(console, compare(chosen, network, path, inputs))


def _report(console: Console, rows: "list[Parity]") -> None:
    for row in rows:
        console.print(f"  {row.output}: torch and ONNX differ by {row.absolute:.1e}, relative {row.relative:.1e}")
    if max(row.relative for row in rows) > _TOLERANCE:
        raise TrainingError(f"torch and ONNX differ by more than {_TOLERANCE} of the norm; do not serve this engine")
