"""`sideline resolve`: who on the roster the tracks of a match are."""

import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sideline.errors import IdentityError

if TYPE_CHECKING:
    from sideline.identity.verdicts import IdentityVerdict
    from sideline.matches.resolving import Looks

_MOST_ROWS = 40


def resolve(
    match: Annotated[str, typer.Argument(help="Name of a match in the store: `sideline match list`.")],
    roster: Annotated[
        Path | None, typer.Option(help="Match sheet with players and numbers; without one, numbers are people.")
    ] = None,
    store: Annotated[Path, typer.Option(help="Folder of the match store.")] = Path("matches"),
    looks: Annotated[
        Path | None, typer.Option(help="npz with track_ids [M] and appearance [M, D], if there is one.")
    ] = None,
    frames: Annotated[
        Path | None, typer.Option(help="In its place, the video's frame level: `sideline precompute`.")
    ] = None,
    least_probability: Annotated[float, typer.Option(min=0, max=1, help="Less probable: unknown.")] = 0.35,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a track instead of a table.")] = False,
) -> None:
    """Give every track of a match a global player ID, with a probability and a reason.

    Weighs teams, numbers, looks, places and times of all tracks together:
    one person cannot be in two tracks at once, whoever was on the floor is
    likely to be there still, and a track that begins where another one
    ended goes on as the same person. Whoever fits nobody stays unknown.
    The answer is kept in the store: `sideline match show MATCH`.

    Example: sideline resolve final --roster matches/final/roster.toml
    """
    try:
        from client.roster_file import read_roster
        from sideline.identity.settings import ResolverSettings
        from sideline.match_sheet import MatchSheet
        from sideline.matches.resolving import resolve_match
    except ImportError as error:
        raise IdentityError(f"resolving cannot start: {error}; run: pip install 'sideline[client,store]'") from error
    sheet = MatchSheet.parse(read_roster(roster)) if roster is not None else None
    settings = ResolverSettings(least_probability=least_probability)
    verdicts = resolve_match(store, match, sheet, _choose_looks(looks, frames), settings)
    if as_json:
        for verdict in verdicts:
            typer.echo(json.dumps(to_record(verdict)))
    else:
        Console().print(_tabulate(match, verdicts))
        if sheet is None or not sheet.has_players:
            Console().print("No player is on a roster (--roster): numbers that were read often are the people.")


def _choose_looks(looks: Path | None, frames: Path | None) -> "Looks | None":
    from sideline.matches.looks import read_frame_level, read_looks

    if looks is not None and frames is not None:
        raise IdentityError("give either --looks or --frames, not both")
    if frames is not None:
        return partial(read_frame_level, frames)
    return None if looks is None else lambda _detections: read_looks(looks)


def to_record(verdict: "IdentityVerdict") -> dict[str, object]:
    """A verdict as JSON has it, columns as in the store."""
    return {
        "track_id": verdict.track_id,
        "global_id": verdict.global_id,
        "name": verdict.name,
        "probability": round(verdict.probability, 4),
        "category": verdict.category.name.lower(),
        "category_probability": round(verdict.category_probability, 4),
        "jersey_number": verdict.number,
        "jersey_probability": round(verdict.number_probability, 4),
        "reason": verdict.reason,
    }


def _tabulate(match: str, verdicts: list["IdentityVerdict"]) -> Table:
    from sideline.identity.persons import REFEREE_ID, UNKNOWN_ID

    people = Counter(verdict.global_id for verdict in verdicts)
    unknown, referees = people.pop(UNKNOWN_ID, 0), people.pop(REFEREE_ID, 0)
    title = f"{match}: {len(verdicts)} tracks; {len(people)} players; {referees} tracks of referees, {unknown} unknown"
    table = Table(title=title, title_justify="left")
    for column in ("track", "person", "name", "p", "number", "why"):
        table.add_column(column)
    for verdict in verdicts[:_MOST_ROWS]:
        number = "" if verdict.number < 0 else f"{verdict.number} ({verdict.number_probability:.2f})"
        cells = (str(verdict.track_id), verdict.global_id, verdict.name, f"{verdict.probability:.2f}", number)
        table.add_row(*cells, verdict.reason)
    if len(verdicts) > _MOST_ROWS:
        table.add_row("…", f"{len(verdicts) - _MOST_ROWS} more: --json", "", "", "", "")
    return table
