"""What a sink is. Knows nothing about files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from client.frames import Update
from sideline.errors import SinkError


class Sink(Protocol):
    """Takes the updates of one run, in order; ``open`` first, ``close`` last, also after a failure."""

    def open(self) -> None:
        """Make ready to write.

        Raises:
            SinkError: nothing can be written; the message says why.
        """
        ...

    def write(self, update: Update) -> None:
        """Take one update; the last one of a stream stands for no frame (``Update.is_end``).

        Raises:
            SinkError: it cannot be written.
        """
        ...

    def close(self) -> None:
        """Finish what was written."""
        ...


@contextmanager
def explain_write_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's complaints about ``path`` into a SinkError."""
    try:
        yield
    except OSError as error:
        raise SinkError(f"cannot write {path} ({error.strerror or error}): choose another folder with --out") from error
