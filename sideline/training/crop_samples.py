"""Batches for the crop encoder: several crops of each of some people of a match, from different bursts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sideline.arrays import Float32s, Int64s
from sideline.crops.jersey import JerseyLabels, label_jerseys
from sideline.errors import TrainingError
from sideline.tensors import NO_NUMBER
from sideline.training.crop_augmentation import Light, Move, augment_crop
from sideline.training.crop_shards import CropShard, load_shard, shard_paths

PERSONS_PER_MATCH: Final = 1000
"""A label is the number of the match in the batch times this, plus the person's ID."""
PERSONS: Final = 12
CROPS_EACH: Final = 2
_RESCAN_BATCHES: Final = 50
"""Shards that are written while training runs are picked up this often."""


@dataclass(frozen=True, slots=True, eq=False)
class CropLabels:
    """What is true about N crops.

    Attributes:
        identities: [N] who, unique over the matches of a batch; see PERSONS_PER_MATCH.
        visibility: [N] in [0, 1].
        jersey: What each part should say.
        number_places: [N, 3, 2] as in `CropRows`; of no account where the number is not legible.
        categories: [N] Category, or STAFF.
        kits: [N, 6] shirt and shorts as worn, CIELAB divided by 100; of no account for STAFF.
    """

    identities: Int64s
    visibility: Float32s
    jersey: JerseyLabels
    number_places: Float32s
    categories: Int64s
    kits: Float32s


@dataclass(frozen=True, slots=True, eq=False)
class CropBatch:
    """Crops [N, 256, 128, 3] uint8 RGB and their labels."""

    crops: NDArray[np.uint8]
    labels: CropLabels


def label_rows(shards: list[CropShard], match: Int64s, row: Int64s) -> CropLabels:
    """Labels of N crops, each a row [N] of a match [N]."""
    picked = [(shards[m], int(r)) for m, r in zip(match, row, strict=True)]
    people = np.array([shard.rows.person_ids[r] for shard, r in picked], np.int64)
    legible = np.array([shard.rows.legible[r] for shard, r in picked], np.bool_)
    numbers = np.array([shard.rows.shown_numbers[r] for shard, r in picked], np.int64)
    digits = np.array([shard.rows.shown_digits[r] for shard, r in picked], np.int64)
    categories = np.array([shard.categories[p] for (shard, _), p in zip(picked, people, strict=True)], np.int64)
    return CropLabels(
        identities=people + PERSONS_PER_MATCH * match,
        visibility=np.array([shard.rows.visibility[r] for shard, r in picked], np.float32),
        jersey=label_jerseys(np.where(legible, numbers, NO_NUMBER), digits),
        number_places=np.stack([shard.rows.number_places[r] for shard, r in picked]),
        categories=categories,
        kits=np.stack([shard.kits[category] for (shard, _), category in zip(picked, categories, strict=True)]),
    )


def sample_batch(shards: list[CropShard], rng: np.random.Generator, matches: int) -> CropBatch:
    """CROPS_EACH augmented crops of PERSONS people of each of some matches."""
    chosen = [shards[int(index)] for index in rng.choice(len(shards), matches, replace=len(shards) < matches)]
    rows = [choose_rows(shard, rng) for shard in chosen]
    match = np.repeat(np.arange(matches), [len(part) for part in rows])
    lights = [Light.draw(rng) for _ in chosen]
    changed = [
        augment_crop(shard.image(int(row)), light, rng)
        for shard, light, part in zip(chosen, lights, rows, strict=True)
        for row in part
    ]
    labels = label_rows(chosen, match, np.concatenate(rows))
    return CropBatch(np.stack([crop for crop, _ in changed]), move_places(labels, [move for _, move in changed]))


def move_places(labels: CropLabels, moves: list[Move]) -> CropLabels:
    """Labels of crops that have been moved."""
    places = [move.apply(points) for move, points in zip(moves, labels.number_places, strict=True)]
    return replace(labels, number_places=np.stack(places))


def choose_rows(shard: CropShard, rng: np.random.Generator) -> Int64s:
    """Rows of PERSONS people, fewer if there are fewer; CROPS_EACH of each, from as many bursts as possible.

    People who can be seen well are likelier, since little is to be learned from a hand behind a back.
    """
    bursts_of = [len(np.unique(shard.rows.bursts[shard.rows.person_ids == p])) for p in range(len(shard.numbers))]
    candidates = np.flatnonzero(np.array(bursts_of) >= 2)
    people = rng.permutation(candidates)[:PERSONS]
    return np.concatenate([_rows_of(shard, int(person), rng) for person in people])


def _rows_of(shard: CropShard, person: int, rng: np.random.Generator) -> Int64s:
    """CROPS_EACH rows of one person, one of each burst in turn."""
    rows = np.flatnonzero(shard.rows.person_ids == person)
    keys = rng.random(len(rows)) ** (1 / (0.05 + shard.rows.visibility[rows]))
    ranked = rows[np.argsort(-keys)]
    bursts = shard.rows.bursts[ranked]
    turn = np.array([int((bursts[:index] == burst).sum()) for index, burst in enumerate(bursts)])
    ordered = ranked[np.argsort(turn, kind="stable")]
    return np.asarray(np.resize(ordered, CROPS_EACH), np.int64)


def endless_batches(folder: Path, rng: np.random.Generator, matches: int) -> Iterator[CropBatch]:
    """Batches from a folder that may still be growing.

    Raises:
        TrainingError: there is no shard.
    """
    shards: list[CropShard] = []
    while True:
        shards += [load_shard(path) for path in shard_paths(folder)[len(shards) :]]
        if not shards:
            raise TrainingError(f"{folder} holds no crops; make some with sideline train crops")
        for _ in range(_RESCAN_BATCHES):
            yield sample_batch(shards, rng, matches)
