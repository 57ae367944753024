"""What each process of a server is at: a count that rises when it takes a request up and when it lays it down.

So a watchdog sees that a process has been at one request for too long, although others answer and no canary meets it.
Imported by every step and every engine of the drop-in backends. Knows processes; knows neither requests nor time.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from sideline.serving.shared_memory import SharedFile, path_of

_MOST_PROCESSES: Final = 512
_ROW: Final = np.dtype([("pid", "i8"), ("turns", "i8")])
_AT_WORK: Final = 1
"""Turns are odd while a request is answered."""


def work_table_path(server_pid: int) -> Path:
    """Where the table of a running server lies."""
    return path_of("work", server_pid)


class WorkTable:
    """What the processes of one server are at.

    Args:
        path: The table's file; made if it is not there.

    Raises:
        OSError: There is no room for it.
    """

    def __init__(self, path: Path) -> None:
        self._file: Final = SharedFile(path, _MOST_PROCESSES * _ROW.itemsize)
        self._rows = np.frombuffer(self._file.memory, _ROW)

    @classmethod
    def of_server(cls, path: Path) -> Self | None:
        """The table that the processes of a server made; None when they made none."""
        return cls(path) if path.is_file() else None

    def row_of(self, pid: int) -> Any:
        """The row of a process, which nobody else writes to; one that nobody sees where all are taken."""
        with self._file.locked():
            free = np.flatnonzero((self._rows["pid"] == 0) | (self._rows["pid"] == pid))
            if not free.size:
                return np.zeros(1, _ROW)
            row = self._rows[free[0] : free[0] + 1]
            row["pid"] = pid
        return row

    def find_turns(self) -> dict[int, int]:
        """The processes that are at a request now: which one it is, counted in turns."""
        at_work = self._rows[self._rows["turns"] % 2 == _AT_WORK]
        return dict(zip(at_work["pid"].tolist(), at_work["turns"].tolist(), strict=True))


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
def _own_turns() -> Any:
    try:
        return WorkTable(work_table_path(os.getppid())).row_of(os.getpid())["turns"]
    except OSError:  # no room: better unwatched than dead
        return np.zeros(1, np.int64)
