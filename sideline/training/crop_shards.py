"""Crops of people with truth, from the simulator: one shard a match, made once and kept on disk as JPEGs.

Crops go the served way (render → camera JPEG → decode → cut_people), from foot-points as wrong as a detector's. A
shard is ``SEED.npz``. Knows nothing about networks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from sideline.arrays import Bools, Float32s, Image, Int64s
from sideline.crops.kit import lab_from_rgb
from sideline.errors import TrainingError
from sideline.simulator.legibility import find_legible
from sideline.simulator.people import Kit, People, Person
from sideline.tensors import NO_NUMBER, Category
from sideline.training.appearance_bank import STAFF


@dataclass(frozen=True, slots=True, eq=False)
class CropRows:
    """M crops of one match.

    Attributes:
        person_ids: [M] index into the per-person arrays.
        frames: [M] frame_index.
        bursts: [M] which run of frames, 0-based.
        visibility: [M] in [0, 1], in the crop's camera.
        number_truths: [M, 4] height, width, hidden share and blur of the number in the camera, as in
            `sideline.simulator.legibility.NumberTruth`.
        shown_numbers: [M] number on the shirt in this crop, 0–99, or NO_NUMBER; see `render_crops`.
        shown_digits: [M] digits of it: 0, 1 or 2.
        number_places: [M, 3, 2] middle of the number, of its left and of its right half: x, y in pixels of the crop;
            of no account where it is not legible.
    """

    person_ids: Int64s
    frames: Int64s
    bursts: Int64s
    visibility: Float32s
    number_truths: Float32s
    shown_numbers: Int64s
    shown_digits: Int64s
    number_places: Float32s

    @property
    def legible(self) -> Bools:
        """[M] whether the person's number can be read in the crop; false for those without one."""
        return find_legible(*self.number_truths.T) & (self.shown_digits > 0)


@dataclass(frozen=True, slots=True, eq=False)
class CropShard:
    """Crops of one match and who is in them.

    Attributes:
        seed: () seed of the match.
        rows: About each of the M crops.
        jpegs: [B] the crops' JPEGs, one behind the other.
        offsets: [M + 1] where each begins, and the end.
        numbers: [P] jersey number 0–99, or NO_NUMBER.
        categories: [P] Category, or STAFF.
        kits: [3, 6] shirt and shorts of home, away and referees, CIELAB divided by 100.
    """

    seed: Int64s
    rows: CropRows
    jpegs: NDArray[np.uint8]
    offsets: Int64s
    numbers: Int64s
    categories: Int64s
    kits: Float32s

    def __len__(self) -> int:
        return len(self.rows.person_ids)

    def image(self, row: int) -> Image:
        """One crop, [256, 128, 3] uint8 RGB."""
        jpeg = self.jpegs[self.offsets[row] : self.offsets[row + 1]]
        decoded: Image = simplejpeg.decode_jpeg(jpeg, colorspace="RGB")
        return decoded


def describe_people(people: People) -> dict[str, NDArray[np.generic]]:
    """The arrays of a shard that say who takes part: numbers, categories, kits."""
    kits = (people.home_kit, people.away_kit, people.referee_kit)
    return {
        "numbers": read_numbers(people)[0],
        "categories": np.array([_category(person) for person in people.persons]),
        "kits": np.stack([_colours(kit) for kit in kits]),
    }


def read_numbers(people: People) -> tuple[Int64s, Int64s]:
    """Everybody's number [P], 0–99 or NO_NUMBER, and its digits [P]."""
    texts = [person.number for person in people.persons]
    numbers = np.array([int(text) if text else NO_NUMBER for text in texts], np.int64)
    return numbers, np.array([len(text) for text in texts], np.int64)


def _category(person: Person) -> int:
    return Category[person.category.upper()] if person.category != "bench" else STAFF


def _colours(kit: Kit) -> Float32s:
    return lab_from_rgb([kit.shirt_rgb, kit.shorts_rgb]).ravel()


def save_shard(shard: CropShard, path: Path) -> None:
    """Write a shard; the file appears only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    arrays = {field.name: getattr(shard.rows, field.name) for field in fields(CropRows)}
    arrays |= {field.name: getattr(shard, field.name) for field in fields(CropShard) if field.name != "rows"}
    np.savez(partial, **arrays)
    partial.rename(path)


def load_shard(path: Path) -> CropShard:
    """Read a shard.

    Raises:
        TrainingError: the file is absent, broken or lacks an array.
    """
    try:
        with np.load(path) as arrays:
            rows = CropRows(**{field.name: arrays[field.name] for field in fields(CropRows)})
            rest = {field.name: arrays[field.name] for field in fields(CropShard) if field.name != "rows"}
    except Exception as error:  # zip, pickle and key errors of NumPy's own
        raise TrainingError(f"{path} is no shard of crops: {error}; make it with sideline train crops") from error
    return CropShard(rows=rows, **rest)


def shard_paths(folder: Path) -> list[Path]:
    """Complete shards of a folder in the order of seeds."""
    return sorted(path for path in folder.glob("*.npz") if not path.name.endswith(".partial.npz"))


def open_crop_shards(folder: Path) -> Iterator[CropShard]:
    """Read every shard of a folder, one after the other.

    Raises:
        TrainingError: there is none, or one cannot be read.
    """
    paths = shard_paths(folder)
    if not paths:
        raise TrainingError(f"{folder} holds no crops; make some with sideline train crops")
    for path in paths:
        yield load_shard(path)
