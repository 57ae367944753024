"""Encodes shards of crops into appearance banks."""

from pathlib import Path
from typing import Final

import numpy as np
import torch
from rich.progress import track

from sideline.networks.crop_encoder import CropEncoder
from sideline.training.appearance_bank import AppearanceBank, save_bank
from sideline.training.crop_shards import CropShard, load_shard, shard_paths

_BATCH: Final = 64


def write_banks(network: CropEncoder, data: Path, folder: Path) -> int:
    """Encode every shard of `data` into a bank of `folder`, over what is there; returns how many."""
    paths = shard_paths(data)
    for path in track(paths, description=f"encoding {data.name}"):
        save_bank(encode_shard(network, load_shard(path)), folder)
    return len(paths)


def encode_shard(network: CropEncoder, shard: CropShard) -> AppearanceBank:
    """What `network` says about every crop of a match."""
    network.eval()
    parts = [_encode(network, shard, start) for start in range(0, len(shard), _BATCH)]
    appearance, jersey, team, features = (np.concatenate(column) for column in zip(*parts, strict=True))
    return AppearanceBank(
        seed=shard.seed,
        person_ids=shard.rows.person_ids,
        frames=shard.rows.frames,
        visibility=shard.rows.visibility,
        legible=shard.rows.legible,
        appearance=appearance,
        jersey=jersey,
        team=team,
        crop_features=features,
        numbers=shard.numbers,
        categories=shard.categories,
        kits=shard.kits,
    )


def _encode(network: CropEncoder, shard: CropShard, start: int) -> tuple[np.ndarray, ...]:  # type: ignore[type-arg]
    crops = np.stack([shard.image(row) for row in range(start, min(start + _BATCH, len(shard)))])
    with torch.no_grad():
        return tuple(output.numpy() for output in network(torch.from_numpy(crops)))
