"""Files that are there as a whole or not at all, whenever the writer is killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client.sinks.sink import explain_write_errors


def partial_path(path: Path) -> Path:
    """Where a file is written until it is complete."""
    return path.with_name(f"{path.name}.partial")


def discard(path: Path) -> None:
    """Remove an earlier run's file, and what a killed writer left of it.

    Raises:
        SinkError: it cannot be removed.
    """
    with explain_write_errors(path):
        path.unlink(missing_ok=True)
        partial_path(path).unlink(missing_ok=True)


def publish(path: Path) -> None:
    """Give a file that is complete its name.

    Raises:
        SinkError: it cannot be renamed.
    """
    with explain_write_errors(path):
        os.replace(partial_path(path), path)


@contextmanager
def revised(path: Path) -> Iterator[tuple[Path, Path]]:
    """What is written of a file, complete but not published, and where to write it anew; that takes its place.

    Raises:
        SinkError: it cannot be read or written.
    """
    partial = partial_path(path)
    anew = path.with_name(f"{path.name}.revised")
    try:
        with explain_write_errors(path):
            yield partial, anew
            os.replace(anew, partial)
    finally:
        anew.unlink(missing_ok=True)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """The path to write to; when the block ends well, the file gets its name, else it goes.

    Raises:
        SinkError: it cannot be written.
    """
    partial = partial_path(path)
    try:
        with explain_write_errors(path):
            yield partial
        publish(path)
    finally:
        partial.unlink(missing_ok=True)
