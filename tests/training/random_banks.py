"""Appearance banks made by rule: everybody looks like themselves, plus noise."""

import numpy as np

from sideline.crops.jersey import label_jerseys, split_jersey
from sideline.crops.kit import split_team
from sideline.tensors import NO_NUMBER, Category
from sideline.training.appearance_bank import STAFF, AppearanceBank

CATEGORIES = np.array([Category.HOME] * 10 + [Category.AWAY] * 10 + [Category.REFEREE] * 3 + [STAFF] * 4, np.int64)
BURSTS, CROPS_OF_A_BURST, STEP = 5, 8, 3


def make_random_bank(seed: int, noise: float = 0.1, legible: float = 0.3) -> AppearanceBank:
    """A bank of one match; ``noise`` is the standard deviation in each of the 64 numbers of the appearance."""
    rng = np.random.default_rng(seed)
    burst = np.repeat(np.arange(BURSTS) * 200, CROPS_OF_A_BURST) + np.tile(np.arange(CROPS_OF_A_BURST), BURSTS) * STEP
    persons = np.repeat(np.arange(23), len(burst))
    count = len(persons)
    numbers = np.where(CATEGORIES < Category.REFEREE, rng.permutation(100)[:27], NO_NUMBER)
    kits = np.stack([rng.uniform([0, -0.5, -0.5] * 2, [1, 0.5, 0.5] * 2) for _ in range(3)])
    is_legible = (rng.random(count) < legible) & (numbers[persons] != NO_NUMBER)
    return AppearanceBank(
        seed=np.array(seed),
        person_ids=persons,
        frames=np.tile(burst, 23),
        visibility=rng.beta(4, 1, count).astype(np.float32),
        legible=is_legible,
        appearance=_appearance(persons, noise, rng),
        jersey=_jersey(np.where(is_legible, numbers[persons], NO_NUMBER)),
        team=_team(persons, kits, rng),
        crop_features=rng.normal(size=(count, 128)).astype(np.float32),
        numbers=numbers,
        categories=CATEGORIES,
        kits=kits.astype(np.float32),
    )


def _appearance(persons: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:  # type: ignore[type-arg]
    teams, people = rng.normal(size=(3, 64)), rng.normal(size=(23, 64))
    looks = (0.7 * teams[CATEGORIES[persons]] + people[persons]) / 10 + noise * rng.normal(size=(len(persons), 64))
    return np.asarray(looks / np.linalg.norm(looks, axis=1, keepdims=True), np.float32)


def _jersey(shown: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    logits = np.zeros((len(shown), 133), np.float32)
    parts = split_jersey(logits)
    labels = label_jerseys(shown, np.where(shown > 9, 2, 1))
    for name in ("legibility", "single_digit", "tens_digit", "ones_digit", "whole_number"):
        label = getattr(labels, name)
        rows = np.flatnonzero(label != NO_NUMBER)
        getattr(parts, name)[rows, label[rows]] = 6.0
    return logits


def _team(persons: np.ndarray, kits: np.ndarray, rng: np.random.Generator) -> np.ndarray:  # type: ignore[type-arg]
    team = np.zeros((len(persons), 8), np.float32)
    parts = split_team(team)
    parts.category[:, 0], parts.category[:, 1] = 2, -2
    parts.category[CATEGORIES[persons] == Category.REFEREE] *= -1
    colours = kits[CATEGORIES[persons]] + rng.normal(0, 0.06, (len(persons), 6))
    parts.shirt_lab[:], parts.shorts_lab[:] = colours[:, :3], colours[:, 3:]
    return team
