"""``sideline train``: the jersey classifier, training and figures."""

from pathlib import Path
from typing import Annotated

import typer

from sideline.commands.train_options import Device, LearningRate, Out, Steps, Threads, choose_device

app = typer.Typer()


@app.command("jersey_classifier")
def jersey_classifier(
    data: Annotated[Path, typer.Option(help="Folder of `sideline train bank`.")] = Path("data/appearance_bank"),
    out: Out = Path("runs/train/jersey_classifier"),
    steps: Steps = 4000,
    batch: Annotated[int, typer.Option(min=1, help="Tracks a step.")] = 32,
    learning_rate: LearningRate = 1e-3,
    device: Device = "cpu",
    threads: Threads = 2,
) -> None:
    """Train the jersey classifier."""
    from sideline.collection.lineage import hand_on_lineage
    from sideline.training.jersey_classifier import train_jersey_classifier
    from sideline.training.loop import Schedule

    hand_on_lineage(out, [data])
    train_jersey_classifier(data, out, Schedule(steps, learning_rate), batch, choose_device(device, threads))


@app.command("validate_numbers")
def validate_numbers(
    data: Annotated[Path, typer.Option(help="Appearance banks that were not trained on.")] = Path(
        "data/appearance_bank_val"
    ),
    checkpoint: Annotated[Path, typer.Option(help="Checkpoint of the jersey classifier.")] = Path(
        "runs/train/jersey_classifier/last.pt"
    ),
    tracks: Annotated[int, typer.Option(min=1, help="Tracks drawn from the banks.")] = 2000,
    threads: Threads = 2,
) -> None:
    """Compare the jersey classifier with summed log-likelihoods by threshold: right numbers, coverage, false alarms."""
    from sideline.networks.jersey_classifier import JerseyClassifier
    from sideline.training.jersey_classifier import compare_with_baseline
    from sideline.training.loop import load_averaged

    choose_device("cpu", threads)
    for row in compare_with_baseline(load_averaged(JerseyClassifier(), checkpoint), data, tracks):
        typer.echo(row)
