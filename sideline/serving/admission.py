"""Which streams a server takes: so many live ones and no more, and so many frames of each; refused in words otherwise.

Triton itself lets a stream without a free slot wait for ever, and dead cameras hold slots until they expire
(triton-inference-server/server#5467). The table is a file in shared memory, common to all instances of a step, which
are processes of their own. Knows correlation IDs and times; knows neither frames nor Triton's module.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from sideline.errors import AdmissionError
from sideline.serving.own_streams import is_own
from sideline.serving.shared_memory import SharedFile, path_of
from sideline.tensors import MOST_IN_FLIGHT

SILENCE_S: Final = 5.0
"""A stream that sent nothing for so long gives its place up when another one wants it."""
_OWN_PLACES: Final = 2
"""Places that are kept for the server's own streams, so that a full server can still be probed."""
_MOST_INSIDE: Final = MOST_IN_FLIGHT + 1
"""Frames of a stream between the first step and the last, and its END."""
_PLACE: Final = np.dtype(
    [("correlation_id", "u8"), ("seen_ns", "i8"), ("inside", "i8"), ("frames", "i8", (_MOST_INSIDE,))]
)
_CLOSED, _ANSWERED = 0, 1
"""The header's numbers: whether new streams are refused, and frames answered so far."""
_HEADER_BYTES: Final = 16


def table_path(server_pid: int) -> Path:
    """Where the table of a running server lies; the same for the server's steps and for who started it."""
    return path_of("streams", server_pid)


@cache
def table_of_parent() -> "StreamTable | None":
    """In a step's process: the table of its server; None for an ensemble whose first step keeps none."""
    return StreamTable.of_server(table_path(os.getppid()))


def most_streams() -> int:
    """In a step's process: streams that its server lets in at once, its own included; any number without a table."""
    table = table_of_parent()
    return sys.maxsize if table is None else table.count_places()


@dataclass(frozen=True, slots=True)
class Line:
    """What stands in an ensemble between its first step and its last.

    Attributes:
        answered: Frames that came to the last step since the server started.
        longest: Frames of clients at most that were there before one that comes now.
    """

    answered: int
    longest: int


