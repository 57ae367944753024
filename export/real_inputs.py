"""Inputs as an engine meets them in a match: simulated panoramas, embeddings of people who are there and who were."""

import numpy as np
import torch

from export.engines import Engine, example_inputs
from sideline import tensors
from sideline.training.crop_rendering import render_crops
from sideline.training.panoramas import render_shard

_SEED = 800_000
_VENUE = "oak_arena"
_SECONDS = 20.0


def real_inputs(engine: Engine, count: int) -> list[tuple[torch.Tensor, ...]]:
    """``count`` inputs with a batch axis of 1, for the comparison of torch and ONNX.

    The detectors get panoramas of a match of the validation seeds, the crop encoder its people. The ID decoder's
    features are normalised sums of waves and directions, so random ones of the same size stand for them.
    """
    if tensors.CROPS in engine.inputs:
        crops = render_crops(_SEED, _VENUE, _SECONDS, bursts=3, burst_frames=1)
        rows = np.linspace(0, len(crops) - 1, count).astype(np.int64)
        return [(torch.from_numpy(crops.image(int(row))[None]),) for row in rows]
    if tensors.PANORAMA not in engine.inputs:
        return [example_inputs(engine, batch=1, seed=seed) for seed in range(count)]
    frames = np.linspace(0, _SECONDS * 25 - 1, count).astype(np.int64)
    shard = render_shard(_SEED, _VENUE, frames, _SECONDS)
    return [(torch.from_numpy(image[None].copy()),) for image in shard.images]
