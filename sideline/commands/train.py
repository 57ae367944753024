"""``sideline train``: data, detector, ID decoder; every part can be stopped and called again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sideline.errors import ConfigError

if TYPE_CHECKING:
    import torch

app = typer.Typer(help="Train the networks on simulated matches; stop any command and call it again to go on.")

Steps = Annotated[int, typer.Option(min=1, help="Optimiser steps in all.")]
Device = Annotated[str, typer.Option(help="cpu or cuda.")]
Threads = Annotated[int, typer.Option(min=1, help="CPU threads of torch.")]
Out = Annotated[Path, typer.Option(help="Folder of checkpoints (last.pt) and of log.jsonl.")]


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
    mix_venues: Annotated[
        bool, typer.Option(help="Floor, stands, light, sensor and rig of a match each from another training venue.")
    ] = False,
) -> None:
    """Render panoramas with truth, or stitch them from recorded matches: the data of both networks."""
    from sideline.training.datasets import fill_with_matches

    if match:
        from sideline.training.recorded import fill_with_recorded

        fill_with_recorded(out, match, frames, in_a_row=in_a_row)
        return
    fill_with_matches(out, first_seed, matches, frames, in_a_row=in_a_row, mix=mix_venues)


@app.command()
def detr(
    data: Annotated[Path, typer.Option(help="Shards of `sideline train data`; may still be growing.")] = Path(
        "data/detr_train"
    ),
    out: Out = Path("runs/train/detr"),
    steps: Steps = 5000,
    batch: Annotated[int, typer.Option(min=4, help="Crops a step, a multiple of 4.")] = 8,
    learning_rate: Annotated[float, typer.Option(min=1e-6)] = 1e-3,
    start_from: Annotated[
        Path | None, typer.Option(help="Checkpoint whose weights to start from, e.g. to fine-tune.")
    ] = None,
    device: Device = "cpu",
    threads: Threads = 2,
) -> None:
    """Train the keypoint DETR."""
    from sideline.training.detr import train_detr
    from sideline.training.loop import Schedule

    schedule = Schedule(steps, learning_rate, slow=("start", "rank", "layers", "appearance"))
    train_detr(data, out, schedule, batch, _device(device, threads), start_from)


@app.command()
def trajectories(
    data: Annotated[Path, typer.Option(help="Shards made with --in-a-row.")] = Path("data/id_train"),
    detr: Annotated[Path, typer.Option(help="The exported detector.")] = Path("model_repository/detr/1/model.onnx"),
    out: Annotated[Path, typer.Option(help="Folder of the trajectories.")] = Path("data/id_train_trajectories"),
) -> None:
    """Run the detector over consecutive frames: the data of the ID decoder."""
    from sideline.training.trajectories import detect_trajectories

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
    device: Device = "cpu",
    threads: Threads = 2,
) -> None:
    """Train the ID decoder."""
    from sideline.training.id_decoder import train_id_decoder
    from sideline.training.loop import Schedule

    train_id_decoder(data, out, Schedule(steps, learning_rate), batch, _device(device, threads))


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

    _device("cpu", threads)
    network = KeypointDetr()
    load_averaged(network, detr)
    for name, value in asdict(validate_detr(network, data, threshold)).items():
        typer.echo(f"{name:16} {value:.3f}")


def _device(name: str, threads: int) -> "torch.device":
    import torch

    torch.set_num_threads(threads)
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigError("no CUDA GPU is visible to torch; leave --device out to train on the CPU")
    return torch.device(name)
