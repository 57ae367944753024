"""tracks.mot.txt: MOTChallenge's ten columns, for its tools and others'.

    frame, id, bb_left, bb_top, bb_width, bb_height, conf, x, y, z

``frame`` is 1-based as there (frame_index + 1); ``id`` is the final track, -1 where none is known; the box is -1
throughout, since players are tracked as foot-points in two cameras; ``conf`` is the score; x, y, z are metres in the
arena: x along, y up (0 on the floor), z across.
"""

from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TextIO

import numpy as np

from client.settling import LastWord, SettledFrame
from client.sinks.sink import explain_write_errors
from client.sinks.whole_file import discard, partial_path, publish, revised
from sideline.arrays import Int64s
from sideline.matches.revisions import revise_ids


class MotSink:
    """Writes one line a detection.

    Args:
        path: The file; overwritten.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def open(self) -> None:
        """See ``SettledSink``."""
        discard(self._path)
        with explain_write_errors(self._path):
            self._file = partial_path(self._path).open("w", encoding="ascii")

    def write(self, frame: SettledFrame) -> None:
        """See ``SettledSink``."""
        if self._file is not None:
            with explain_write_errors(self._path):
                self._file.writelines(to_mot_lines(frame))

    def close(self, last_word: LastWord) -> None:
        """See ``SettledSink``."""
        if self._file is not None:
            with explain_write_errors(self._path):
                self._file.close()
            if len(last_word.revisions):
                _revise(self._path, last_word.revisions)
            publish(self._path)

    def abandon(self) -> None:
        """See ``SettledSink``."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        discard(self._path)


def to_mot_lines(frame: SettledFrame) -> list[str]:
    """The lines of one frame, each with its line break; columns as in the module's docstring."""
    found, number = frame.update.detections, frame.update.frame_index + 1
    rows = zip(frame.track_ids.tolist(), found.foot_points_m.tolist(), found.scores.tolist(), strict=True)
    return [f"{number},{track_id},-1,-1,-1,-1,{score:.4f},{x:.3f},0.000,{z:.3f}\n" for track_id, (x, z), score in rows]


def _revise(path: Path, revisions: Int64s) -> None:
    with revised(path) as (before, anew), before.open(encoding="ascii") as old, anew.open("w", encoding="ascii") as new:
        for _, lines in groupby(old, key=lambda line: line.partition(",")[0]):
            new.writelines(_revise_lines(lines, revisions))


def _revise_lines(lines: Iterable[str], revisions: Int64s) -> list[str]:
    """The lines of one frame."""
    rows = [line.split(",", maxsplit=2) for line in lines]
    ids = np.array([int(track_id) for _, track_id, _ in rows], np.int64)
    given = revise_ids(np.zeros_like(ids), ids, revisions).tolist()
    return [f"{frame},{track_id},{rest}" for (frame, _, rest), track_id in zip(rows, given, strict=True)]
