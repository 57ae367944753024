"""``sideline train``: data, detector, ID decoder; every part can be stopped and called again."""

from pathlib import Path
from typing import Annotated

import typer

from sideline.commands import train_encoders, train_graph, train_heatmap, train_numbers, train_persistence
from sideline.commands.train_options import Device, Out, StartFrom, Steps, Threads, Venues, choose_device
from sideline.simulator.venue_choice import VenueChoice

app = typer.Typer(help="Train the networks on simulated matches; stop any command and call it again to go on.")

app.registered_commands += train_encoders.app.registered_commands
app.registered_commands += train_graph.app.registered_commands
app.registered_commands += train_heatmap.app.registered_commands
app.registered_commands += train_numbers.app.registered_commands
app.registered_commands += train_persistence.app.registered_commands


@app.command()
def data(
    out: Annotated[Path, typer.Option(help="Folder of the shards.")] = Path("data/detr_train"),
    match: Annotated[
        list[Path] | None, typer.Option(help="Annotated match folder to use instead of simulating; repeatable.")
    ] = None,
    first_seed: Annotated[int, typer.Option(help="Seed of the first match; below 900000.")] = 1000,
    matches: Annotated[int, typer.Option(min=1)] = 400,
    frames: Annotated[int, typer.Option(min=2, help="Frames of each match.")] = 24,
    in_a_row: Annotated[
        bool, typer.Option(help="Consecutive frames (for the ID decoder) instead of scattered.")
    ] = False,
    venues: Venues = VenueChoice.NAMED,
) -> None:
    """Render panoramas with truth, or stitch them from recorded matches: the data of both networks."""
    from sideline.training.datasets import fill_with_matches

    if match:
        from sideline.training.recorded import fill_with_recorded

        fill_with_recorded(out, match, frames, in_a_row=in_a_row)
        return
    fill_with_matches(out, first_seed, matches, frames, in_a_row=in_a_row, venues=venues)


@app.command()
def detr(
    data: Annotated[Path, typer.Option(help="Shards of `sideline train data`; may still be growing.")] = Path(
        "data/detr_train"
    ),
    out: Out = Path("runs/train/detr"),
    steps: Steps = 5000,
    batch: Annotated[int, typer.Option(min=2, help="Crops a step, a multiple of 4.")] = 8,
    learning_rate: Annotated[float, typer.Option(min=1e-6)] = 1e-3,
    start_from: StartFrom = None,
    device: Device = "cpu",
    threads: Threads = 2,
) -> None:
    """Train the keypoint DETR."""
    from sideline.training.detr import train_detr
    from sideline.training.loop import Schedule

    schedule = Schedule(steps, learning_rate, slow=("start", "rank", "layers", "appearance"))
    train_detr(data, out, schedule, batch, choose_device(device, threads), start_from)


@app.command()
def trajectories(
    data: Annotated[Path, typer.Option(help="Shards made with --in-a-row.")] = Path("data/id_train"),
    detr: Annotated[Path, typer.Option(help="The exported detector.")] = Path("model_repository/detr/1/model.onnx"),
    out: Annotated[Path, typer.Option(help="Folder of the trajectories.")] = Path("data/id_train_trajectories"),
) -> None:
    """Run the detector over consecutive frames: the data of the ID decoder."""
    from sideline.collection.lineage import write_lineage
    from sideline.deployment.files import hash_file
    from sideline.training.trajectories import detect_trajectories

    write_lineage(out, {"detr": hash_file(detr)})
    detect_trajectories(detr, data, out)


@app.command("id_decoder")
def id_decoder(
    data: Annotated[Path, typer.Option(help="Folder of `sideline train trajectories`.")] = Path(
        "data/id_train_trajectories"
    ),
    out: Out = Path("runs/train/id_decoder"),
    steps: Steps = 3000,
    batch: Annotated[int, typer.Option(min=1, help="Samples a step.")] = 16,
    learning_rate: Annotated[float, typer.Option(min=1e-6)] = 5e-4,
    start_from: StartFrom = None,
    device: Device = "cpu",
    threads: Threads = 2,
) -> None:
    """Train the ID decoder."""
    from sideline.collection.lineage import hand_on_lineage
    from sideline.training.id_decoder import train_id_decoder
    from sideline.training.loop import Schedule

    hand_on_lineage(out, [data])
    train_id_decoder(data, out, Schedule(steps, learning_rate), batch, choose_device(device, threads), start_from)


@app.command()
def validate(
    data: Annotated[Path, typer.Option(help="Shards that were not trained on.")] = Path("data/id_val"),
    detr: Annotated[Path, typer.Option(help="Checkpoint of the detector.")] = Path("runs/train/detr/last.pt"),
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Score from which a detection counts.")] = 0.4,
    threads: Threads = 2,
) -> None:
    """Measure a detector's checkpoint: recall, precision, foot-point error, retrieval by appearance."""
    from dataclasses import asdict

    from sideline.networks.detr import KeypointDetr
    from sideline.training.detr_validation import validate_detr
    from sideline.training.loop import load_averaged

    choose_device("cpu", threads)
    network = KeypointDetr()
    load_averaged(network, detr)
    for name, value in asdict(validate_detr(network, data, threshold)).items():
        typer.echo(f"{name:16} {value:.3f}")


@app.command("validate_id_decoder")
def validate_id_decoder(
    data: Annotated[Path, typer.Option(help="Trajectories that were not trained on.")] = Path(
        "data/id_val_trajectories"
    ),
    checkpoint: Annotated[Path, typer.Option(help="Checkpoint of the ID decoder.")] = Path(
        "runs/train/id_decoder/last.pt"
    ),
    samples: Annotated[int, typer.Option(min=1, help="Moments that are drawn, the same ones each time.")] = 400,
    threads: Threads = 2,
) -> None:
    """Measure the ID decoder: share of the people in damaged trajectories who get the right identity, or none."""
    from sideline.networks.id_decoder import IdDecoder
    from sideline.training.id_decoder import validate_id_decoder as validate
    from sideline.training.loop import load_averaged

    choose_device("cpu", threads)
    network = IdDecoder()
    load_averaged(network, checkpoint)
    typer.echo(f"right identity   {validate(network, data, samples):.3f}")
