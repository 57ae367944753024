"""Inputs as an engine meets them in a match, for the comparison of its forms."""

from collections.abc import Sequence

import torch

from export.engines import ENGINES, Engine, example_inputs
from export.task import EngineInputs
from sideline import tensors


def real_inputs(engine: Engine, recorded: EngineInputs, count: int) -> Sequence[tuple[torch.Tensor, ...]]:
    """Up to ``count`` inputs with a batch axis of 1.

    Args:
        engine: The engine; every detector gets the panoramas that the detector of path B was given.
        recorded: What the engines of path B were given in a match (`export.task.run_task`).
        count: How many; a short match has few windows, and so few graphs.

    Returns:
        What was recorded, or, where nothing was, random inputs of the right shapes.
    """
    is_detector = tensors.PANORAMA in engine.inputs
    met = recorded.get(ENGINES["detr"].name if is_detector else engine.name, [])
    if not met:
        return [example_inputs(engine, batch=1, seed=seed) for seed in range(count)]
    return [tuple(map(torch.from_numpy, arrays)) for arrays in met[:count]]
