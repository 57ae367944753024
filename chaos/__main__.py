"""``python -m chaos``: prepare clips, inject faults, write the table."""

import asyncio
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chaos.cameras import Cameras
from chaos.clips import cut_match, load_clip, save_clip
from chaos.experiment import Outcome, Setting, try_fault
from chaos.faults import FAULTS
from chaos.report import append_outcome, read_outcomes, write_table
from chaos.service import Service
from client.frames import Update
from client.journal import read_journal
from client.run import RunOptions, track_to_folder
from client.run_folder import RunFolder
from client.stream import Client
from sideline.errors import ConfigError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
_ARENAS = 4
_CLIPS = Path("runs/chaos/clips")
_RESULTS = Path("runs/chaos/results.jsonl")


@app.command()
def prepare(
    match_dir: Annotated[Path, typer.Argument(help="Match folder, e.g. data/demo after `make demo`.")],
    clips: Annotated[Path, typer.Option(help="Where the clips go.")] = _CLIPS,
    frames: Annotated[int, typer.Option(help="Frames of each clip.")] = 100,
    stride: Annotated[int, typer.Option(min=_ARENAS, help="Frames of the match between two of a clip.")] = 5,
) -> None:
    """Cut what the four arenas see out of one match."""
    shutil.rmtree(clips, ignore_errors=True)
    for number, clip in enumerate(cut_match(match_dir, _ARENAS, frames, stride)):
        save_clip(clip, clips / str(number))


@app.command()
def run(
    fault: Annotated[
        list[str] | None,
        typer.Option(help="Names of faults; by default all that take less than ten minutes.", show_default=False),
    ] = None,
    tries: Annotated[int, typer.Option(min=1, help="Tries of each fault.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the first try.")] = 0,
    fps: Annotated[float, typer.Option(min=0.1, help="Frames a second of each arena.")] = 0.5,
    clips: Annotated[Path, typer.Option(help="What `prepare` wrote.")] = _CLIPS,
    repository: Annotated[Path | None, typer.Option(help="Another model repository.", show_default=False)] = None,
    results: Annotated[Path, typer.Option(help="Takes a line a try.")] = _RESULTS,
) -> None:
    """Inject faults into one service, one after the other, and print what came of it."""
    console = Console()
    names = fault or [name for name, each in FAULTS.items() if not each.is_long]
    if unknown := [name for name in names if name not in FAULTS]:
        raise typer.BadParameter(f"there is no {unknown[0]!r}; there are {', '.join(FAULTS)}", param_hint="--fault")
    folders = [clips / str(number) for number in range(_ARENAS)]
    with Service(results.parent / "service", repository) as service:
        references = [record_reference(folder, service.url) for folder in folders]
        setting = Setting(service, folders, references, fps, results.parent / "tries")
        for name in names:
            for number in range(tries):
                try:
                    outcome = try_fault(setting, FAULTS[name], seed + number)
                except ConfigError as error:
                    console.print(f"{name} was not tried: {error}", highlight=False, markup=False, soft_wrap=True)
                    continue
                append_outcome(outcome, results)
                console.print(_describe(outcome), highlight=False, markup=False, soft_wrap=True)


@app.command()
def report(
    results: Annotated[Path, typer.Option(help="What `run` wrote.")] = _RESULTS,
    page: Annotated[Path, typer.Option(help="The page with the table's marks.")] = Path("docs/reliability.md"),
) -> None:
    """Write the table of the page anew."""
    write_table(read_outcomes(results), page)


def record_reference(clip: Path, url: str, frames: int = 40) -> dict[int, Update]:
    """Answers of an undisturbed run over a clip, by frame index; kept beside the clip until it is cut anew."""
    folder = RunFolder(clip / "reference", live=False)
    if folder.summary.is_file():
        return {update.frame_index: update for update in read_journal(folder.journal)}
    cameras = Cameras(load_clip(clip), fps=1.0, began_ns=1, frames=frames)
    asyncio.run(track_to_folder(Client(url), cameras, folder, RunOptions(overlay=False), lambda _: None))
    return {update.frame_index: update for update in read_journal(folder.journal)}


def _describe(outcome: Outcome) -> str:
    verdict = "survived" if outcome.is_survived else "FAILED " + " · ".join(outcome.complaints)
    back = "never" if outcome.recovered_s is None else f"after {outcome.recovered_s} s"
    usage = "".join(f", {what} × {share}" for what, share in outcome.usage.items())
    return (
        f"{outcome.fault} ({outcome.note}): back {back}, lost {outcome.lost}, dropped {outcome.dropped}, "
        f"{outcome.restarts} restarts{usage}: {verdict}"
    )


if __name__ == "__main__":
    app()
