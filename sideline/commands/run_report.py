"""A run as the commands show it: a progress line while it lasts, a table and the files at its end."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from client.run import RunOptions, track_to_folder
from client.run_folder import RunFolder
from client.sources.source import Source
from client.stream import Client
from client.tally import Summary, Tally, write_summary

if TYPE_CHECKING:
    from sideline.evaluation.report import Report


def run_and_report(client: Client, source: Source, folder: RunFolder, options: RunOptions, truth: Path | None) -> None:
    """Track into a folder, hold the run against the truth, and print figures and files.

    Args:
        client, source, folder, options: As in ``track_to_folder``; its errors are raised here too.
        truth: Match folder whose truth.parquet the run is held against, if that file is there.

    Raises:
        EvaluationError: the truth cannot be used.
    """
    summary = asyncio.run(_run_with_progress(client, source, folder, options))
    report = _evaluate(folder, truth) if truth is not None and summary.frames else None
    if report is not None:
        write_summary(folder.summary, summary, report.to_json())
    console = Console()
    for warning in summary.warnings:
        console.print(f"[yellow]warning:[/] {warning}", highlight=False)
    console.print(_tabulate(source.source_id, summary, report))
    for path in folder.list_files():
        console.print(f"  {path}", highlight=False)


async def _run_with_progress(client: Client, source: Source, folder: RunFolder, options: RunOptions) -> Summary:
    with Live(Text("connecting …"), console=Console(stderr=True), refresh_per_second=4, transient=True) as line:
        return await track_to_folder(
            client, source, folder, options, lambda tally: line.update(_describe_progress(source.source_id, tally))
        )


def _describe_progress(source_id: str, tally: Tally) -> Text:
    return Text(
        f"{source_id}: {tally.frames} frames · {tally.recent_fps:.1f} fps · "
        f"{tally.recent_latency_ms:.0f} ms · {tally.dropped} dropped"
    )


def _evaluate(folder: RunFolder, truth: Path) -> "Report | None":
    if not (truth / "truth.parquet").is_file():
        return None
    from sideline.evaluation.report import evaluate_run

    return evaluate_run(folder.path, truth)


def _tabulate(title: str, summary: Summary, report: "Report | None") -> Table:
    latency, dropped = summary.latency_ms, summary.dropped
    table = Table(title=title)
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_row("frames answered", str(summary.frames))
    table.add_row("frames dropped (left, right)", f"{dropped['total']} ({dropped['left']}, {dropped['right']})")
    table.add_row("frames a second", f"{summary.fps:.1f}")
    if latency.p50 is not None and latency.p99 is not None:
        table.add_row(f"latency from {latency.measured_from}, p50 / p99", f"{latency.p50:.0f} / {latency.p99:.0f} ms")
    for status, count in summary.statuses.items():
        if status != "OK":
            table.add_row(f"frames with {status}", str(count))
    table.add_row("tracks / micro-tracks", f"{summary.tracks} / {summary.micro_tracks}")
    if report is not None:
        _add_figures(table, report)
    return table


def _add_figures(table: Table, report: "Report") -> None:
    table.add_row("HOTA at 1 m / at 5 m", f"{report.hota_1m:.3f} / {report.hota_5m:.3f}")
    table.add_row("IDF1", f"{report.idf1:.3f}")
    table.add_row("recall / precision at 0.5 m", f"{report.recall:.3f} / {report.precision:.3f}")
    if report.team_accuracy is not None:
        table.add_row("team per track", f"{report.team_accuracy:.3f}")
    if report.jersey_accuracy is not None and report.jersey_coverage is not None:
        table.add_row("number right / given", f"{report.jersey_accuracy:.3f} / {report.jersey_coverage:.3f}")
    if report.gs_hota is not None:
        table.add_row("GS-HOTA at 5 m", f"{report.gs_hota:.3f}")
