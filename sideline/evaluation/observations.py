"""Who was seen where: the form in which truth and results are compared. Knows no file and no metric."""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Bools, Float64s, Int64s
from sideline.errors import EvaluationError


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Rows of (frame, identity, place), in any order.

    Attributes:
        frame_index: (N,) i64.
        ids: (N,) i64, distinct within a frame.
        points_m: (N,2) f64 foot-points on the floor, metres.
    """

    frame_index: Int64s
    ids: Int64s
    points_m: Float64s

    def select(self, rows: Bools) -> "Observations":
        """The rows where the mask (N,) is true."""
        return Observations(self.frame_index[rows], self.ids[rows], self.points_m[rows])

    def within(self, frames: Int64s) -> "Observations":
        """The rows of the given frames (F,)."""
        return self.select(np.isin(self.frame_index, frames))

    def rows_of(self, frames: Int64s) -> list[Int64s]:
        """For every frame of `frames` (F,), the numbers of its rows."""
        order = np.argsort(self.frame_index, kind="stable")
        ordered = self.frame_index[order]
        starts, stops = np.searchsorted(ordered, frames), np.searchsorted(ordered, frames, side="right")
        return [order[start:stop] for start, stop in zip(starts, stops, strict=True)]

    def require_distinct_ids(self, origin: str) -> None:
        """Refuse rows in which somebody is in two places at once.

        Raises:
            EvaluationError: names the frame; `origin` says where the rows come from.
        """
        pairs, counts = np.unique(np.column_stack([self.frame_index, self.ids]), axis=0, return_counts=True)
        for frame, identity in pairs[counts > 1][:1]:
            raise EvaluationError(f"{origin}: ID {identity} stands twice in frame {frame}; write every ID once a frame")
