"""tracks.parquet: one row a detection, columns as in docs/architecture.md. A frame without detections has no row."""

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from client.frames import Update
from client.sinks.sink import explain_write_errors

_SCHEMA: Final = pa.schema(
    [
        ("frame_index", pa.int64()),
        ("captured_at_ns", pa.int64()),
        ("status", pa.int32()),
        ("micro_track_id", pa.int64()),
        *((name, pa.float32()) for name in ("x_m", "z_m", "u", "v", "score")),
    ]
)
_ROW_GROUP_FRAMES: Final = 1000
"""Frames that are held in memory before a row group is written: 40 s at 25 frames a second."""


class ParquetSink:
    """Writes detections in row groups; the file can be read once it is closed.

    Args:
        path: The file; overwritten.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[Update] = []

    def open(self) -> None:
        """See ``Sink``."""
        with explain_write_errors(self._path):
            self._writer = pq.ParquetWriter(self._path, _SCHEMA)

    def write(self, update: Update) -> None:
        """See ``Sink``."""
        self._waiting.append(update)
        if len(self._waiting) >= _ROW_GROUP_FRAMES:
            self._flush()

    def close(self) -> None:
        """See ``Sink``."""
        self._flush()
        if self._writer is not None:
            self._writer.close()

    def _flush(self) -> None:
        if self._writer is not None and self._waiting:
            with explain_write_errors(self._path):
                self._writer.write_table(_to_table(self._waiting))
        self._waiting = []


def _to_table(updates: list[Update]) -> pa.Table:
    counts = [len(update.scores) for update in updates]
    points_m = np.concatenate([update.foot_points_m for update in updates])
    points_uv = np.concatenate([update.foot_points_uv for update in updates])
    columns = {
        "frame_index": np.repeat([update.frame_index for update in updates], counts),
        "captured_at_ns": np.repeat([update.captured_at_ns for update in updates], counts),
        "status": np.repeat(np.array([update.status for update in updates], np.int32), counts),
        "micro_track_id": np.concatenate([update.micro_track_ids for update in updates]),
        "x_m": points_m[:, 0],
        "z_m": points_m[:, 1],
        "u": points_uv[:, 0],
        "v": points_uv[:, 1],
        "score": np.concatenate([update.scores for update in updates]),
    }
    return pa.table(columns, schema=_SCHEMA)
