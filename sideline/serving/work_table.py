"""What each process of a server is at: a count that rises when it takes a request up and when it lays it down.

So a watchdog sees that a process has been at one request for too long, although others answer and no canary meets it.
Imported by every step and every engine of the drop-in backends. Knows processes; knows neither requests nor time.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sideline.serving.event_log import Level, log_event
from sideline.serving.shared_memory import SharedFile, path_of

_MOST_PROCESSES: Final = 512
_ROW: Final = np.dtype([("pid", "i8"), ("turns", "i8")])


def work_table_path(server_pid: int) -> Path:
    """Where the table of a running server lies."""
    return path_of("work", server_pid)


def find_turns(path: Path) -> dict[int, int]:
    """The processes that are at a request now, and at which, counted in turns; none where there is no whole table."""
    try:
        content = path.read_bytes()
    except OSError:
        return {}
    if len(content) < _MOST_PROCESSES * _ROW.itemsize:
        return {}
    rows = np.frombuffer(content, _ROW)
    busy = rows[rows["turns"] % 2 == 1]
    return dict(zip(busy["pid"].tolist(), busy["turns"].tolist(), strict=True))


def take_row(path: Path, pid: int) -> NDArray[np.int64]:
    """Give a process a row of the table, which is made if it is not there.

    Returns:
        Its turns, [1] int64, odd while a request is answered; nobody else writes to them. Where all rows are taken,
        turns that nobody sees.

    Raises:
        OSError: There is no room for the table.
    """
    file = SharedFile(path, _MOST_PROCESSES * _ROW.itemsize)
    rows = np.frombuffer(file.memory, _ROW)
    with file.locked():
        usable = np.flatnonzero((rows["pid"] == 0) | (rows["pid"] == pid))
        if not usable.size:
            return np.zeros(1, np.int64)
        row = rows[usable[0] : usable[0] + 1]
        row["pid"] = pid
    turns: NDArray[np.int64] = row["turns"]
    return turns


@contextmanager
def at_work() -> Iterator[None]:
    """In a process of a server: one request is answered."""
    turns = _own_turns()
    turns += 1
    try:
        yield
    finally:
        turns += 1


@cache
def _own_turns() -> NDArray[np.int64]:
    try:
        return take_row(work_table_path(os.getppid()), os.getpid())
    except OSError as error:  # better unwatched than dead
        log_event(Level.WARNING, "not_watched", message=f"should it hang, nobody sees it: {error}")
        return np.zeros(1, np.int64)
