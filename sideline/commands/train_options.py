"""Options that the subcommands of ``sideline train`` share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sideline.errors import ConfigError
from sideline.simulator.venue_choice import VenueChoice

if TYPE_CHECKING:
    import torch

Steps = Annotated[int, typer.Option(min=1, help="Optimiser steps in all.")]
LearningRate = Annotated[float, typer.Option(min=1e-6)]
Device = Annotated[str, typer.Option(help="cpu or cuda.")]
Threads = Annotated[int, typer.Option(min=1, help="CPU threads of torch.")]
StartFrom = Annotated[Path | None, typer.Option(help="Checkpoint whose weights to start from, e.g. to fine-tune.")]
Venues = Annotated[
    VenueChoice,
    typer.Option(
        help="Where matches are: named venues, their parts mixed, any hue and light and lens, or the last two by turns."
    ),
]
Out = Annotated[Path, typer.Option(help="Folder of checkpoints (last.pt) and of log.jsonl.")]


def choose_device(name: str, threads: int) -> "torch.device":
    """Torch's device of this name, and its number of CPU threads.

    Raises:
        ConfigError: cuda is asked for, but there is no GPU.
    """
    import torch

    torch.set_num_threads(threads)
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigError("no CUDA GPU is visible to torch; leave --device out to train on the CPU")
    return torch.device(name)
