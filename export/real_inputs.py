"""Inputs as an engine meets them in a match, for the comparison of its forms."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from export.engines import ENGINES, Engine, example_inputs
from sideline import tensors
from sideline.training.crop_rendering import render_crops
from sideline.training.panoramas import render_shard

_SEED = 800_000
_VENUE = "oak_arena"
_SECONDS = 20.0

Inputs = Sequence[tuple[torch.Tensor, ...]]
EngineInputs = Mapping[str, list[tuple[NDArray[Any], ...]]]
"""By engine, inputs as it met them, each with a batch axis of 1."""


def real_inputs(engine: Engine, count: int, recorded: EngineInputs | None = None) -> Inputs:
    """Up to ``count`` inputs with a batch axis of 1.

    Args:
        engine: The engine; every detector gets the panoramas that the detector of path B was given.
        count: How many; a short match has few windows, and so few graphs.
        recorded: What the engines of path B were given in a match (`export.task.run_task`).

    Returns:
        What was recorded. Where nothing was, the detectors get panoramas of a match of the validation seeds, the crop
        encoder its people, and the others random inputs of the right shapes.
    """
    is_detector = tensors.PANORAMA in engine.inputs
    met = (recorded or {}).get(ENGINES["detr"].name if is_detector else engine.name, [])
    if met:
        return [tuple(map(torch.from_numpy, arrays)) for arrays in met[:count]]
    if tensors.CROPS in engine.inputs:
        crops = render_crops(_SEED, _VENUE, _SECONDS, bursts=3, burst_frames=1)
        rows = np.linspace(0, len(crops) - 1, count).astype(np.int64)
        return [(torch.from_numpy(crops.image(int(row))[None]),) for row in rows]
    if not is_detector:
        return [example_inputs(engine, batch=1, seed=seed) for seed in range(count)]
    frames = np.linspace(0, _SECONDS * 25 - 1, count).astype(np.int64)
    shard = render_shard(_SEED, _VENUE, frames, _SECONDS)
    return [(torch.from_numpy(image[None].copy()),) for image in shard.images]
