"""Appearance banks made by rule: what an encoder of known quality would say of made-up people's jerseys."""

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s
from sideline.crops.jersey import JERSEY_DIMS, NOTHING, label_jerseys, split_jersey
from sideline.tensors import NO_NUMBER, Category
from sideline.training.appearance_bank import STAFF, AppearanceBank

BURSTS, BURST_CROPS = 5, 8


def say_jerseys(numbers: Int64s, rng: np.random.Generator, strength: float = 6.0, noise: float = 1.0) -> Float32s:
    """[N, 133] logits of crops that show these numbers [N]; NO_NUMBER where nothing is legible."""
    jersey = rng.normal(0, noise, (len(numbers), JERSEY_DIMS)).astype(np.float32)
    digits = np.where(numbers > 9, 2, 1)
    labels, parts = label_jerseys(numbers, digits), split_jersey(jersey)
    for name in ("legibility", "single_digit", "tens_digit", "ones_digit", "whole_number"):
        wanted = getattr(labels, name)
        rows = np.flatnonzero(wanted != NO_NUMBER)
        getattr(parts, name)[rows, wanted[rows]] += strength
    assert (labels.legibility[numbers == NO_NUMBER] == NOTHING).all()
    return jersey


def make_bank(
    seed: int, numbers: tuple[int, ...], categories: tuple[int, ...], legible_share: float = 0.4, noise: float = 1.0
) -> AppearanceBank:
    """A match of people who wear `numbers` [P]; STAFF and referees have NO_NUMBER."""
    rng = np.random.default_rng(seed)
    persons = np.repeat(np.arange(len(numbers)), BURSTS * BURST_CROPS)
    frames = np.tile(np.add.outer(100 * np.arange(BURSTS), 3 * np.arange(BURST_CROPS)).ravel(), len(numbers))
    worn = np.array(numbers)[persons]
    legible: Bools = (rng.random(len(persons)) < legible_share) & (worn != NO_NUMBER)
    return AppearanceBank(
        seed=np.array(seed),
        person_ids=persons,
        frames=frames,
        visibility=np.ones(len(persons), np.float32),
        legible=legible,
        appearance=np.zeros((len(persons), 64), np.float32),
        jersey=say_jerseys(np.where(legible, worn, NO_NUMBER), rng, noise=noise),
        team=np.zeros((len(persons), 8), np.float32),
        crop_features=np.zeros((len(persons), 128), np.float32),
        numbers=np.array(numbers),
        categories=np.array(categories),
        kits=np.zeros((3, 6), np.float32),
    )


def make_match(seed: int, legible_share: float = 0.4, noise: float = 1.0) -> AppearanceBank:
    """Ten players with different numbers, a referee and one of the staff."""
    rng = np.random.default_rng(seed)
    numbers = (*rng.permutation(100)[:10].tolist(), NO_NUMBER, NO_NUMBER)
    categories = (*[Category.HOME] * 5, *[Category.AWAY] * 5, Category.REFEREE, STAFF)
    return make_bank(seed, numbers, categories, legible_share, noise)
