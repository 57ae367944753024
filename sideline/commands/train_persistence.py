"""``sideline train``: track persistence, its short videos, training and figures."""

from pathlib import Path
from typing import Annotated

import typer

from sideline.commands.train_options import Device, LearningRate, Out, Steps, Threads, choose_device

app = typer.Typer()

_Sightings = Annotated[
    Path | None, typer.Option(help="Folder of `sideline train sightings`: pieces as the graph meets them, half of all.")
]


@app.command("short_videos")
def short_videos(
    out: Annotated[Path, typer.Option(help="Folder of the shards.")] = Path("data/short_videos"),
    seed: Annotated[int, typer.Option(min=0, help="Seed of all videos; below 900000.")] = 400_000,
    videos: Annotated[int, typer.Option(min=1, help="Videos of 25 frames.")] = 2500,
) -> None:
    """Make short videos of people, brief things, noise and all of these: data of track persistence."""
    from sideline.training.short_video_files import fill_with_short_videos

    fill_with_short_videos(out, seed, videos)


@app.command("persistence")
def persistence(
    data: Annotated[Path, typer.Option(help="Folder of `sideline train short_videos`.")] = Path("data/short_videos"),
    sightings: _Sightings = None,
    out: Out = Path("runs/train/persistence"),
    steps: Steps = 3000,
    batch: Annotated[int, typer.Option(min=4, help="Tracks a step.")] = 128,
    learning_rate: LearningRate = 1e-3,
    device: Device = "cpu",
    threads: Threads = 1,
) -> None:
    """Train track persistence: who stays, and who is a ghost."""
    from sideline.training.loop import Schedule
    from sideline.training.persistence import train_persistence

    where = choose_device(device, threads)
    train_persistence(data, sightings, out, Schedule(steps, learning_rate), batch, where)


@app.command("validate_persistence")
def validate_persistence(
    data: Annotated[Path, typer.Option(help="Short videos that were not trained on.")] = Path("data/short_videos_val"),
    sightings: _Sightings = None,
    checkpoint: Annotated[Path, typer.Option(help="Checkpoint.")] = Path("runs/train/persistence/last.pt"),
    threads: Threads = 1,
) -> None:
    """Measure track persistence: area under the ROC curve over tracks, and over pieces of sightings."""
    from dataclasses import asdict

    from sideline.training.persistence import validate_persistence as validate

    choose_device("cpu", threads)
    for name, value in asdict(validate(checkpoint, data, sightings)).items():
        typer.echo(f"{name:16} {value:.3f}")


@app.command("ablate_ghosts")
def ablate_ghosts(
    sightings: Annotated[Path, typer.Option(help="Sightings that nothing was trained on.")] = Path(
        "data/sightings_val"
    ),
    banks: Annotated[Path, typer.Option(help="Banks that nothing was trained on.")] = Path("data/appearance_bank_val"),
    repository: Annotated[Path, typer.Option(help="Model repository with the engines.")] = Path("model_repository"),
    matches: Annotated[int, typer.Option(min=1, help="Matches that are tracked.")] = 6,
    threads: Threads = 1,
) -> None:
    """Measure what dropping ghosts brings to path B, at several thresholds."""
    from sideline.training.ghost_ablation import ablate_ghosts as ablate

    choose_device("cpu", threads)
    for row in ablate(repository, sightings, banks, matches):
        typer.echo(row)
