"""Inputs as an engine meets them in a match: simulated panoramas, embeddings of people who are there and who were."""

import numpy as np
import torch

from export.engines import Engine, example_inputs
from sideline.training.panoramas import render_shard

_SEED = 800_000
_VENUE = "oak_arena"
_SECONDS = 20.0


def real_inputs(engine: Engine, count: int) -> list[tuple[torch.Tensor, ...]]:
    """``count`` inputs with a batch axis of 1, for the comparison of torch and ONNX.

    The detector gets panoramas of a match of the validation seeds. The ID decoder's features are normalised sums of
    waves and directions, so random ones of the same size stand for them.
    """
    if engine.name != "detr":
        return [example_inputs(engine, batch=1, seed=seed) for seed in range(count)]
    frames = np.linspace(0, _SECONDS * 25 - 1, count).astype(np.int64)
    shard = render_shard(_SEED, _VENUE, frames, _SECONDS)
    return [(torch.from_numpy(image[None].copy()),) for image in shard.images]
