"""`sideline demo`: the whole way once, from a simulated match to tracks and their figures."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from sideline.errors import ServerError

_SEED: Final = 7
_SECONDS: Final = 20.0
_VENUE: Final = "maple_hall"


def demo(
    match_dir: Annotated[Path, typer.Option(help="The match; simulated if it is not there.")] = Path("data/demo"),
    out: Annotated[Path, typer.Option(help="Run folder.")] = Path("runs/demo"),
    url: Annotated[str | None, typer.Option(help="Use a running server.", show_default=False)] = None,
    live: Annotated[bool, typer.Option("--live/--all", help="Newest frame wins, or every frame.")] = False,
    fps: Annotated[float | None, typer.Option(min=0.1, help="Thin out to so many frames a second.")] = None,
) -> None:
    """Simulate 20 s of a match, start Triton, track it, hold it against the truth.

    --all is the default: every frame is tracked, at the rate that the
    machine can do. --live presents the match on its own clock and drops
    what comes too fast; --live --fps 10 suits two cores.
    """
    try:
        from client.roster_file import find_roster
        from client.run import RunOptions
        from client.run_folder import RunFolder
        from client.sources.match_folder import MatchFolder
        from client.stream import Client
        from sideline.commands.run_report import run_and_report
    except ImportError as error:
        raise ServerError(f"the demo cannot start: {error}; run: pip install 'sideline[serve,client]'") from error
    if not (match_dir / "truth.parquet").is_file():
        simulate_demo(match_dir)
    options = RunOptions(match_sheet=find_roster(match_dir))
    with _server(url) as address:
        run_and_report(Client(address), MatchFolder(match_dir, fps=fps), RunFolder(out, live), options, truth=match_dir)


def simulate_demo(match_dir: Path) -> None:
    """Record the demo's match into a folder; a folder without truth is written anew."""
    from sideline.commands.simulate import simulate

    simulate(out=match_dir, seed=_SEED, seconds=_SECONDS, venue=_VENUE, fps=25.0, force=match_dir.is_dir())


def _server(url: str | None) -> AbstractContextManager[str]:
    """The address of a running server, or of one that lives as long as the demo."""
    return nullcontext(url) if url is not None else _own_server()


@contextmanager
def _own_server() -> Iterator[str]:
    from sideline.serving.local_server import LocalServer

    Console(stderr=True).print("starting Triton …", highlight=False)
    with LocalServer(grpc_port=0, metrics_port=None) as server:
        yield server.url
