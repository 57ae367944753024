"""Matches for the encoders drawn by hand: everybody's crop is of one colour, everybody's bank rows of one number."""

import numpy as np
import simplejpeg

from sideline.tensors import NO_NUMBER, Category
from sideline.training.appearance_bank import STAFF, AppearanceBank
from sideline.training.crop_shards import CropRows, CropShard

NUMBERS = np.array([4, 0, 23, 77, NO_NUMBER, NO_NUMBER])
DIGITS = np.array([1, 2, 2, 2, 0, 0])
CATEGORIES = np.array([Category.HOME, Category.HOME, Category.AWAY, Category.AWAY, Category.REFEREE, STAFF])
KITS = np.arange(18, dtype=np.float32).reshape(3, 6) / 20
PEOPLE = len(NUMBERS)
BURST_FRAMES = 3
_CLEAR, _HIDDEN = (12.0, 14.0, 0.0, 0.0), (12.0, 14.0, 1.0, 0.0)
"""Height, width, hidden share and blur of a number."""


def level_of(person: int) -> int:
    """Grey level of a person's crops."""
    return 40 * person + 20


def draw_crops(seed: int = 7, bursts: int = 5) -> CropShard:
    """Six people in every frame of some bursts of three frames; even people's numbers can be read in even bursts."""
    burst, frame, person = np.meshgrid(np.arange(bursts), np.arange(BURST_FRAMES), np.arange(PEOPLE), indexing="ij")
    person, burst = person.ravel(), burst.ravel()
    jpegs = [
        simplejpeg.encode_jpeg(np.full((256, 128, 3), level_of(p), np.uint8), quality=95, colorspace="RGB")
        for p in person
    ]
    rows = CropRows(
        person_ids=person,
        frames=100 * burst + 3 * frame.ravel(),
        bursts=burst,
        visibility=np.ones(len(person), np.float32),
        number_truths=np.where(((person % 2 == 0) & (burst % 2 == 0))[:, None], _CLEAR, _HIDDEN).astype(np.float32),
        shown_numbers=NUMBERS[person],
        shown_digits=DIGITS[person],
        number_places=np.tile(np.float32([[64, 96], [56, 96], [72, 96]]), (len(person), 1, 1)),
    )
    return CropShard(
        seed=np.array(seed),
        rows=rows,
        jpegs=np.frombuffer(b"".join(jpegs), np.uint8),
        offsets=np.cumsum([0, *map(len, jpegs)]),
        numbers=NUMBERS,
        categories=CATEGORIES,
        kits=KITS,
    )


def make_bank(seed: int = 7, bursts: int = 5) -> AppearanceBank:
    """What a perfect but mute encoder says: appearances are unit vectors, jersey and team are 0."""
    rows = draw_crops(seed, bursts).rows
    count = len(rows.person_ids)
    return AppearanceBank(
        seed=np.array(seed),
        person_ids=rows.person_ids,
        frames=rows.frames,
        visibility=rows.visibility,
        legible=rows.legible,
        appearance=np.eye(64, dtype=np.float32)[rows.person_ids],
        jersey=np.zeros((count, 133), np.float32),
        team=np.zeros((count, 8), np.float32),
        crop_features=np.repeat(rows.person_ids[:, None] + 1.0, 128, axis=1).astype(np.float32),
        numbers=NUMBERS,
        categories=CATEGORIES,
        kits=KITS,
    )
