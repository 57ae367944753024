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
    run_dir: Annotated[Path, typer.Argument(help="Folder that `sideline track` wrote: its tables.")],
    match_dir: Annotated[Path, typer.Argument(help="Folder of the match that was tracked: truth.parquet.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Compare a run's final tracks with the truth of its match.

    HOTA, DetA, AssA: similarity exp(ln 0.05 · d²/τ²) of foot-points d
    metres apart, τ = 1 m (strict) and 5 m (comparable with GS-HOTA).
    IDF1, switches, recall, precision: a detection is right within 0.5 m.
    People at the bench count neither for nor against. "nearest" is the
    nearest-neighbour tracker on the same detections, "micro" the micro-
    tracks alone; a run without tracks is judged by its micro-tracks. Only
    frames that the run answered count; the report says how many.

    Team: share of the tracks whose category is that of most people they
    followed. Number: over player tracks longer than a second; "00" is 0.
    Without a match sheet the teams are A and B: the better naming counts.
    GS-HOTA: HOTA at 5 m where role, team and number must be equal.

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
    nearest, micro, error_m = report.baseline, report.micro, report.foot_point_error_m
    table = Table(title=f"{report.answered_frames} of {report.frames} frames answered")
    for column in ("figure", "tracks", "micro", "nearest"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    micro_shares = ("–", "–", "–") if micro is None else tuple(map(_share, (micro.hota_1m, micro.assa_1m, micro.idf1)))
    table.add_row("HOTA (τ = 1 m)", _share(report.hota_1m), micro_shares[0], _share(nearest.hota_1m))
    table.add_row("DetA (τ = 1 m)", _share(report.deta_1m))
    table.add_row("AssA (τ = 1 m)", _share(report.assa_1m), micro_shares[1], _share(nearest.assa_1m))
    table.add_row("HOTA (τ = 5 m)", _share(report.hota_5m))
    table.add_row("IDF1", _share(report.idf1), micro_shares[2], _share(nearest.idf1))
    table.add_row("identity switches", str(report.id_switches), "", str(nearest.id_switches))
    table.add_row("recall (0.5 m)", _share(report.recall))
    table.add_row("precision (0.5 m)", _share(report.precision))
    table.add_row("foot-point error, median", _metres(error_m.median))
    table.add_row("foot-point error, p90", _metres(error_m.p90))
    if report.teams_named is not None:
        _add_identification(table, report)
    return table


def _add_identification(table: Table, report: "Report") -> None:
    naming = "home, away" if report.teams_named else "A, B: the better naming"
    table.add_row(f"team per track ({naming})", _share(report.team_accuracy))
    table.add_row(f"number right, of {report.player_tracks} player tracks", _share(report.jersey_accuracy))
    table.add_row("number given (coverage)", _share(report.jersey_coverage))
    table.add_row("GS-HOTA (τ = 5 m)", _share(report.gs_hota))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _metres(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f} m"