class StreamTable:
    """The places of one server's streams.

    Args:
        path: The table's file; made if it is not there.
        capacity: Streams that may be live at once.
        silence_s: See ``SILENCE_S``.
        clock_ns: Clock common to all processes of the machine.
    """

    def __init__(
        self,
        path: Path,
        capacity: int,
        silence_s: float = SILENCE_S,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._capacity: Final = capacity
        self._silence_ns: Final = int(silence_s * 1e9)
        self._clock_ns: Final = clock_ns
        size = _HEADER_BYTES + (capacity + _OWN_PLACES) * _PLACE.itemsize
        self._file: Final = SharedFile(path, size)
        self._header: NDArray[np.int64] = np.frombuffer(self._file.memory, np.int64, 2)
        self._places = np.frombuffer(self._file.memory, _PLACE, offset=_HEADER_BYTES)

    @classmethod
    def of_server(cls, path: Path) -> Self | None:
        """The table that the steps of a server made; None when they made none."""
        if not path.is_file():
            return None
        return cls(path, (path.stat().st_size - _HEADER_BYTES) // _PLACE.itemsize - _OWN_PLACES)

    def admit(self, correlation_id: int | str, frame_index: int, start: bool, end: bool = False) -> None:
        """Let a request of a stream into the ensemble; each that passed is to be told to ``note_answer``.

        Args:
            correlation_id: Of the stream.
            frame_index: Of the request.
            start: Whether the request opens it; only then is a place given.
            end: Whether it closes it; that is let in behind as many frames as may be inside, for it makes room.

        Raises:
            AdmissionError: There is no place for it, or too many of its frames are inside; the message begins as the
                gRPC status that Triton cannot give.
        """
        if not isinstance(correlation_id, int):
            raise AdmissionError(f"INVALID_ARGUMENT: correlation ID {correlation_id!r} is no number: use a uint64")
        with self._file.locked():
            now_ns = self._clock_ns()
            held = np.flatnonzero(self._places["correlation_id"] == correlation_id)
            if held.size:
                place, frames = int(held[0]), self._frames_inside(held[0], now_ns)
                if len(frames) >= (_MOST_INSIDE if end and not start else MOST_IN_FLIGHT):
                    raise AdmissionError(
                        f"RESOURCE_EXHAUSTED: {len(frames)} frames of this stream are not answered yet: "
                        f"have at most {MOST_IN_FLIGHT} in flight"
                    )
            elif start:
                place, frames = self._find_place(correlation_id, now_ns), []
            else:
                raise AdmissionError(
                    f"ABORTED: stream {correlation_id} has no place here (any more): begin it again with START"
                )
            self._write(place, correlation_id, now_ns, [*frames, frame_index])

    def note_answer(self, correlation_id: int | str, frame_index: int, end: bool = False) -> None:
        """Count a request out that has come to the last step, and those before it: frames keep their order, so these
        met an error on their way. END frees the place, unless START has come after it.
        """
        with self._file.locked():
            self._header[_ANSWERED] += 1
            for place in np.flatnonzero(self._places["correlation_id"] == correlation_id):
                frames = self._read_frames(place)
                behind = frames[frames.index(frame_index) + 1 :] if frame_index in frames else frames
                gone = end and not behind
                self._write(place, 0 if gone else int(correlation_id), self._clock_ns(), behind)

    def count_live(self, silence_s: float | None = None) -> int:
        """Streams of clients that have a place and have not been silent for so long; see ``SILENCE_S``."""
        silence_ns = self._silence_ns if silence_s is None else int(silence_s * 1e9)
        with self._file.locked():
            clients = self._places[: self._capacity]
            recent = self._clock_ns() - clients["seen_ns"] <= silence_ns
            return int(((clients["correlation_id"] != 0) & recent).sum())

    def look_at_line(self) -> Line:
        """How far the line has moved, and how long it is at most: each stream with as many frames as may be inside."""
        with self._file.locked():
            held = int(np.count_nonzero(self._places["correlation_id"][: self._capacity]))
            return Line(int(self._header[_ANSWERED]), _MOST_INSIDE * held)

    def count_places(self) -> int:
        """Streams that can have a place at once, the server's own included."""
        return len(self._places)

    def close_doors(self) -> None:
        """Take no new stream from now on; those that are live go on."""
        self._header[_CLOSED] = 1

    def _frames_inside(self, place: int, now_ns: int) -> list[int]:
        """Frames on their way; none after a silence: what was not answered by then met an error and never will be."""
        is_silent = now_ns - self._places["seen_ns"][place] > self._silence_ns
        return [] if is_silent else self._read_frames(place)

    def _read_frames(self, place: int) -> list[int]:
        frames: list[int] = self._places["frames"][place].tolist()
        return frames[: self._places["inside"][place]]

    def _write(self, place: int, correlation_id: int, seen_ns: int, frames: list[int]) -> None:
        padding = [0] * (_MOST_INSIDE - len(frames))
        self._places[place] = (correlation_id, seen_ns, len(frames), frames + padding)

    def _find_place(self, correlation_id: int, now_ns: int) -> int:
        """A free place, or that of the stream that has been silent for longest."""
        own = is_own(correlation_id)
        if self._header[_CLOSED] and not own:
            raise AdmissionError("UNAVAILABLE: the server is being stopped and takes no new stream: come back later")
        first, end = (self._capacity, len(self._places)) if own else (0, self._capacity)
        places = self._places[first:end]
        seen_ns = np.where(places["correlation_id"] == 0, np.iinfo(np.int64).min, places["seen_ns"])
        oldest = int(seen_ns.argmin())
        if places["correlation_id"][oldest] and now_ns - seen_ns[oldest] <= self._silence_ns:
            raise AdmissionError(
                f"RESOURCE_EXHAUSTED: all {self._capacity} places for streams are taken: try again when one has ended, "
                "use another server, or raise max_streams in ensemble_configs and render"
            )
        return first + oldest
