"""What the crop encoder says about the people of simulated matches: stand-ins for crops in the trainings that follow.

A bank is one match, one file ``SEED.npz``. Knows nothing about how crops are encoded or what is trained on them.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s
from sideline.errors import TrainingError

STAFF = -1
"""Category of people who are neither players nor referees."""
_BURST_GAP_FRAMES = 12
"""Crops of a match between which there are more frames belong to different bursts."""


@dataclass(frozen=True, slots=True, eq=False)
class AppearanceBank:
    """Encoded crops of one match: M crops of P people, in bursts of close frames.

    Attributes:
        seed: () seed of the match.
        person_ids: [M] whose crop it is, index into the per-person arrays.
        frames: [M] frame_index.
        visibility: [M] in [0, 1] share of the person that can be seen.
        legible: [M] whether the number can truly be read in the crop.
        appearance: [M, 64] unit length.
        jersey: [M, 133], see sideline.crops.jersey.
        team: [M, 8], see sideline.crops.kit.
        crop_features: [M, 128].
        numbers: [P] jersey number 0–99, or NO_NUMBER.
        categories: [P] Category, or STAFF.
        kits: [3, 6] shirt and shorts of home, away and referees, CIELAB divided by 100.
    """

    seed: Int64s
    person_ids: Int64s
    frames: Int64s
    visibility: Float32s
    legible: Bools
    appearance: Float32s
    jersey: Float32s
    team: Float32s
    crop_features: Float32s
    numbers: Int64s
    categories: Int64s
    kits: Float32s

    @property
    def bursts(self) -> Int64s:
        """[M] burst of each crop, numbered from 0 by time."""
        moments = np.unique(self.frames)
        starts = moments[np.flatnonzero(np.diff(moments, prepend=-np.inf) > _BURST_GAP_FRAMES)]
        return np.asarray(np.searchsorted(starts, self.frames, side="right") - 1, np.int64)

    def rows_of(self, person_id: int) -> Int64s:
        """Rows of one person's crops, by frame."""
        rows = np.flatnonzero(self.person_ids == person_id)
        return np.asarray(rows[np.argsort(self.frames[rows], kind="stable")], np.int64)

    def bursts_of(self, person_id: int) -> list[Int64s]:
        """Rows of one person's crops in each burst that they are in; each by frame."""
        rows = self.rows_of(person_id)
        bursts = self.bursts[rows]
        return [rows[bursts == burst] for burst in np.unique(bursts)]


def save_bank(bank: AppearanceBank, folder: Path) -> Path:
    """Write ``folder/SEED.npz``; the file appears only when it is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{int(bank.seed):06d}.npz"
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **{field.name: getattr(bank, field.name) for field in fields(AppearanceBank)})
    partial.rename(path)
    return path


def load_bank(path: Path) -> AppearanceBank:
    """Read one bank.

    Raises:
        TrainingError: the file is absent, broken or lacks an array.
    """
    try:
        with np.load(path) as arrays:
            return AppearanceBank(**{field.name: arrays[field.name] for field in fields(AppearanceBank)})
    except Exception as error:  # zip, pickle and key errors of NumPy's own
        raise TrainingError(f"{path} is no appearance bank: {error}; make it with sideline train bank") from error


def load_banks(folder: Path) -> list[AppearanceBank]:
    """Read all banks of a folder in the order of their seeds.

    Raises:
        TrainingError: there is none, or one cannot be read.
    """
    paths = sorted(path for path in folder.glob("*.npz") if not path.name.endswith(".partial.npz"))
    if not paths:
        raise TrainingError(f"{folder} holds no appearance bank; make some with sideline train bank")
    return [load_bank(path) for path in paths]
