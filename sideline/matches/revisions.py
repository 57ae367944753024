"""Rows that were written before a track turned out to be an earlier one, or nobody: they are put right afterwards."""

from typing import Final

import numpy as np
import pyarrow as pa

from sideline.arrays import Int64s
from sideline.tensors import NO_TRACK

NO_REVISIONS: Final = np.zeros((0, 2), np.int64)


def revise_ids(frames: Int64s, track_ids: Int64s, revisions: Int64s) -> Int64s:
    """The tracks of detections, as known once all revisions are; a second time changes nothing.

    Args:
        frames: (N,) frame of each detection; a frame is there with all its detections, or not at all.
        track_ids: (N,) as answered, distinct within a frame but for NO_TRACK.
        revisions: (R,2) later track and the earlier one that it turned out to be, NO_TRACK for nobody, in the order of
            the answers.

    Returns:
        (N,) track IDs, distinct within a frame but for NO_TRACK. Where a frame shows both tracks, the earlier one's
        detection is nobody's: before it was lost, that track followed somebody else or a second detection.
    """
    ids = track_ids.copy()
    for later, earlier in revisions.tolist():
        rows = ids == later
        ids[(ids == earlier) & np.isin(frames, frames[rows])] = NO_TRACK
        ids[rows] = earlier
    return ids


def revise_rows(rows: pa.Table, revisions: Int64s) -> pa.Table:
    """Rows of whole frames, columns as `sideline.matches.schemas.DETECTIONS`, with their final ``track_id``."""
    frames, ids = (np.asarray(rows[name].to_numpy(), np.int64) for name in ("frame_index", "track_id"))
    return rows.set_column(rows.column_names.index("track_id"), "track_id", [revise_ids(frames, ids, revisions)])
