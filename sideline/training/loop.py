"""The loop that every network is trained by: schedule, averaging, progress bar, checkpoints, resume.

Knows nothing about what is trained; a trainer gives a loss for a step.
"""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

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
        slow: Names of children of the network that learn at 0.3 of the rate: attention is less robust than convolution.
    """

    steps: int
    learning_rate: float = 1e-3
    warmup_steps: int = 200
    weight_decay: float = 1e-3
    ema_decay: float = 0.998
    checkpoint_every: int = 200
    slow: tuple[str, ...] = ()

    def factor(self, step: int) -> float:
        """Learning rate of ``step`` relative to the peak."""
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        progress = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


_KEYS: Final = frozenset({"step", "network", "average", "optimiser", "schedule"})
"""What a checkpoint holds."""
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
        averaging = get_ema_multi_avg_fn(schedule.ema_decay)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(network, multi_avg_fn=averaging, use_buffers=False)
        self.optimiser = torch.optim.AdamW(_groups(network, schedule.slow), weight_decay=schedule.weight_decay)
        self.step = 0
        folder.mkdir(parents=True, exist_ok=True)

    def advance(self, loss_of_step: LossOfStep) -> float:
        started = time.perf_counter()
        for group in self.optimiser.param_groups:
            group["lr"] = group["share"] * self.schedule.learning_rate * self.schedule.factor(self.step)
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
        except (RuntimeError, ValueError) as error:
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
    except FileNotFoundError as error:
        raise TrainingError(f"there is no checkpoint {path}; run sideline train first") from error
    except Exception as error:  # torch's unpickler trips over foreign bytes in ways of its own
        raise TrainingError(f"{path} is no checkpoint of sideline train; choose a last.pt that it wrote") from error
    if not isinstance(state, dict) or not set(state) >= _KEYS:
        raise TrainingError(f"{path} is no checkpoint of sideline train; choose a last.pt that it wrote")
    return state


def load_averaged(network: nn.Module, path: Path) -> nn.Module:
    """Put the averaged weights of the checkpoint ``path`` into ``network``.

    Raises:
        TrainingError: the file is no checkpoint or belongs to another network.
    """
    average = load_checkpoint(path)["average"]
    weights = {key.removeprefix("module."): v for key, v in average.items() if key != "n_averaged"}
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise TrainingError(f"{path} belongs to another network than {type(network).__name__}") from error
    return network


def _groups(network: nn.Module, slow: tuple[str, ...]) -> list[dict[str, Any]]:
    parameters = dict(network.named_parameters())
    slowly = [value for name, value in parameters.items() if name.split(".")[0] in slow]
    others = [value for name, value in parameters.items() if name.split(".")[0] not in slow]
    groups = [{"params": others, "share": 1.0}, {"params": slowly, "share": 0.3}]
    return [group for group in groups if group["params"]]
