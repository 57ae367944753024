"""The truth of a recorded match, truth.parquet, as trainers need it. Knows no video and no network."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sideline.arena.panorama import Panorama
from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.errors import TrainingError
from sideline.training.annotations import ON_FLOOR_MARGIN_M
from sideline.training.panoramas import Truth, locate_people

REQUIRED: Final = ("frame_index", "person_id", "x_m", "z_m")
_NOWHERE_M: Final = 1000.0
"""Where people are put who are not mentioned in a frame: outside every picture."""


@dataclass(frozen=True, slots=True, eq=False)
class MatchTruth:
    """Rows of truth.parquet, one a frame and person, N in all.

    Attributes:
        frame_index, person_ids: [N].
        points_m: [N, 2] foot-points, x and z in metres.
        visibility: [N] in [0, 1].
        on_floor: [N] whoever a tracker has to find; None where it follows from the places.
    """

    frame_index: Int64s
    person_ids: Int64s
    points_m: Float64s
    visibility: Float32s
    on_floor: Bools | None

    def within(self, panorama: Panorama, frames: Int64s) -> Truth:
        """The truth of ``frames`` [F]; people are numbered anew from 0, as trainers need small numbers."""
        rows = np.flatnonzero(np.isin(self.frame_index, frames))
        frame = np.searchsorted(frames, self.frame_index[rows])
        people, person = np.unique(self.person_ids[rows], return_inverse=True)
        shape = (len(frames), len(people))
        points_m = np.full((*shape, 2), _NOWHERE_M)
        points_m[frame, person] = self.points_m[rows]
        visibility = np.zeros(shape, np.float32)
        visibility[frame, person] = self.visibility[rows]
        on_floor = panorama.rig.court.contains(points_m.reshape(-1, 2), ON_FLOOR_MARGIN_M).reshape(shape)
        if self.on_floor is not None:
            on_floor = np.zeros(shape, np.bool_)
            on_floor[frame, person] = self.on_floor[rows]
        return locate_people(panorama, frames, np.arange(len(people)), points_m, on_floor, visibility)


def read_match_truth(match_dir: Path) -> MatchTruth:
    """Read truth.parquet of a match folder; without visibility everybody is wholly visible.

    Raises:
        TrainingError: it is absent or broken, lacks a column, or has an empty place.
    """
    path = match_dir / "truth.parquet"
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise TrainingError(f"cannot read {path}: {error}; make it with `sideline import-annotations`") from error
    missing = [name for name in REQUIRED if name not in table.column_names]
    if missing:
        raise TrainingError(f"{path} lacks the columns {', '.join(missing)}: docs/your_own_arena.md lists them")
    points_m = np.column_stack([np.asarray(table[name].to_numpy(), np.float64) for name in ("x_m", "z_m")])
    if not np.isfinite(points_m).all():
        raise TrainingError(f"{path} has an empty x_m or z_m: leave out the rows of people who are not there")
    names = table.column_names
    return MatchTruth(
        np.asarray(table["frame_index"].to_numpy(), np.int64),
        np.asarray(table["person_id"].to_numpy(), np.int64),
        points_m,
        np.asarray(table["visibility"].to_numpy() if "visibility" in names else np.ones(len(points_m)), np.float32),
        np.asarray(table["on_floor"].to_numpy(), np.bool_) if "on_floor" in names else None,
    )
