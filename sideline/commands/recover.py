"""`sideline recover`: the tables of a run that was killed, from its journal."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sideline.errors import SinkError


def recover(
    run_dir: Annotated[Path, typer.Argument(help="Run folder with a tracks.jsonl.", show_default=False)],
) -> None:
    """Write the Parquet and MOT tables of a run whose client was killed.

    tracks.jsonl holds every answer that came; the other tables of a run
    are complete only at its end. Numbers come back with the digits that
    the journal has: millimetres, a tenth of a pixel. To go on with the
    run instead: sideline track --resume.

    Example: sideline recover runs/20261121-203000
    """
    try:
        from client.run_folder import RunFolder
    except ImportError as error:
        raise SinkError(f"tables cannot be written: {error}; run: pip install 'sideline[client]'") from error
    folder = RunFolder(run_dir, live=False)
    frames = folder.rebuild_tables()
    console = Console()
    console.print(f"{frames} frames were answered; their tables are written", highlight=False)
    for path in folder.list_files():
        console.print(f"  {path}", highlight=False)
