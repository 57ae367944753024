"""Files that are there whole or not at all, on the disk, whenever the writer is killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sideline.errors import SidelineError


@contextmanager
def written_whole(path: Path, error: type[SidelineError]) -> Iterator[Path]:
    """A temporary path beside `path`; when the block ends well, its content is on the disk and becomes `path`.

    Several processes may write the same file at once: the last one that ends wins, and every reader sees a whole one.

    Raises:
        error: the operating system refused; nothing of the temporary file stays.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        flush_to_disk(temporary)
        temporary.replace(path)
        flush_to_disk(path.parent)
    except OSError as exc:
        raise error(f"cannot write {path} ({exc.strerror or exc}): free the disk or choose another folder") from exc
    finally:
        temporary.unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Make what was written to a file, or which files a folder holds, outlive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
