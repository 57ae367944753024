"""``sideline train``: path A's detector, training and figures."""

from pathlib import Path
from typing import Annotated

import typer

from sideline.commands.train_options import Device, LearningRate, Out, Steps, Threads, choose_device

app = typer.Typer()


@app.command("heatmap_detector")
def heatmap_detector(
    data: Annotated[Path, typer.Option(help="Shards of `sideline train data`.")] = Path("data/detr_train"),
    out: Out = Path("runs/train/heatmap_detector"),
    steps: Steps = 1000,
    batch: Annotated[int, typer.Option(min=1, help="Crops a step.")] = 8,
    learning_rate: LearningRate = 2e-4,
    start_from: Annotated[
        Path | None, typer.Option(help="Checkpoint of a detr or a heatmap_detector whose weights to start from.")
    ] = None,
    device: Device = "cpu",
    threads: Threads = 2,
) -> None:
    """Train path A's detector, mostly as fine-tuning of the DETR's first half."""
    from sideline.training.heatmap_detector import train_heatmap_detector
    from sideline.training.loop import Schedule

    schedule = Schedule(steps, learning_rate)
    train_heatmap_detector(data, out, schedule, batch, choose_device(device, threads), start_from)


@app.command("validate_heatmap")
def validate_heatmap(
    data: Annotated[Path, typer.Option(help="Shards that were not trained on.")] = Path("data/id_val"),
    checkpoint: Annotated[Path, typer.Option(help="Of a heatmap_detector or a detr.")] = Path(
        "runs/train/heatmap_detector/last.pt"
    ),
    threads: Threads = 2,
) -> None:
    """Measure path A's detector by threshold: recall, precision, foot-point error."""
    from sideline.networks.heatmap_detector import HeatmapDetector
    from sideline.training.heatmap_validation import measure_heatmap
    from sideline.training.loop import load_averaged

    choose_device("cpu", threads)
    network = HeatmapDetector()
    load_averaged(network, checkpoint)
    for row in measure_heatmap(network, data):
        found = f"recall {row.recall:.3f}  precision {row.precision:.3f}  f1 {row.f1:.3f}"
        error = f"error {row.error_m_median:.3f} m, p90 {row.error_m_p90:.3f} m"
        typer.echo(f"threshold {row.threshold:.2f}  {found}  {error}")
