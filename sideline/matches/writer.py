"""Writes one match into a store, minute by minute; safe against being killed at any moment.

What `append` has taken is on the disk. A minute is a journal while it lasts; when a later one begins it becomes a file
of Parquet, whole or not at all, and the journal goes. Both exist only when a writer was killed between the two: the one
with more rows holds the other. Whoever opens the match next goes on from there.
"""

import fcntl
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TextIO

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sideline.arrays import Int64s
from sideline.errors import StoreError
from sideline.matches import schemas
from sideline.matches.catalogue import open_catalogue
from sideline.matches.journal import Journal, read_journal
from sideline.matches.layout import Kind, StoreLayout
from sideline.matches.queries import MICRO_TRACKS, TRACKS, run_query
from sideline.matches.revisions import NO_REVISIONS, revise_rows
from sideline.whole_file import written_whole

_MINUTE_NS: Final = 60_000_000_000


class MatchWriter:
    """Takes the detections of one match, in the order of their frames; use it as a context manager.

    Args:
        root: The store's folder; made if it is not there.
        match: Name of the match; one that was broken off, or finished, is continued.

    Attributes:
        last_frame: Frame index of the last row that the match has; -1 before the first.
    """

    def __init__(self, root: Path, match: str) -> None:
        self._layout = StoreLayout(root)
        self._match = match
        self._lock: TextIO | None = None
        self._minute: int | None = None
        self._rows: list[pa.Table] = []
        self._journal: Journal | None = None
        self.last_frame = -1
        self._start_ns: int | None = None

    def __enter__(self) -> Self:
        """Take the match over.

        Raises:
            StoreError: another process writes it, or the store cannot be written to.
        """
        self._lock = _take_lock(self._layout, self._match)
        try:
            self._recover()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._journal is not None:
            self._journal.close()
        if self._lock is not None:
            self._lock.close()

    def append(self, rows: pa.Table) -> None:
        """Add detections; when this returns they are safe.

        Args:
            rows: Columns as ``schemas.DETECTIONS``, frames rising and after those that the match has.

        Raises:
            StoreError: a frame is not after the last one, or the disk refused.
        """
        if not rows.num_rows:
            return
        self._check_order(rows)
        stamps = rows["captured_at_ns"]
        if self._start_ns is None:
            self._start_ns = int(stamps[0].as_py())
        minutes = pc.divide(pc.subtract(stamps, self._start_ns), _MINUTE_NS)
        for minute in pc.unique(minutes).to_pylist():
            self._append_minute(int(minute), rows.filter(pc.equal(minutes, minute)))
        self.last_frame = int(rows["frame_index"][-1].as_py())

    def finish(self, last_words: pa.Table | None = None, revisions: Int64s = NO_REVISIONS) -> None:
        """Close the last minute, put tracks right that turned out to be earlier ones, and write the table of tracks.

        Args:
            last_words: Columns as ``schemas.LAST_WORDS``; of tracks that are not in it the detections tell.
            revisions: As `revise_ids` takes them.

        Raises:
            StoreError: the disk refused.
        """
        self._complete_minute()
        self._revise(revisions)
        with written_whole(self._layout.table(Kind.TRACKS, self._match), StoreError) as path:
            pq.write_table(self._sum_up(schemas.LAST_WORDS.empty_table() if last_words is None else last_words), path)
        with open_catalogue(self._layout, self._match):
            pass

    def _recover(self) -> None:
        minutes = dict(self._layout.minutes(Kind.DETECTIONS, self._match))
        for minute, path in self._layout.journals(self._match):
            rows = read_journal(path, schemas.DETECTIONS)
            if minute not in minutes or pq.read_metadata(minutes[minute]).num_rows < rows.num_rows:
                self._write_minute(minute, rows)
                minutes[minute] = self._layout.minute(Kind.DETECTIONS, self._match, minute)
            path.unlink()
        if minutes:
            first, last = (pq.read_table(minutes[pick(minutes)], schema=schemas.DETECTIONS) for pick in (min, max))
            self.last_frame = int(pc.max(last["frame_index"]).as_py())
            self._start_ns = int(pc.min(first["captured_at_ns"]).as_py()) - min(minutes) * _MINUTE_NS

    def _check_order(self, rows: pa.Table) -> None:
        frames = rows["frame_index"].to_numpy()
        if frames[0] <= self.last_frame or (frames[1:] < frames[:-1]).any():
            raise StoreError(
                f"frame {frames[0]} does not come after frame {self.last_frame} of match {self._match}: "
                "another recording needs another name"
            )

    def _append_minute(self, minute: int, rows: pa.Table) -> None:
        if minute != self._minute:
            self._complete_minute()
            self._begin_minute(minute)
        self._rows.append(rows)
        if self._journal is not None:
            self._journal.append(rows)

    def _begin_minute(self, minute: int) -> None:
        """A minute that has a file is continued: its rows go into the journal, and the file goes."""
        path = self._layout.minute(Kind.DETECTIONS, self._match, minute)
        self._minute, self._rows = minute, []
        self._journal = Journal(self._layout.journal(self._match, minute), schemas.DETECTIONS)
        if path.exists():
            self._rows = [pq.read_table(path, schema=schemas.DETECTIONS)]
            self._journal.append(self._rows[0])
            path.unlink()

    def _complete_minute(self) -> None:
        if self._minute is None or self._journal is None:
            return
        self._write_minute(self._minute, pa.concat_tables(self._rows))
        self._journal.close()
        self._layout.journal(self._match, self._minute).unlink()
        with open_catalogue(self._layout, self._match):
            self._minute, self._journal, self._rows = None, None, []

    def _write_minute(self, minute: int, rows: pa.Table) -> None:
        """Micro-tracks first: the detections are what makes a minute complete."""
        with duckdb.connect() as connection:
            micro_tracks = run_query(connection.register("rows", rows), MICRO_TRACKS)
        tables = {Kind.MICRO_TRACKS: micro_tracks.cast(schemas.MICRO_TRACKS), Kind.DETECTIONS: rows}
        for kind, table in tables.items():
            with written_whole(self._layout.minute(kind, self._match, minute), StoreError) as path:
                pq.write_table(table, path, compression="zstd", row_group_size=8192)

    def _revise(self, revisions: Int64s) -> None:
        for minute, path in self._layout.minutes(Kind.DETECTIONS, self._match) if len(revisions) else ():
            rows = pq.read_table(path, schema=schemas.DETECTIONS)
            given = revise_rows(rows, revisions)
            if not given["track_id"].equals(rows["track_id"]):
                self._write_minute(minute, given)

    def _sum_up(self, last_words: pa.Table) -> pa.Table:
        files = [str(path) for _, path in self._layout.minutes(Kind.DETECTIONS, self._match)]
        if not files:
            return schemas.TRACKS.empty_table()
        with duckdb.connect() as connection:
            connection.read_parquet(files).create_view("rows")
            connection.register("words", last_words)
            return run_query(connection, TRACKS).cast(schemas.TRACKS)


def _take_lock(layout: StoreLayout, match: str) -> TextIO:
    folder = layout.open_folder(match)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "writer.lock").open("w")
    except OSError as exc:
        raise StoreError(f"cannot write to {folder} ({exc.strerror}): choose another store") from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        lock.close()
        raise StoreError(f"match {match} is being written by another process: wait for it or choose a name") from exc
    return lock
