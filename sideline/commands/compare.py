"""`sideline compare`: several ensembles on one match, side by side."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sideline.errors import ConfigError, ServerError

if TYPE_CHECKING:
    from sideline.evaluation.comparison import Contender


def compare(
    ensembles: Annotated[list[str], typer.Argument(help="Two or more of baseline, path_a, path_b.")],
    match_dir: Annotated[
        Path, typer.Option("--match", help="Match folder with truth.parquet; the demo's is simulated if absent.")
    ] = Path("data/demo"),
    out: Annotated[Path, typer.Option(help="A run folder each, and comparison.json.")] = Path("runs/compare"),
    max_frames: Annotated[int | None, typer.Option(min=1, help="End after so many frames.")] = None,
    repository: Annotated[Path | None, typer.Option(help="Model repository; the project's own by default.")] = None,
) -> None:
    """Track one match by several ensembles, one after the other, and compare.

    Each gets a server of its own. "baseline" is the arrangement of seven
    models (detector, ReID, jersey number detector, category classifier,
    tracker, jersey classifier, tracklet to ID) out of the same engines.
    Differences are to the first one. Each step towards path B is an edit
    of ensemble_configs/: describe it there and compare it by its name.

    Example: sideline compare baseline path_a path_b --match data/demo
    """
    try:
        from sideline.commands.demo import simulate_demo
        from sideline.evaluation.comparison import tabulate, to_json
    except ImportError as error:
        raise ServerError(f"nothing can be compared: {error}; run: pip install 'sideline[serve,client]'") from error
    check_names(ensembles)
    if match_dir == Path("data/demo") and not (match_dir / "truth.parquet").is_file():
        simulate_demo(match_dir)
    contenders = [_run(name, match_dir, out / name, max_frames, repository) for name in ensembles]
    (out / "comparison.json").write_text(to_json(match_dir.name, contenders), encoding="utf-8")
    table = Table(title=match_dir.name)
    table.add_column("figure")
    for each in contenders:
        table.add_column(each.name, justify="right")
    for row in tabulate(contenders):
        table.add_row(*row)
    Console().print(table)
    Console().print(f"  {out / 'comparison.json'}", highlight=False)


def check_names(ensembles: list[str]) -> None:
    """Refuse fewer than two, one twice, and unknown ones.

    Raises:
        ConfigError: naming what there is.
    """
    from ensemble_configs.schema import ENSEMBLES

    unknown = [name for name in ensembles if name not in ENSEMBLES]
    if unknown or len(set(ensembles)) < len(ensembles) or len(ensembles) < 2:
        wrong = f"there is no {', '.join(unknown)}" if unknown else "give two or more, each once"
        raise ConfigError(f"{wrong}; choose among {', '.join(ENSEMBLES)}")


def _run(name: str, match_dir: Path, out: Path, max_frames: int | None, repository: Path | None) -> "Contender":
    from client.roster_file import find_roster
    from client.run import RunOptions, track_to_folder
    from client.run_folder import RunFolder
    from client.sources.match_folder import MatchFolder
    from client.stream import Client
    from client.tally import Tally
    from sideline.evaluation.comparison import Contender
    from sideline.evaluation.report import evaluate_run
    from sideline.serving.installation import MODEL_REPOSITORY
    from sideline.serving.local_server import LocalServer

    options = RunOptions(overlay=False, max_frames=max_frames, match_sheet=find_roster(match_dir))
    source, folder, console = MatchFolder(match_dir), RunFolder(out, live=False), Console(stderr=True)
    server = LocalServer(repository or MODEL_REPOSITORY, ensemble=name, grpc_port=0, metrics_port=None)
    with console.status(f"{name}: starting Triton …") as status, server:

        def show(tally: Tally) -> None:
            status.update(f"{name}: {tally.frames} frames")

        summary = asyncio.run(track_to_folder(Client(server.url, model=name), source, folder, options, show))
    return Contender(name, summary.fps, evaluate_run(out, match_dir))
