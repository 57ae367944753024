"""``sideline models promote``: candidates join the collection once parity and a held-out match let them pass."""

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from sideline.collection.schema import COLLECTION_FILE
from sideline.errors import CollectionError, ConfigError

if TYPE_CHECKING:
    from sideline.collection.schema import Judgement
    from sideline.evaluation.report import Report

PARITY_INPUTS: Final = 20
MOST_PARITY: Final = 1e-4
"""Of an output's norm."""
PATIENCE_S: Final = 120.0
"""For an answer: nobody watches live, and machines that train are slow."""
_SEED: Final = 800_300
_VENUE: Final = "oak_arena"
_SECONDS: Final = 30.0


def promote(
    candidates: Annotated[Path, typer.Argument(help="Folder of `sideline export NAME --repository FOLDER`.")],
    collection: Annotated[Path, typer.Option(help="The collection; the model repository lies beside it.")] = Path(
        COLLECTION_FILE
    ),
    repository: Annotated[Path | None, typer.Option(help="Model repository; beside the collection by default.")] = None,
    match: Annotated[
        Path, typer.Option(help="Match that nothing was trained on; simulated if it is not there.")
    ] = Path("data/val_promotion"),
    path: Annotated[str, typer.Option(help="b or a: the path that is judged.")] = "b",
    frames: Annotated[int | None, typer.Option(min=1, help="Judge on so many frames.")] = None,
    may_lose: Annotated[float, typer.Option(min=0.0, help="How much lower HOTA (1 m) may be than before.")] = 0.005,
    runs: Annotated[Path, typer.Option(help="Checkpoints: RUNS/ENGINE/last.pt.")] = Path("runs/train"),
    trained_with_current: Annotated[
        bool, typer.Option("--trained-with-current", help="Trained with the engines that the collection holds now.")
    ] = False,
) -> None:
    """Check candidates, judge them on a held-out match, and only then change the collection.

    In order: each candidate was trained with the engines that it will
    meet; its file is such an engine; it says the same as its checkpoint;
    the whole collection with it tracks the match, served by a real Triton,
    no worse than the one without it. Anything else changes nothing.

    A running `sideline serve --hot-swap` takes the new collection at SIGHUP.

    Example: sideline models promote runs/candidates --match data/val_a
    """
    from sideline.collection.promotion import Candidates, Gates
    from sideline.collection.promotion import promote as promote_candidates
    from sideline.commands.models import find_repository

    if path not in ("a", "b"):
        raise ConfigError(f"there is no path {path!r}; choose a or b")
    found = Candidates.find(candidates, runs, trained_with_current=trained_with_current)
    console = Console()
    gates = Gates(
        partial(_inspect, console),
        partial(_judge, console, match=_have_match(match), ensemble=f"path_{path}", frames=frames),
        may_lose,
    )
    with tempfile.TemporaryDirectory(prefix="sideline-trial-") as trial:
        held = promote_candidates(found, collection, find_repository(collection, repository), Path(trial), gates)
    for name in found.checkpoints:
        console.print(f"promoted {name} to version {held.models[name].version}", highlight=False)
    console.print("  a running `sideline serve --hot-swap` takes it at SIGHUP", highlight=False)


def _inspect(console: Console, name: str, path: Path, checkpoint: Path) -> float:
    from export.engines import ENGINES
    from export.onnx_file import check_onnx
    from export.parity import compare
    from export.real_inputs import real_inputs
    from sideline.deployment.onnx_interface import check_interface

    if name not in ENGINES:
        raise CollectionError(f"there is no engine {name!r}: the project has {', '.join(ENGINES)}")
    engine = ENGINES[name]
    check_onnx(path)
    check_interface(name, path)
    rows = compare(engine, engine.load(checkpoint), path, real_inputs(engine, PARITY_INPUTS))
    worst = max(rows, key=lambda row: row.relative)
    console.print(f"{name}: torch and ONNX differ by {worst.relative:.1e} of the norm at most", highlight=False)
    if not all(row.relative <= MOST_PARITY for row in rows):  # so put, a NaN fails
        raise CollectionError(f"{path} does not say what {checkpoint} says ({worst.relative:.1e}): export it anew")
    return worst.relative


def _have_match(match: Path) -> Path:
    if not (match / "truth.parquet").is_file():
        from sideline.commands.simulate import simulate

        simulate(out=match, seed=_SEED, seconds=_SECONDS, venue=_VENUE, fps=25.0, force=match.is_dir())
    return match


def _judge(console: Console, repository: Path, *, match: Path, ensemble: str, frames: int | None) -> "Judgement":
    """Serve a repository and track the match through it."""
    from sideline.collection.admission import engines_of
    from sideline.collection.check import engine_path
    from sideline.collection.schema import Judgement
    from sideline.deployment.files import hash_file

    report = track_and_evaluate(repository, match, ensemble, frames)
    figures = {name: round(value, 4) for name, value in _figures(report).items() if value is not None}
    engines = {name: hash_file(engine_path(repository, name)) for name in engines_of(ensemble)}
    console.print(f"{ensemble} of {repository} on {match}: HOTA (1 m) {report.hota_1m:.3f}", highlight=False)
    return Judgement(match=match.name, ensemble=ensemble, engines=engines, figures=figures)


def _figures(report: "Report") -> dict[str, float | None]:
    return {
        "hota_1m": report.hota_1m,
        "idf1": report.idf1,
        "recall": report.recall,
        "precision": report.precision,
        "team_accuracy": report.team_accuracy,
        "jersey_accuracy": report.jersey_accuracy,
    }


def track_and_evaluate(repository: Path, match: Path, ensemble: str, frames: int | None) -> "Report":
    """Serve a repository on free ports, track a match through it frame by frame, and hold the tracks against the truth.

    Raises:
        ServerError, StreamError, EvaluationError: It does not start, does not answer, or the truth cannot be used.
    """
    from client.roster_file import find_roster
    from client.run import RunOptions, track_to_folder
    from client.run_folder import RunFolder
    from client.sources.match_folder import MatchFolder
    from client.stream import Client
    from sideline.evaluation.report import evaluate_run
    from sideline.serving.local_server import LocalServer

    options = RunOptions(overlay=False, max_frames=frames, match_sheet=find_roster(match))
    with (
        tempfile.TemporaryDirectory(prefix="sideline-judged-") as folder,
        LocalServer(repository, ensemble=ensemble, grpc_port=0, metrics_port=None) as server,
    ):
        client = Client(server.url, model=ensemble, answer_timeout_s=PATIENCE_S)
        run = RunFolder(Path(folder) / "run", live=False)
        asyncio.run(track_to_folder(client, MatchFolder(match), run, options, lambda _: None))
        return evaluate_run(run.path, match)
