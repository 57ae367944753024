"""tracks.parquet: one row a detection, columns as in docs/architecture.md. A frame without detections has no row.

``track_id`` is final: a track that turned out to be an earlier one has that one's ID from its first row on.
``live_track_id`` is what was known when the frame was answered; -1 where there is none. Team and number are the track's
as known when its window was solved; the last word on a track is in people.parquet.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from client.categories import name_category
from client.detections import Detections
from client.settling import LastWord, SettledFrame
from client.sinks.sink import explain_write_errors
from client.sinks.whole_file import discard, partial_path, publish, revised
from sideline.arrays import Int64s
from sideline.matches.revisions import revise_rows
from sideline.matches.schemas import DETECTIONS
from sideline.tensors import Category

_ROW_GROUP_FRAMES: Final = 1000
"""Frames that are held in memory before a row group is written: 40 s at 25 frames a second."""
_CAMERAS: Final = {0: "left", 1: "right"}


class ParquetSink:
    """Writes detections in row groups; the file has its name once it is complete.

    Args:
        path: The file; overwritten.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[SettledFrame] = []

    def open(self) -> None:
        """See ``SettledSink``."""
        discard(self._path)
        with explain_write_errors(self._path):
            self._writer = pq.ParquetWriter(partial_path(self._path), DETECTIONS)

    def write(self, frame: SettledFrame) -> None:
        """See ``SettledSink``."""
        self._waiting.append(frame)
        if len(self._waiting) >= _ROW_GROUP_FRAMES:
            self._flush()

    def close(self, last_word: LastWord) -> None:
        """See ``SettledSink``."""
        self._flush()
        if self._writer is not None:
            with explain_write_errors(self._path):
                self._writer.close()
            if len(last_word.revisions):
                _revise(self._path, last_word.revisions)
            publish(self._path)

    def abandon(self) -> None:
        """See ``SettledSink``."""
        if self._writer is not None:
            with suppress(OSError):
                self._writer.close()
        discard(self._path)

    def _flush(self) -> None:
        if self._writer is not None and self._waiting:
            with explain_write_errors(self._path):
                self._writer.write_table(to_table(self._waiting))
        self._waiting = []


def to_table(frames: list[SettledFrame]) -> pa.Table:
    """One row a detection, frames in order."""
    found = [frame.update.detections for frame in frames]
    counts = [len(each) for each in found]
    columns = {
        "frame_index": np.repeat([frame.update.frame_index for frame in frames], counts),
        "captured_at_ns": np.repeat([frame.update.captured_at_ns for frame in frames], counts),
        "status": np.repeat(np.array([frame.update.status for frame in frames], np.int32), counts),
        "track_id": np.concatenate([frame.track_ids for frame in frames]),
        **_place_columns(found),
        **_verdict_columns(frames),
        "camera": [_CAMERAS.get(camera) for each in found for camera in each.cameras.tolist()],
        "box": [box for each in found for box in _list_boxes(each)],
    }
    return pa.table(columns, schema=DETECTIONS)


def _revise(path: Path, revisions: Int64s) -> None:
    """Row groups hold whole frames, so each is put right by itself."""
    with (
        revised(path) as (before, anew),
        pq.ParquetFile(before) as written,
        pq.ParquetWriter(anew, DETECTIONS) as writer,
    ):
        for group in range(written.num_row_groups):
            writer.write_table(revise_rows(written.read_row_group(group), revisions))


def _place_columns(found: list[Detections]) -> dict[str, NDArray[Any]]:
    def join(take: Callable[[Detections], NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([take(each) for each in found])

    points_m, points_uv = join(lambda each: each.foot_points_m), join(lambda each: each.foot_points_uv)
    return {
        "micro_track_id": join(lambda each: each.micro_track_ids),
        "live_track_id": join(lambda each: each.track_ids),
        "x_m": points_m[:, 0],
        "z_m": points_m[:, 1],
        "u": points_uv[:, 0],
        "v": points_uv[:, 1],
        "score": join(lambda each: each.scores),
    }


def _verdict_columns(frames: list[SettledFrame]) -> dict[str, NDArray[Any] | list[str]]:
    teams = np.concatenate([frame.team_probabilities for frame in frames])
    named = np.repeat([frame.teams_named for frame in frames], [len(frame.track_ids) for frame in frames])
    likeliest = zip(teams.argmax(axis=1).tolist(), named.tolist(), strict=True)
    return {
        "team": [name_category(Category(category), by_sheet) for category, by_sheet in likeliest],
        "team_probability": teams.max(axis=1, initial=0.0),
        "jersey_number": np.concatenate([frame.jersey_numbers for frame in frames]),
        "jersey_probability": np.concatenate([frame.jersey_probabilities for frame in frames]),
    }


def _list_boxes(found: Detections) -> list[list[float] | None]:
    rows = zip(found.boxes_px.tolist(), found.cameras.tolist(), strict=True)
    return [box if camera in _CAMERAS else None for box, camera in rows]
