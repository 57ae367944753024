"""Engines without training: what a network would learn, as one formula; and an executor that does as it is told."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np

from sideline.arrays import Bools, Float32s
from sideline.crops.jersey import number_log_probabilities
from sideline.tracking.graph.engines import GraphEngines
from tests.tracking.graph.scenes import jersey_of


def score_pairs(
    nodes: Float32s, pairs: Float32s, mask: Bools, level: Float32s, evidence: Float32s
) -> tuple[Float32s, Float32s]:
    """Near in place for the time between, and alike: a positive logit. The category is the kit's evidence."""
    gap_s, forward_m, backward_m = (np.sinh(pairs[..., part]) for part in (0, 5, 6))
    motion = 2.0 - 3.0 * (forward_m + backward_m) / 2 / (0.5 + np.maximum(gap_s, 0))
    looks = 10.0 * (pairs[..., 7] - 0.6) * pairs[..., 15]
    return np.where(mask, motion + looks, 0.0).astype(np.float32), evidence


def read_numbers(jersey: Float32s, mask: Bools) -> Float32s:
    """The sum over the crops."""
    said = number_log_probabilities(jersey) * mask[..., None]
    return said.sum(axis=1)


def encode_tracklets(features: Float32s, mask: Bools) -> tuple[Float32s, Float32s, Float32s]:
    """Appearance is the mean feature, cut short; a jersey on which nothing is legible; grey clothes of a player."""
    mean = (features * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    count = len(mean)
    team = np.tile(np.array([4, 0, 0.5, 0, 0, 0.5, 0, 0], np.float32), (count, 1))
    return mean[:, :64].astype(np.float32), np.tile(jersey_of(None), (count, 1)), team


ENGINES = GraphEngines(score_pairs, read_numbers)


class HeldExecutor(Executor):
    """Runs nothing until it is told to; a solver that hangs."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Keep it."""
        future: Future[Any] = Future()
        self.tasks.append((future, lambda: fn(*args, **kwargs)))
        return future

    def run_next(self) -> None:
        """Run the oldest task."""
        future, task = self.tasks.pop(0)
        future.set_result(task())
