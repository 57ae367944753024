"""Fills folders with shards of simulated matches: sparse frames for the detector, runs of frames for the ID decoder.

Seeds below 800000 train, 800000–899999 validate; 900000 and above are for judging and never appear here.
"""

from pathlib import Path

import numpy as np
from rich.progress import track

from sideline.arrays import Int64s
from sideline.errors import TrainingError
from sideline.simulator.venue_choice import VenueChoice
from sideline.training.panoramas import render_shard, save_shard

_JUDGING_SEED = 900_000
_SECONDS = 60.0
_FPS = 25


def fill_with_matches(
    folder: Path, first_seed: int, matches: int, frames: int, *, in_a_row: bool, venues: VenueChoice = VenueChoice.NAMED
) -> None:
    """Make the shards that ``folder`` lacks; safe to stop and to call again.

    Args:
        folder: Where the shards lie.
        first_seed: Seed of the first match; the following ones count up. The venue follows from the seed.
        matches: Number of matches.
        frames: Frames of each match.
        in_a_row: Consecutive frames from a random start; otherwise frames scattered over the match.
        venues: How the venue of a match follows from its seed.

    Raises:
        TrainingError: a seed is one of those kept for judging.
    """
    if first_seed + matches > _JUDGING_SEED:
        raise TrainingError(f"seeds from {_JUDGING_SEED} on are for judging; choose a lower first seed")
    for seed in track(range(first_seed, first_seed + matches), description=f"rendering {folder.name}"):
        path = folder / f"{seed:06d}"
        if path.with_suffix(".npz").exists():
            continue
        save_shard(render_shard(seed, venues.name_venue(seed), _choose(seed, frames, in_a_row), _SECONDS), path)


def _choose(seed: int, frames: int, in_a_row: bool) -> Int64s:
    rng = np.random.default_rng(seed)
    total = int(_SECONDS * _FPS)
    if in_a_row:
        return np.arange(frames) + rng.integers(0, total - frames)
    return np.sort(rng.choice(total, frames, replace=False))
