"""IDs that never repeat within a stream, although every sequence of the server begins at 1.

After a break the server starts clean, and its first micro-track is nobody whom the sequence before knew. Here the IDs
of a later sequence go on where those before ended.
"""

from dataclasses import dataclass, replace

import numpy as np

from client.frames import Update
from client.windows import SolvedWindows
from sideline.arrays import Int64s


@dataclass(frozen=True, slots=True)
class HighestIds:
    """The highest IDs that were given out; 0 for none yet."""

    micro_track: int = 0
    track: int = 0


class Renumbering:
    """Shifts the IDs of one sequence after the other.

    Args:
        taken: IDs up to these belong to earlier sequences.
    """

    def __init__(self, taken: HighestIds) -> None:
        self._taken = taken
        self._highest = taken

    def begin_sequence(self) -> None:
        """What comes now is of a new sequence."""
        self._taken = self._highest

    def renumber(self, update: Update) -> Update:
        """The update with the stream's IDs in place of its sequence's."""
        if self._taken != HighestIds():
            update = self._shift(update)
        self._highest = _raise(self._highest, update)
        return update

    def _shift(self, update: Update) -> Update:
        found, taken = update.detections, self._taken
        detections = replace(
            found,
            micro_track_ids=_shift_ids(found.micro_track_ids, taken.micro_track),
            track_ids=_shift_ids(found.track_ids, taken.track),
        )
        windows = None if update.windows is None else _shift_windows(update.windows, taken)
        return replace(update, detections=detections, windows=windows)


def _shift_windows(windows: SolvedWindows, taken: HighestIds) -> SolvedWindows:
    tracks = replace(windows.tracks, track_ids=_shift_ids(windows.tracks.track_ids, taken.track))
    return replace(
        windows,
        micro_track_ids=_shift_ids(windows.micro_track_ids, taken.micro_track),
        track_ids=_shift_ids(windows.track_ids, taken.track),
        tracks=tracks,
        revisions=_shift_ids(windows.revisions, taken.track),
    )


def _shift_ids(ids: Int64s, by: int) -> Int64s:
    """Those below 1 name nobody and stay."""
    return np.where(ids > 0, ids + by, ids)


def _raise(highest: HighestIds, update: Update) -> HighestIds:
    micro_track = int(update.detections.micro_track_ids.max(initial=highest.micro_track))
    track = int(update.detections.track_ids.max(initial=highest.track))
    if update.windows is not None:
        micro_track = int(update.windows.micro_track_ids.max(initial=micro_track))
        track = int(update.windows.tracks.track_ids.max(initial=track))
    return HighestIds(micro_track, track)
