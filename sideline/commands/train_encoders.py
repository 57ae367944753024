"""``sideline train``: the crop encoder, the temporal encoder and what lies between them."""

from pathlib import Path
from typing import Annotated

import typer

from sideline.commands.train_options import Device, LearningRate, Out, Steps, Threads, Venues, choose_device
from sideline.simulator.venue_choice import VenueChoice

app = typer.Typer()

Crops = Annotated[Path, typer.Option(help="Shards of `sideline train crops`; may still be growing.")]
Banks = Annotated[Path, typer.Option(help="Folder of `sideline train bank`.")]
_CHECKPOINT = Path("runs/train/crop_encoder/last.pt")


@app.command()
def crops(
    out: Annotated[Path, typer.Option(help="Folder of the shards.")] = Path("data/crops_train"),
    first_seed: Annotated[int, typer.Option(help="Seed of the first match; below 900000.")] = 10_000,
    matches: Annotated[int, typer.Option(min=1)] = 160,
    shuffle_numbers: Annotated[
        bool,
        typer.Option(help="Everybody wears another number in every frame: for the crop encoder."),
    ] = False,
    venues: Venues = VenueChoice.MIXED,
) -> None:
    """Render crops of the people in simulated matches, with truth: the data of the crop encoder."""
    from sideline.training.crop_rendering import fill_with_crops

    fill_with_crops(out, first_seed, matches, shuffle_numbers=shuffle_numbers, venues=venues)


@app.command("number_branch")
def number_branch(
    data: Crops = Path("data/crops_train"),
    out: Out = Path("runs/train/number_branch"),
    steps: Steps = 3000,
    batch: Annotated[int, typer.Option(min=1, help="Crops a step.")] = 96,
    learning_rate: LearningRate = 2e-3,
    device: Device = "cpu",
    threads: Threads = 2,
) -> None:
    """Train the crop encoder's number branch by itself, on crops made with --shuffle-numbers."""
    from sideline.training.loop import Schedule
    from sideline.training.number_branch import train_number_branch

    train_number_branch(data, out, Schedule(steps, learning_rate), batch, choose_device(device, threads))


@app.command("crop_encoder")
def crop_encoder(
    data: Crops = Path("data/crops_train"),
    out: Out = Path("runs/train/crop_encoder"),
    steps: Steps = 4000,
    matches: Annotated[int, typer.Option(min=1, help="Matches a step, 24 crops each.")] = 4,
    learning_rate: LearningRate = 1.5e-3,
    numbers_from: Annotated[Path | None, typer.Option(help="Checkpoint of `sideline train number_branch`.")] = None,
    start_from: Annotated[
        Path | None, typer.Option(help="Checkpoint whose weights to start from where they fit.")
    ] = None,
    device: Device = "cpu",
    threads: Threads = 2,
) -> None:
    """Train the crop encoder."""
    from sideline.training.crop_encoder import train_crop_encoder
    from sideline.training.loop import Schedule

    schedule = Schedule(steps, learning_rate)
    train_crop_encoder(data, out, schedule, matches, choose_device(device, threads), numbers_from, start_from)


@app.command()
def bank(
    data: Annotated[Path, typer.Option(help="Shards that the crop encoder was not trained on.")] = Path(
        "data/crops_bank"
    ),
    out: Annotated[Path, typer.Option(help="Folder of the banks.")] = Path("data/appearance_bank"),
    checkpoint: Annotated[Path, typer.Option(help="Checkpoint of the crop encoder.")] = _CHECKPOINT,
    threads: Threads = 2,
) -> None:
    """Encode crops: what the temporal encoder, the graph tracker and the jersey classifier are trained on."""
    from sideline.collection.lineage import replace_lineage
    from sideline.deployment.files import hash_file
    from sideline.networks.crop_encoder import CropEncoder
    from sideline.training.bank_writing import write_banks
    from sideline.training.loop import load_averaged

    choose_device("cpu", threads)
    network = CropEncoder()
    load_averaged(network, checkpoint)
    replace_lineage(out, {"crop_encoder": hash_file(checkpoint)})  # every bank is written anew
    typer.echo(f"{write_banks(network, data, out)} banks in {out}")


@app.command("temporal_encoder")
def temporal_encoder(
    data: Banks = Path("data/appearance_bank"),
    out: Out = Path("runs/train/temporal_encoder"),
    steps: Steps = 4000,
    learning_rate: LearningRate = 1e-3,
    device: Device = "cpu",
    threads: Threads = 2,
) -> None:
    """Train the temporal encoder."""
    from sideline.collection.lineage import hand_on_lineage
    from sideline.training.loop import Schedule
    from sideline.training.temporal_encoder import train_temporal_encoder

    hand_on_lineage(out, [data])
    train_temporal_encoder(data, out, Schedule(steps, learning_rate), choose_device(device, threads))


@app.command("score_encoders")
def score_encoders(
    data: Banks = Path("data/appearance_bank_val"),
    temporal: Annotated[
        Path | None, typer.Option(help="Checkpoint of the temporal encoder; left out, single crops are judged.")
    ] = None,
    window: Annotated[int, typer.Option(min=1, max=15, help="Crops that a tracklet has at most.")] = 8,
    threads: Threads = 2,
) -> None:
    """Measure encodings of validation matches: retrieval, numbers, category, colours."""
    from dataclasses import asdict

    from sideline.training.appearance_bank import load_banks
    from sideline.training.encoder_scores import score_banks
    from sideline.training.temporal_encoder import encode_tracklets, load_temporal_encoder

    choose_device("cpu", threads)
    banks = load_banks(data)
    if temporal is not None:
        network = load_temporal_encoder(temporal)
        banks = [encode_tracklets(network, bank, window) for bank in banks]
    for name, value in asdict(score_banks(banks)).items():
        typer.echo(f"{name:22} {value:.3f}")
