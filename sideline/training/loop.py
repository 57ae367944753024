"""The loop that every network is trained by: schedule, averaging, progress bar, checkpoints, resume.

Knows nothing about what is trained; a trainer gives a loss for a step.
"""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from sideline.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast.

    Attributes:
        steps: Optimiser steps in all.
        learning_rate: Peak, reached after ``warmup_steps`` and then lowered by a half cosine to 1 %.
        weight_decay: Of AdamW.
        ema_decay: Of the averaged weights, which are the ones exported.
        checkpoint_every: Steps between two checkpoints.
    """

    steps: int
    learning_rate: float = 1e-3
    warmup_steps: int = 200
    weight_decay: float = 1e-3
    ema_decay: float = 0.998
    checkpoint_every: int = 200

    def factor(self, step: int) -> float:
        """Learning rate of ``step`` relative to the peak."""
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        progress = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


LossOfStep = Callable[[int], dict[str, Tensor]]
"""Losses by name for one batch; the loop minimises their sum."""


def train(network: nn.Module, loss_of_step: LossOfStep, schedule: Schedule, folder: Path) -> nn.Module:
    """Train ``network`` and return its averaged copy; continues from ``folder/last.pt`` if it is there.

    Args:
        network: On the device where it is to be trained.
        loss_of_step: Called with the step's number; uses ``network``.
        schedule: See :class:`Schedule`.
        folder: For ``last.pt`` and ``log.jsonl``.

    Raises:
        TrainingError: the checkpoint belongs to another network or the loss is no longer finite.
    """
    run = _Run(network, schedule, folder)
    run.resume()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn()) as progress:
        task = progress.add_task("training", total=schedule.steps, completed=run.step)
        while run.step < schedule.steps:
            total = run.advance(loss_of_step)
            progress.update(task, completed=run.step, description=f"loss {total:7.3f}")
    run.save()
    return run.average.module


class _Run:
    def __init__(self, network: nn.Module, schedule: Schedule, folder: Path) -> None:
        self.network, self.schedule, self.folder = network, schedule, folder
        self.average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(schedule.ema_decay), use_buffers=False)
        self.optimiser = torch.optim.AdamW(
            network.parameters(), lr=schedule.learning_rate, weight_decay=schedule.weight_decay
        )
        self.step = 0
        folder.mkdir(parents=True, exist_ok=True)

    def advance(self, loss_of_step: LossOfStep) -> float:
        started = time.perf_counter()
        for group in self.optimiser.param_groups:
            group["lr"] = self.schedule.learning_rate * self.schedule.factor(self.step)
        self.network.train()
        losses = loss_of_step(self.step)
        total: Tensor = torch.stack(list(losses.values())).sum()
        if not torch.isfinite(total):
            raise TrainingError(f"the loss is {total.item()} at step {self.step}; resume with a lower learning rate")
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.average.update_parameters(self.network)
        self.step += 1
        self._log({name: value.item() for name, value in losses.items()}, time.perf_counter() - started)
        if self.step % self.schedule.checkpoint_every == 0:
            self.save()
        return float(total.item())

    def save(self) -> None:
        _copy_buffers(self.network, self.average.module)
        state = {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": asdict(self.schedule),
        }
        partial = self.folder / "last.partial.pt"
        torch.save(state, partial)
        partial.rename(self.folder / "last.pt")

    def resume(self) -> None:
        path = self.folder / "last.pt"
        if not path.exists():
            return
        state = load_checkpoint(path)
        try:
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
        except (RuntimeError, KeyError, ValueError) as error:
            raise TrainingError(f"{path} belongs to another network; choose an empty --out folder") from error
        self.step = int(state["step"])

    def _log(self, losses: dict[str, float], seconds: float) -> None:
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            row = {"step": self.step, "seconds": round(seconds, 3)}
            file.write(json.dumps(row | {name: round(value, 5) for name, value in losses.items()}) + "\n")


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint of :func:`train`.

    Raises:
        TrainingError: the file is absent or no checkpoint.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError) as error:
        raise TrainingError(f"cannot read the checkpoint {path}: {error}") from error
    return state


def load_averaged(network: nn.Module, path: Path) -> nn.Module:
    """Put the averaged weights of the checkpoint ``path`` into ``network``."""
    average = load_checkpoint(path)["average"]
    network.load_state_dict({key.removeprefix("module."): v for key, v in average.items() if key != "n_averaged"})
    return network


def _copy_buffers(source: nn.Module, target: nn.Module) -> None:
    """Batch norm's running statistics are averages already; take them as they are."""
    for mine, theirs in zip(target.buffers(), source.buffers(), strict=True):
        mine.copy_(theirs)
