"""people.parquet: one row a track, with the last word on it and the frames in which it was seen.

Columns: track_id int64; category ("home", "away", "referee"; "A", "B" for teams that no match sheet names);
home_probability, away_probability, referee_probability float32 (those of A and B likewise); jersey_number int32 (-1:
nothing legible) and jersey_probability float32; first_frame, last_frame, detections int64.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from client.categories import name_category
from client.settling import SettledFrame, Verdict
from client.sinks.sink import explain_write_errors
from client.sinks.whole_file import discard, partial_path, written_whole
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


@dataclass(slots=True)
class _Presence:
    """Where a track was seen."""

    first_frame: int
    last_frame: int
    detections: int = 0


class PeopleSink:
    """Counts while the run lasts, writes at its end; holds one row a track.

    Args:
        path: The file; overwritten.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._presences: dict[int, _Presence] = {}

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
                presence = self._presences.setdefault(track, _Presence(index, index))
                presence.last_frame = index
                presence.detections += 1

    def close(self, verdicts: dict[int, Verdict], teams_named: bool) -> None:
        """See ``SettledSink``."""
        rows = [
            _to_row(track, verdicts.get(track, _UNKNOWN), teams_named, presence)
            for track, presence in sorted(self._presences.items())
        ]
        with written_whole(self._path) as partial:
            pq.write_table(_to_table(rows), partial)

    def abandon(self) -> None:
        """See ``SettledSink``."""
        discard(self._path)


def _to_row(track: int, verdict: Verdict, teams_named: bool, presence: _Presence) -> tuple[_Value, ...]:
    """Values in the order of the columns."""
    return (
        track,
        name_category(verdict.category, teams_named),
        *verdict.team_probabilities,
        verdict.jersey_number,
        verdict.jersey_probability,
        presence.first_frame,
        presence.last_frame,
        presence.detections,
    )


def _to_table(rows: list[tuple[_Value, ...]]) -> pa.Table:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(_COLUMNS)}
    return pa.table(columns, schema=pa.schema(list(_COLUMNS.items())))
