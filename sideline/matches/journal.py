"""The rows of a minute that is being written: an Arrow stream that is safe on the disk after every append.

What was appended before a process was killed can be read; a message that was cut off in mid-write is left out.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from sideline.errors import StoreError
from sideline.whole_file import flush_to_disk


class Journal:
    """Appends to one file.

    Args:
        path: The file; overwritten.
        schema: Of all rows.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        with _explain(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")
            self._writer = pa.ipc.new_stream(self._file, schema)
            flush_to_disk(path.parent)

    def append(self, rows: pa.Table) -> None:
        """Add rows; when this returns they are on the disk.

        Raises:
            StoreError: they cannot be written.
        """
        with _explain(self._path):
            self._writer.write_table(rows)
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; it stays."""
        with _explain(self._path):
            self._writer.close()
            self._file.close()


def read_journal(path: Path, schema: pa.Schema) -> pa.Table:
    """Rows of all appends that are complete; none where the file was cut off at its head."""
    batches: list[pa.RecordBatch] = []
    try:
        with path.open("rb") as file, pa.ipc.open_stream(file) as stream:
            if not stream.schema.equals(schema):
                raise StoreError(f"{path} was written by another version: finish the match with that one")
            while True:
                batches.append(stream.read_next_batch())
    except (StopIteration, OSError, pa.ArrowInvalid):  # the end, or an append that was cut off
        pass
    return pa.Table.from_batches(batches, schema)


@contextmanager
def _explain(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise StoreError(f"cannot write {path} ({exc.strerror or exc}): free the disk or choose another store") from exc
