"""`sideline match`: what a match store holds, and getting it out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sideline.errors import StoreError

if TYPE_CHECKING:
    from sideline.matches.reader import MatchStore, MatchSummary

app = typer.Typer(help="The match store: results of many matches, by match and minute.", no_args_is_help=True)

Store = Annotated[Path, typer.Option(help="Folder of the match store.")]
MatchName = Annotated[str, typer.Argument(help="Name of a match in the store.")]
_DEFAULT = Path("matches")


@app.command("list")
def list_matches(store: Store = _DEFAULT) -> None:
    """List the matches of a store.

    A match that is being written, or was broken off, is marked open; all
    that was taken into it can be read.

    Example: sideline match list --store matches
    """
    table = Table(title=str(store), title_justify="left")
    for column in ("match", "minutes", "detections", "tracks", "identities", "length", "size"):
        table.add_column(column, justify="left" if column == "match" else "right")
    for each in _open(store).list_matches():
        length = f"{each.duration_s / 60:.1f} min"
        name = f"{each.name} (open)" if each.is_open else each.name
        counts = (each.minutes, each.detections, each.tracks, each.identities)
        table.add_row(name, *map(str, counts), length, f"{each.size_bytes / 1e6:.1f} MB")
    Console().print(table)


@app.command()
def show(match: MatchName, store: Store = _DEFAULT) -> None:
    """Show a match: how long it is, and who played for how long.

    Example: sideline match show final
    """
    reader = _open(store)
    console = Console()
    console.print(_describe(reader.summarise(match)), highlight=False, soft_wrap=True)
    console.print(_tabulate_people(reader, match))


@app.command()
def export(
    match: MatchName,
    out: Annotated[Path, typer.Option(help="File to write: .parquet, .csv or .json.")],
    table: Annotated[str, typer.Option(help="detections, micro_tracks, tracks or identities.")] = "detections",
    first_frame: Annotated[int | None, typer.Option(help="From this frame on.")] = None,
    last_frame: Annotated[int | None, typer.Option(help="Up to this frame.")] = None,
    track: Annotated[int | None, typer.Option(help="Only this track.")] = None,
    store: Store = _DEFAULT,
) -> None:
    """Write a table of a match, or a part of it, as one file.

    Example: sideline match export final --table tracks --out tracks.csv
    """
    reader = _open(store)
    from sideline.matches.exporting import export_rows
    from sideline.matches.reader import Slice

    count = export_rows(reader, match, table, Slice(first_frame, last_frame, track), out)
    Console().print(f"{count} rows in {out}", highlight=False)


@app.command()
def add(
    run_dir: Annotated[Path, typer.Argument(help="Folder that `sideline track` wrote.")],
    name: Annotated[str | None, typer.Option(help="Name of the match; the folder's by default.")] = None,
    store: Store = _DEFAULT,
) -> None:
    """Take a run folder into the store; `sideline track --store` does it while tracking.

    Example: sideline match add runs/final
    """
    try:
        from sideline.matches.importing import add_run
    except ImportError as error:
        raise _explain(error) from error
    match = name or run_dir.resolve().name
    add_run(store, run_dir, match)
    Console().print(_describe(_open(store).summarise(match)), highlight=False, soft_wrap=True)


def _open(store: Path) -> "MatchStore":
    try:
        from sideline.matches.reader import MatchStore
    except ImportError as error:
        raise _explain(error) from error
    return MatchStore(store)


def _explain(error: ImportError) -> StoreError:
    return StoreError(f"the match store cannot be opened: {error}; run: pip install 'sideline[store]'")


def _describe(match: "MatchSummary") -> str:
    state = "open: being written, or broken off" if match.is_open else "finished"
    if not match.detections:
        return f"{match.name} ({state}): empty, nobody was detected"
    return (
        f"{match.name} ({state}): frames {match.first_frame} to {match.last_frame}, {match.duration_s / 60:.1f} min, "
        f"{match.detections} detections, {match.tracks} tracks, {match.identities} identities"
    )


def _tabulate_people(reader: "MatchStore", match: str) -> Table:
    from sideline.matches.people import sum_up_people

    table = Table(title="people: `sideline resolve` tells who they are", title_justify="left")
    for column in ("person", "name", "category", "number", "tracks", "seconds", "mean probability"):
        table.add_column(column, justify="right" if column in ("tracks", "seconds", "mean probability") else "left")
    for row in sum_up_people(reader, match):
        number = "" if row.number < 0 else str(row.number)
        cells = (row.person, row.name, row.category, number, str(row.tracks), f"{row.seconds:.1f}")
        table.add_row(*cells, "" if row.probability is None else f"{row.probability:.2f}")
    return table
