"""`sideline compare`: several ensembles on one match, side by side, with or without the resolver."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from sideline.errors import ConfigError, ServerError

if TYPE_CHECKING:
    from sideline.evaluation.comparison import Contender

_RESOLVER: Final = "+resolver"
_MIGRATION: Final = "migration"


def compare(
    contenders: Annotated[
        list[str], typer.Argument(help="Two or more ensembles, each with or without +resolver; or: migration.")
    ],
    match_dir: Annotated[
        Path, typer.Option("--match", help="Match folder with truth.parquet; the demo's is simulated if absent.")
    ] = Path("data/demo"),
    out: Annotated[Path, typer.Option(help="A run folder each, and comparison.json.")] = Path("runs/compare"),
    max_frames: Annotated[int | None, typer.Option(min=1, help="End after so many frames.")] = None,
    repository: Annotated[Path | None, typer.Option(help="Model repository; the project's own by default.")] = None,
) -> None:
    """Track one match by several ensembles, one after the other, and compare.

    \b
    From the arrangement of seven models to path B, step by step; each
    differs from the one before by what is named here:
      baseline        detector, ReID, jersey number detector, category
                      classifier, ByteTrack, jersey classifier, and the
                      number in its team as tracklet to ID
      merged_encoder  one call is ReID and number detector
      category_head   the category is a head of the same call
      motip           MOTIP's detector and ID decoder for detector and
                      ByteTrack; crops of one frame in three
      motip_graph     the graph joins micro-tracks
      motip_temporal  the temporal encoder says how tracklets look
      path_b          track persistence drops ghosts
      path_b+resolver after the match: everybody's tracks weighed together
    \b
    migration stands for all of these. path_a: the graph from single
    detections. NAME+resolver judges the tracks of NAME as the resolver
    names them (roster, no looks); nothing is tracked twice.

    Each ensemble gets a server of its own. Differences are to the first
    one. "players' seconds, right name": the share of the time of all
    players on the floor in which somebody was found there whose track has
    their team and number; with the resolver, who it is by name.

    \b
    Example: sideline compare baseline path_a path_b --match data/demo
             sideline compare migration --match data/demo
    """
    names = choose_contenders(contenders)
    try:
        import sideline.matches.resolving  # noqa: F401  # missing packages are told before anything is tracked
        from sideline.commands.demo import simulate_demo
        from sideline.evaluation.comparison import tabulate, to_json
    except ImportError as error:
        raise ServerError(
            f"nothing can be compared: {error}; run: pip install 'sideline[serve,client,store]'"
        ) from error
    if match_dir == Path("data/demo") and not (match_dir / "truth.parquet").is_file():
        simulate_demo(match_dir)
    speeds = {name: _track(name, match_dir, out / name, max_frames, repository) for name in _ensembles(names)}
    judged = [_judge(name, speeds, match_dir, out) for name in names]
    (out / "comparison.json").write_text(to_json(match_dir.name, judged), encoding="utf-8")
    table = Table(title=match_dir.name)
    table.add_column("figure")
    for each in judged:
        table.add_column(each.name, justify="right")
    for row in tabulate(judged):
        table.add_row(*row)
    Console().print(table)
    Console().print(f"  {out / 'comparison.json'}", highlight=False)


def choose_contenders(words: list[str]) -> list[str]:
    """Names of the contenders, each once; the word "migration" stands for every step to path B and the resolver.

    Raises:
        ConfigError: fewer than two, one twice, or an unknown one; the message names what there is.
    """
    from ensemble_configs.schema import DEFAULT_ENSEMBLE, ENSEMBLES, MIGRATION

    steps = [*MIGRATION, DEFAULT_ENSEMBLE + _RESOLVER]
    names = [name for word in words for name in (steps if word == _MIGRATION else [word])]
    unknown = [name for name in names if name.removesuffix(_RESOLVER) not in ENSEMBLES]
    if unknown or len(set(names)) < len(names) or len(names) < 2:
        wrong = f"there is no {', '.join(unknown)}" if unknown else "give two or more, each once"
        known = ", ".join(ENSEMBLES)
        raise ConfigError(f"{wrong}; choose among {known}, each with or without {_RESOLVER}, or {_MIGRATION} for all")
    return names


def _ensembles(names: list[str]) -> list[str]:
    """What has to be tracked, in the order of the names."""
    return list(dict.fromkeys(name.removesuffix(_RESOLVER) for name in names))


def _track(name: str, match_dir: Path, out: Path, max_frames: int | None, repository: Path | None) -> float:
    """Track the match by one ensemble into a run folder; return frame pairs a second."""
    from client.roster_file import find_roster
    from client.run import RunOptions, track_to_folder
    from client.run_folder import RunFolder
    from client.sources.match_folder import MatchFolder
    from client.stream import Client
    from client.tally import Tally
    from sideline.serving.installation import MODEL_REPOSITORY
    from sideline.serving.local_server import LocalServer

    options = RunOptions(overlay=False, max_frames=max_frames, match_sheet=find_roster(match_dir))
    source, folder, console = MatchFolder(match_dir), RunFolder(out, live=False), Console(stderr=True)
    server = LocalServer(repository or MODEL_REPOSITORY, ensemble=name, grpc_port=0, metrics_port=None)
    with console.status(f"{name}: starting Triton …") as status, server:

        def show(tally: Tally) -> None:
            status.update(f"{name}: {tally.frames} frames")

        return asyncio.run(track_to_folder(Client(server.url, model=name), source, folder, options, show)).fps


def _judge(name: str, speeds: dict[str, float], match_dir: Path, out: Path) -> "Contender":
    from client.roster_file import find_roster
    from sideline.evaluation.judging import judge_contender
    from sideline.match_sheet import MatchSheet
    from sideline.matches.resolving import resolve_run

    ensemble = name.removesuffix(_RESOLVER)
    run_dir = out / ensemble
    verdicts = None if name == ensemble else resolve_run(run_dir, MatchSheet.parse(find_roster(match_dir)))
    return judge_contender(name, speeds[ensemble], run_dir, match_dir, verdicts)
