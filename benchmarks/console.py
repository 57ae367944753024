"""What all benchmarks share on the command line: errors of one line, tables of figures, where records go."""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sideline.errors import SidelineError

MatchDir = Annotated[Path, typer.Option("--match", help="Match folder; the demo's by default, simulated if absent.")]
Results = Annotated[Path, typer.Option("--results", help="Folder of the records and plots.")]

CONSOLE: Final = Console(stderr=True)
"""Tables and progress; standard output has the record alone."""


def run_command(command: Callable[..., None]) -> None:
    """Run a benchmark's `main` as a command line; exit status 2 with one line on stderr when the user can mend it."""
    app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
    app.command()(command)
    try:
        app()
    except SidelineError as error:
        CONSOLE.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(2)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; the first column to the left, numbers to the right."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in row))
    CONSOLE.print(table)
