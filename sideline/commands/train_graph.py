"""``sideline train``: the graph tracker, its simulated sightings, training and figures."""

from pathlib import Path
from typing import Annotated

import typer

from sideline.commands.train_options import Device, LearningRate, Out, Steps, Threads, choose_device

app = typer.Typer()

Sightings = Annotated[Path, typer.Option(help="Folder of `sideline train sightings`.")]
TemporalEncoder = Annotated[
    Path, typer.Option(help="The exported temporal encoder; without it path B sums up crops as path A does.")
]
_TEMPORAL_ENCODER = Path("model_repository/temporal_encoder/1/model.onnx")
Banks = Annotated[Path, typer.Option(help="Folder of `sideline train bank`.")]


@app.command()
def sightings(
    out: Annotated[Path, typer.Option(help="Folder of the matches.")] = Path("data/sightings"),
    first_seed: Annotated[int, typer.Option(help="Seed of the first match; below 900000.")] = 300_000,
    matches: Annotated[int, typer.Option(min=1)] = 32,
    seconds: Annotated[float, typer.Option(min=10, help="Length of each match; one of 180 s takes 15 s.")] = 180,
) -> None:
    """Simulate what a detector and a micro-tracker see of matches, without rendering: data of the graph tracker."""
    from sideline.training.sighted_matches import fill_with_sighted_matches

    fill_with_sighted_matches(out, first_seed, matches, seconds)


@app.command("graph_tracker")
def graph_tracker(
    data: Sightings = Path("data/sightings"),
    banks: Banks = Path("data/appearance_bank"),
    temporal_encoder: TemporalEncoder = _TEMPORAL_ENCODER,
    out: Out = Path("runs/train/graph_tracker"),
    steps: Steps = 5000,
    batch: Annotated[int, typer.Option(min=1, help="Graphs a step.")] = 16,
    learning_rate: LearningRate = 2e-3,
    end_to_end: Annotated[
        bool, typer.Option(help="Let the category head change the nodes' embedding (an ablation).")
    ] = False,
    device: Device = "cpu",
    threads: Threads = 1,
) -> None:
    """Train the graph tracker."""
    from sideline.collection.lineage import hand_on_lineage
    from sideline.deployment.files import hash_file
    from sideline.training.graph_tracker import train_graph_tracker
    from sideline.training.loop import Schedule

    runs = {"temporal_encoder": hash_file(temporal_encoder)} if temporal_encoder.is_file() else {}
    hand_on_lineage(out, [data, banks], runs)
    where = choose_device(device, threads)
    schedule = Schedule(steps, learning_rate)
    train_graph_tracker(data, banks, temporal_encoder, out, schedule, batch, where, stops_gradient=not end_to_end)


@app.command("validate_graph")
def validate_graph(
    data: Sightings = Path("data/sightings_val"),
    banks: Banks = Path("data/appearance_bank_val"),
    temporal_encoder: TemporalEncoder = _TEMPORAL_ENCODER,
    checkpoint: Annotated[Path, typer.Option(help="Checkpoint of the graph tracker.")] = Path(
        "runs/train/graph_tracker/last.pt"
    ),
    graphs: Annotated[int, typer.Option(min=1, help="Graphs of each level.")] = 200,
    matches: Annotated[int, typer.Option(min=0, help="Matches that are tracked.")] = 6,
    path: Annotated[str, typer.Option(help="a or b.")] = "b",
    threads: Threads = 1,
) -> None:
    """Compare the graph tracker with a heuristic made by hand: right links by level, HOTA of simulated matches."""
    from sideline.training.graph_matches import compare_with_heuristic

    choose_device("cpu", threads)
    for row in compare_with_heuristic(checkpoint, data, banks, temporal_encoder, graphs, matches, path):
        typer.echo(row)
