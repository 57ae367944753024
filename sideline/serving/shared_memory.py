"""Files in shared memory that all processes of one server have in common: where they lie, their lock, their bytes.

Knows what server a file belongs to; knows nothing of what is in it.
"""

import fcntl
import mmap
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sideline.serving.process_group import start_ticks

SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108  lives and dies with the machine, as servers do


def path_of(name: str, server_pid: int) -> Path:
    """Where a running server's file NAME lies; the same for the server's steps and for who started it."""
    return SHARED_MEMORY / f"sideline-{name}-{server_pid}-{start_ticks(server_pid)}"


class SharedFile:
    """A mapped file and a lock, both common to the processes that open it.

    Args:
        path: Made if it is not there, full of zeros.
        size: Bytes; a file that is larger stays so.

    Raises:
        OSError: There is no room for it.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._file: Final = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        weakref.finalize(self, os.close, self._file)
        # Room is taken now: where a page is missing later, whoever writes to it dies (SIGBUS).
        os.posix_fallocate(self._file, 0, size)
        self.memory: Final = mmap.mmap(self._file, size)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one of those who ask for the lock."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
