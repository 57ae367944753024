"""`sideline evaluate`: how good a run's tracks are, held against the truth of its match."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sideline.errors import EvaluationError

if TYPE_CHECKING:
    from sideline.evaluation.report import Report


def evaluate(
    run_dir: Annotated[Path, typer.Argument(help="Folder that `sideline track` wrote: tracks.parquet, tracks.jsonl.")],
    match_dir: Annotated[Path, typer.Argument(help="Folder of the match that was tracked: truth.parquet.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Compare a run's tracks with the truth of its match.

    HOTA, DetA, AssA: similarity exp(ln 0.05 · d²/τ²) of foot-points d
    metres apart, τ = 1 m (strict) and 5 m (comparable with GS-HOTA).
    IDF1, switches, recall, precision: a detection is right within 0.5 m.
    People at the bench count neither for nor against. "nearest" is the
    nearest-neighbour tracker on the same detections. Only frames that
    the run answered count; the report says how many those are.

    Example: sideline evaluate runs/demo matches/demo --json
    """
    try:
        from sideline.evaluation.report import evaluate_run
    except ImportError as error:
        raise EvaluationError(f"evaluation cannot start: {error}; run: pip install 'sideline[client]'") from error
    report = evaluate_run(run_dir, match_dir)
    if as_json:
        typer.echo(report.to_json())
    else:
        Console().print(_table(report))


def _table(report: "Report") -> Table:
    nearest, error_m = report.baseline, report.foot_point_error_m
    table = Table(title=f"{report.answered_frames} of {report.frames} frames answered")
    for column in ("figure", "tracks", "nearest"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    table.add_row("HOTA (τ = 1 m)", f"{report.hota_1m:.3f}", f"{nearest.hota_1m:.3f}")
    table.add_row("DetA (τ = 1 m)", f"{report.deta_1m:.3f}")
    table.add_row("AssA (τ = 1 m)", f"{report.assa_1m:.3f}", f"{nearest.assa_1m:.3f}")
    table.add_row("HOTA (τ = 5 m)", f"{report.hota_5m:.3f}")
    table.add_row("IDF1", f"{report.idf1:.3f}", f"{nearest.idf1:.3f}")
    table.add_row("identity switches", str(report.id_switches), str(nearest.id_switches))
    table.add_row("recall (0.5 m)", f"{report.recall:.3f}")
    table.add_row("precision (0.5 m)", f"{report.precision:.3f}")
    table.add_row("foot-point error, median", _metres(error_m.median))
    table.add_row("foot-point error, p90", _metres(error_m.p90))
    return table


def _metres(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f} m"
