"""One table of a match as one file, in formats that others read."""

from pathlib import Path
from typing import Final

import duckdb

from sideline.errors import StoreError
from sideline.matches.layout import Kind
from sideline.matches.reader import MatchStore, Slice
from sideline.whole_file import written_whole

_FORMATS: Final = {".parquet": "PARQUET", ".csv": "CSV, HEADER", ".json": "JSON"}


def export_rows(reader: MatchStore, match: str, table: str, rows: Slice, out: Path) -> int:
    """Write rows of a match.

    Args:
        reader: The store.
        match: Name of the match.
        table: "detections", "micro_tracks", "tracks" or "identities".
        rows: Which of them.
        out: File; its ending says the format: .parquet, .csv or .json (one object a line).

    Returns:
        Number of rows.

    Raises:
        StoreError: an unknown table or ending, no such match, or the file cannot be written.
    """
    if table not in list(Kind):
        raise StoreError(f"there is no table {table!r}: choose one of {', '.join(Kind)}")
    if out.suffix not in _FORMATS:
        raise StoreError(f"{out} has no known ending: choose one of {', '.join(_FORMATS)}")
    found = reader.read(match, Kind(table), rows)
    with written_whole(out, StoreError) as path, duckdb.connect() as connection:
        connection.register("found", found)
        connection.execute(f"COPY found TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT {_FORMATS[out.suffix]})")
    return found.num_rows
