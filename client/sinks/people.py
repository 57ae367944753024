"""people.parquet: one row a track, with the last word on it and the frames in which it was seen.

Columns: track_id int64; category ("home", "away", "referee"; "A", "B" for teams that no match sheet names);
home_probability, away_probability, referee_probability float32 (those of A and B likewise); jersey_number int32 (-1:
nothing legible) and jersey_probability float32; first_frame, last_frame, detections int64.
"""

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from client.categories import name_category
from client.settling import LastWord, SettledFrame, Verdict
from client.sinks.sink import explain_write_errors
from client.sinks.whole_file import discard, partial_path, written_whole
from sideline.arrays import Int64s
from sideline.matches.revisions import revise_ids
from sideline.tensors import NO_NUMBER, NO_TRACK

_COLUMNS: Final = {
    "track_id": pa.int64(),
    "category": pa.string(),
    "home_probability": pa.float32(),
    "away_probability": pa.float32(),
    "referee_probability": pa.float32(),
    "jersey_number": pa.int32(),
    "jersey_probability": pa.float32(),
    "first_frame": pa.int64(),
    "last_frame": pa.int64(),
    "detections": pa.int64(),
}
_UNKNOWN: Final = Verdict((1 / 3, 1 / 3, 1 / 3), NO_NUMBER, 0.0)
_Value = int | float | str


class PeopleSink:
    """Keeps in which frames each track was seen, and writes at the end; 8 bytes a detection, 32 MB in 3 h.

    Args:
        path: The file; overwritten.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames_of: dict[int, array[int]] = {}

    def open(self) -> None:
        """See ``SettledSink``; an earlier run's file goes."""
        discard(self._path)
        with explain_write_errors(self._path):
            partial_path(self._path).touch()

    def write(self, frame: SettledFrame) -> None:
        """See ``SettledSink``."""
        index = frame.update.frame_index
        for track in frame.track_ids.tolist():
            if track != NO_TRACK:
                self._frames_of.setdefault(track, array("q")).append(index)

    def close(self, last_word: LastWord) -> None:
        """See ``SettledSink``."""
        seen = _find_frames(self._frames_of, last_word.revisions)
        rows = [
            _to_row(track, last_word.verdicts.get(track, _UNKNOWN), last_word.teams_named, frames)
            for track, frames in sorted(seen.items())
        ]
        with written_whole(self._path) as partial:
            pq.write_table(_to_table(rows), partial)

    def abandon(self) -> None:
        """See ``SettledSink``."""
        discard(self._path)


def _find_frames(frames_of: Mapping[int, Sequence[int]], revisions: Int64s) -> dict[int, Int64s]:
    """The frames in which each track was seen, rising, now that it is known who is who."""
    tracks = np.repeat(list(frames_of), [len(frames) for frames in frames_of.values()]).astype(np.int64)
    frames = np.concatenate([np.empty(0, np.int64), *frames_of.values()]).astype(np.int64)
    tracks = revise_ids(frames, tracks, revisions)
    return {track: np.sort(frames[tracks == track]) for track in np.unique(tracks[tracks != NO_TRACK]).tolist()}


def _to_row(track: int, verdict: Verdict, teams_named: bool, frames: Int64s) -> tuple[_Value, ...]:
    """Values in the order of the columns."""
    return (
        track,
        name_category(verdict.category, teams_named),
        *verdict.team_probabilities,
        verdict.jersey_number,
        verdict.jersey_probability,
        int(frames[0]),
        int(frames[-1]),
        len(frames),
    )


def _to_table(rows: list[tuple[_Value, ...]]) -> pa.Table:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(_COLUMNS)}
    return pa.table(columns, schema=pa.schema(list(_COLUMNS.items())))
