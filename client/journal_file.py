"""A file of whole lines that survives a killed writer and a full disk. Knows nothing of what the lines say.

A line is in the file as soon as it was appended. A killed writer leaves at most its last line in part; when the disk is
full, lines wait in memory until there is room again, and the file ends with a whole line meanwhile.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from client.sinks.sink import explain_write_errors
from sideline.errors import SinkError

MOST_WAITING_BYTES: Final = 64 * 2**20
"""What may wait for room on the disk: a quarter of an hour at 25 frames a second."""


class JournalFile:
    """A file that grows by whole lines.

    Args:
        path: The file.
        keep_bytes: What is kept of a file that is there; the rest goes.
        most_waiting_bytes: See ``MOST_WAITING_BYTES``.

    Raises:
        SinkError: it cannot be opened.
    """

    def __init__(self, path: Path, keep_bytes: int = 0, most_waiting_bytes: int = MOST_WAITING_BYTES) -> None:
        self._path = path
        self._end = keep_bytes
        self._most_waiting_bytes = most_waiting_bytes
        self._waiting = b""
        with explain_write_errors(path):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            os.ftruncate(self._file, keep_bytes)

    def append(self, lines: Iterable[str]) -> None:
        """Write lines, and those that still wait, before them.

        Raises:
            SinkError: more waits than may; the disk has been full for too long.
        """
        self._waiting += "".join(f"{line}\n" for line in lines).encode()
        error = self._write()
        if error is not None and len(self._waiting) > self._most_waiting_bytes:
            raise self._explain(error) from error

    def close(self) -> None:
        """Write what waits, and close.

        Raises:
            SinkError: there is still no room; what waited is lost.
        """
        try:
            error = self._write()
            if error is not None:
                raise self._explain(error) from error
        finally:
            os.close(self._file)

    def _write(self) -> OSError | None:
        """Write all that waits, or nothing of it."""
        written = 0
        try:
            while written < len(self._waiting):
                written += os.pwrite(self._file, self._waiting[written:], self._end + written)
        except OSError as error:
            os.ftruncate(self._file, self._end)
            return error
        self._end += written
        self._waiting = b""
        return None

    def _explain(self, error: OSError) -> SinkError:
        lines = self._waiting.count(b"\n")
        return SinkError(
            f"cannot write {self._path} ({error.strerror}); {lines} lines are lost, those before are in the file: "
            "make room on the disk, then track again with --resume"
        )
