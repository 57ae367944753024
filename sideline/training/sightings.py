"""What a detector and a micro-tracker see of simulated people: a row a detection. Knows not how it comes about."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s

NOBODY: Final = -1
"""Person of a detection that is nobody's."""
CAST: Final = 23
"""People with IDs below this can be on the floor: ten home, ten away, three referees; the same in every match."""
FPS: Final = 25


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """D detections, by frame; within a frame by falling score.

    Attributes:
        frames: [D] i64, rising.
        persons: [D] i64 person_id, or NOBODY.
        neighbours: [D] i64 person_id of whoever the detection shows; of nobody's, whoever stands beside it.
        points_m: [D, 2] f32 foot-points x and z.
        visibility: [D] f32 in [0, 1] of the neighbour.
        scores: [D] f32 in (0, 1).
        micro_track_ids: [D] i64 from 1, distinct in a frame; 0 before there are any.
    """

    frames: Int64s
    persons: Int64s
    neighbours: Int64s
    points_m: Float32s
    visibility: Float32s
    scores: Float32s
    micro_track_ids: Int64s

    def __len__(self) -> int:
        return len(self.frames)

    def select(self, rows: Bools | Int64s | slice) -> "Sightings":
        """Some of the rows."""
        return Sightings(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def within(self, first: int, last: int) -> "Sightings":
        """The rows of the frames first … last - 1."""
        return self.select(slice(*np.searchsorted(self.frames, [first, last]).tolist()))

    def split_by_frame(self) -> list[Int64s]:
        """Numbers of the rows of each frame that has any."""
        starts = np.flatnonzero(np.diff(self.frames)) + 1
        return np.split(np.arange(len(self)), starts) if len(self) else []


def join_sightings(parts: list[Sightings]) -> Sightings:
    """All rows, by frame and falling score."""
    joined = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Sightings)}
    return Sightings(**joined).select(np.lexsort((-joined["scores"], joined["frames"])))
