"""`sideline simulate`: make up a match and record it as a match folder."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from sideline.errors import SimulationError

_VENUES = (
    "maple_hall, oak_arena, school_gym, blue_dome, parquet_club, grey_centre; anywhere is a mixture of all hues, "
    "lights and lenses; heldout is for judging only"
)


def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write: left.mp4 right.mp4 rig.toml truth.parquet roster.toml.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed and venue give the same match.")] = 0,
    seconds: Annotated[float, typer.Option(help="Length of the match.")] = 20.0,
    venue: Annotated[str, typer.Option(help=f"Where it is played: {_VENUES}.")] = "maple_hall",
    fps: Annotated[float, typer.Option(min=10, max=120, help="Frames per second.")] = 25.0,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier match in the folder.")] = False,
) -> None:
    """Simulate a basketball match and record both cameras with the truth about every frame.

    Example: sideline simulate --seed 7 --seconds 60 --venue oak_arena --out matches/demo
    """
    try:
        from sideline.simulator.match import Match
        from sideline.simulator.recording import record_match
    except ImportError as error:
        raise SimulationError(f"simulating cannot start: {error}; run: pip install 'sideline[client]'") from error
    match = Match.create(seed, venue, seconds, fps)
    console = Console(stderr=True)
    with Progress(console=console) as progress:
        task = progress.add_task(f"{venue}, seed {seed}", total=match.frames)
        record_match(match, out, lambda done: progress.update(task, completed=done), overwrite=force)
    console.print(f"{match.frames} frames in {out}", highlight=False)
