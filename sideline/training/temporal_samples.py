"""Tracklets for the temporal encoder, put together from the crops of appearance banks."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s
from sideline.crops.jersey import label_jerseys
from sideline.tensors import CROP_FEATURE_DIMS, NO_NUMBER, TEMPORAL_CROPS
from sideline.training.appearance_bank import AppearanceBank
from sideline.training.crop_samples import PERSONS, PERSONS_PER_MATCH, CropLabels

TRACKLETS_EACH: Final = 4
_TWO_BURSTS: Final = 0.35
"""Share of tracklets that reach over two bursts of a person, if they have more bursts than are asked for."""
_FEATURE_NOISE: Final = 0.05
"""Of the features' standard deviation."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackletBatch:
    """N tracklets.

    Attributes:
        features: [N, 15, 128] crop features, oldest first, 0 where there is no crop.
        mask: [N, 15].
        labels: What is true about each; its number counts as legible when it is in one of the crops.
    """

    features: Float32s
    mask: Bools
    labels: CropLabels


def sample_tracklets(banks: list[AppearanceBank], rng: np.random.Generator, matches: int) -> TrackletBatch:
    """TRACKLETS_EACH tracklets of PERSONS people of each of some matches, of 1 to 15 crops, from different bursts."""
    chosen = [banks[int(index)] for index in rng.choice(len(banks), matches, replace=len(banks) < matches)]
    picked = [(match, rows) for match, bank in enumerate(chosen) for rows in _choose(bank, rng)]
    batch = gather_tracklets(chosen, picked)
    noise = rng.standard_normal(batch.features.shape, np.float32) * batch.features[batch.mask].std() * _FEATURE_NOISE
    return TrackletBatch(batch.features + noise * batch.mask[..., None], batch.mask, batch.labels)


def gather_tracklets(banks: list[AppearanceBank], picked: list[tuple[int, Int64s]]) -> TrackletBatch:
    """Tracklets from (match, rows of its bank, 1 to 15, all of one person)."""
    features = np.zeros((len(picked), TEMPORAL_CROPS, CROP_FEATURE_DIMS), np.float32)
    mask = np.zeros((len(picked), TEMPORAL_CROPS), np.bool_)
    for index, (match, rows) in enumerate(picked):
        features[index, : len(rows)] = banks[match].crop_features[rows]
        mask[index, : len(rows)] = True
    return TrackletBatch(features, mask, _label(banks, picked))


def _label(banks: list[AppearanceBank], picked: list[tuple[int, Int64s]]) -> CropLabels:
    people = np.array([banks[match].person_ids[rows[0]] for match, rows in picked], np.int64)
    legible = np.array([banks[match].legible[rows].any() for match, rows in picked], np.bool_)
    owners = [(banks[match], person) for (match, _), person in zip(picked, people, strict=True)]
    numbers = np.array([bank.numbers[person] for bank, person in owners], np.int64)
    categories = np.array([bank.categories[person] for bank, person in owners], np.int64)
    return CropLabels(
        identities=people + PERSONS_PER_MATCH * np.array([match for match, _ in picked], np.int64),
        visibility=np.array([banks[match].visibility[rows].max() for match, rows in picked], np.float32),
        jersey=label_jerseys(np.where(legible, numbers, NO_NUMBER), np.where(numbers < 10, 1, 2)),
        number_places=np.zeros((len(picked), 3, 2), np.float32),
        categories=categories,
        kits=np.stack([bank.kits[category] for (bank, _), category in zip(owners, categories, strict=True)]),
    )


def _choose(bank: AppearanceBank, rng: np.random.Generator) -> list[Int64s]:
    """Rows of each tracklet of one match."""
    bursts = {int(person): bank.bursts_of(int(person)) for person in np.unique(bank.person_ids)}
    candidates = [person for person, parts in bursts.items() if len(parts) >= 2]
    people = rng.permutation(candidates)[:PERSONS].tolist()
    return [rows for person in people for rows in _choose_of_person(bursts[person], rng)]


def _choose_of_person(bursts: list[Int64s], rng: np.random.Generator) -> list[Int64s]:
    """Up to TRACKLETS_EACH tracklets, no crop in two of them; bursts that are left over prolong some."""
    order = [bursts[index] for index in rng.permutation(len(bursts))]
    tracklets, left = order[:TRACKLETS_EACH], order[TRACKLETS_EACH:]
    if len(tracklets) > 2 and rng.random() < _TWO_BURSTS:
        left.append(tracklets.pop())
    for index, burst in enumerate(left):
        tracklets[index] = np.concatenate([tracklets[index], burst])
    return [_thin(rows, rng) for rows in tracklets]


def _thin(rows: Int64s, rng: np.random.Generator) -> Int64s:
    """Some of the rows by time, 1 to 15."""
    count = int(rng.integers(1, min(len(rows), TEMPORAL_CROPS) + 1))
    return np.sort(rng.permutation(rows)[:count])
