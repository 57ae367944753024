"""The catalogue of a store: a DuckDB file that says which file holds which match, minute, frames and tracks.

It is an index and can always be made anew from the files: a missing, broken or outdated one is. DuckDB lets one process
at a time write a file, so whoever opens it takes a lock first, for milliseconds.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import duckdb

from sideline.errors import StoreError
from sideline.matches.layout import Kind, StoreLayout
from sideline.matches.queries import TRACK_MINUTES

_VERSION: Final = 1
_TABLES: Final = """
    CREATE TABLE version (version INTEGER);
    INSERT INTO version VALUES (1);
    CREATE TABLE partitions (match VARCHAR, minute INTEGER, path VARCHAR, size BIGINT, modified_ns BIGINT,
        detections BIGINT, first_frame BIGINT, last_frame BIGINT,
        first_captured_at_ns BIGINT, last_captured_at_ns BIGINT, PRIMARY KEY (match, minute));
    CREATE TABLE track_minutes (match VARCHAR, minute INTEGER, track_id BIGINT, detections BIGINT);
"""


@contextmanager
def open_catalogue(layout: StoreLayout, match: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The catalogue, nobody else has it meanwhile; true to the files of one match, or of all.

    Raises:
        StoreError: there is no store, or its folder cannot be written to.
    """
    with _locked(layout), _connect(layout) as connection:
        for each in layout.matches() if match is None else [match]:
            _synchronise(connection, layout, each)
        if match is None:
            _forget(connection, layout.matches())
        yield connection


@contextmanager
def _locked(layout: StoreLayout) -> Iterator[None]:
    if not layout.root.is_dir():
        raise StoreError(f"there is no match store at {layout.root}: `sideline track --store` or `match add` makes one")
    try:
        with layout.catalogue_lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except PermissionError as exc:
        raise StoreError(f"cannot write to the store {layout.root}: copy it to where you may") from exc


@contextmanager
def _connect(layout: StoreLayout) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = _open(layout.catalogue)
    if connection is None:
        for path in (layout.catalogue, layout.catalogue.with_name(layout.catalogue.name + ".wal")):
            path.unlink(missing_ok=True)
        connection = duckdb.connect(str(layout.catalogue))
        connection.execute(_TABLES)
    try:
        yield connection
    finally:
        connection.close()


def _open(path: Path) -> duckdb.DuckDBPyConnection | None:
    """A connection to a catalogue of this version, or nothing."""
    if not path.exists():
        return None
    with suppress(duckdb.Error):
        connection = duckdb.connect(str(path))
        with suppress(duckdb.Error):
            if connection.execute("SELECT version FROM version").fetchall() == [(_VERSION,)]:
                return connection
        connection.close()
    return None


def _synchronise(connection: duckdb.DuckDBPyConnection, layout: StoreLayout, match: str) -> None:
    """Enter the minutes whose files are new or changed; leave out those that are gone."""
    query = "SELECT minute, size, modified_ns FROM partitions WHERE match = ?"
    known = {minute: tuple(stamp) for minute, *stamp in connection.execute(query, [match]).fetchall()}
    present = {minute: (path, _stamp(path)) for minute, path in layout.minutes(Kind.DETECTIONS, match)}
    for minute in known.keys() - present.keys():
        _remove(connection, match, minute)
    for minute, (path, stamp) in present.items():
        if known.get(minute) != stamp:
            _remove(connection, match, minute)
            _enter(connection, layout, match, minute, path)


def _stamp(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns


def _enter(connection: duckdb.DuckDBPyConnection, layout: StoreLayout, match: str, minute: int, path: Path) -> None:
    place = str(path.relative_to(layout.root))
    try:
        rows = connection.read_parquet(str(path))
        connection.execute(
            "INSERT INTO partitions SELECT ?, ?, ?, ?, ?, count(*), min(frame_index), max(frame_index),"
            " min(captured_at_ns), max(captured_at_ns) FROM rows",
            [match, minute, place, *_stamp(path)],
        )
        connection.execute(f"INSERT INTO track_minutes SELECT ?, ?, * FROM ({TRACK_MINUTES})", [match, minute])  # noqa: S608
    except duckdb.Error as exc:
        raise StoreError(f"{path} cannot be read ({exc}): restore it from a copy, or remove it to give it up") from exc
    del rows


def _remove(connection: duckdb.DuckDBPyConnection, match: str, minute: int) -> None:
    for table in ("partitions", "track_minutes"):
        connection.execute(f"DELETE FROM {table} WHERE match = ? AND minute = ?", [match, minute])  # noqa: S608


def _forget(connection: duckdb.DuckDBPyConnection, matches: list[str]) -> None:
    gone = {match for (match,) in connection.execute("SELECT DISTINCT match FROM partitions").fetchall()}
    for match in gone - set(matches):
        for table in ("partitions", "track_minutes"):
            connection.execute(f"DELETE FROM {table} WHERE match = ?", [match])  # noqa: S608
