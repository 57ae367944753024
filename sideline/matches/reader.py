"""Reads a store: which matches there are, and the rows of one, in milliseconds over hours.

The catalogue says which minutes hold what is asked for; only their files are opened. Rows of a minute that is still
being written come from its journal.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sideline.errors import StoreError
from sideline.matches import schemas
from sideline.matches.catalogue import open_catalogue
from sideline.matches.journal import read_journal
from sideline.matches.layout import Kind, StoreLayout
from sideline.matches.queries import TRACKS, run_query

_SCHEMAS: Final = {
    Kind.DETECTIONS: schemas.DETECTIONS,
    Kind.MICRO_TRACKS: schemas.MICRO_TRACKS,
    Kind.TRACKS: schemas.TRACKS,
    Kind.IDENTITIES: schemas.IDENTITIES,
}


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows of a match; what is None does not restrict.

    Attributes:
        first_frame, last_frame: Frame indices, both included.
        track_id: One track.
    """

    first_frame: int | None = None
    last_frame: int | None = None
    track_id: int | None = None

    def conditions(self, first_column: str, last_column: str) -> tuple[str, list[int]]:
        """SQL and its values, for rows that span frames."""
        parts = [
            (f"{last_column} >= ?", self.first_frame),
            (f"{first_column} <= ?", self.last_frame),
            ("track_id = ?", self.track_id),
        ]
        asked = [(text, value) for text, value in parts if value is not None]
        return " AND ".join(["true", *(text for text, _ in asked)]), [value for _, value in asked]


@dataclass(frozen=True, slots=True)
class MatchSummary:
    """A match at a glance.

    Attributes:
        name: Its name.
        is_open: Whether a minute of it is not complete: it is being written, or was broken off.
        minutes: Minutes with detections.
        detections, tracks, identities: Rows; identities are 0 before ``sideline resolve``.
        first_frame, last_frame: Frame indices; -1 without detections.
        duration_s: From the first to the last detection.
        size_bytes: Of the detections' files.
    """

    name: str
    is_open: bool
    minutes: int
    detections: int
    tracks: int
    identities: int
    first_frame: int
    last_frame: int
    duration_s: float
    size_bytes: int


class MatchStore:
    """A store for reading; the catalogue is brought up to date when a match is first asked for.

    Args:
        root: The store's folder.
    """

    def __init__(self, root: Path) -> None:
        self._layout = StoreLayout(root)
        self._connection = duckdb.connect()
        self._connection.execute("SET parquet_metadata_cache = true")
        self._partitions: dict[str, list[tuple[int, str, int, int]]] = {}
        self._track_minutes: dict[str, dict[int, set[int]]] = {}

    def list_matches(self) -> list[MatchSummary]:
        """All matches, by alphabet.

        Raises:
            StoreError: there is no store.
        """
        with open_catalogue(self._layout):
            pass
        return [self.summarise(match) for match in self._layout.matches()]

    def summarise(self, match: str) -> MatchSummary:
        """One match.

        Raises:
            StoreError: there is no such match.
        """
        self._load(match)
        with open_catalogue(self._layout, match) as catalogue:
            row = catalogue.execute(
                "SELECT count(*), sum(detections), min(first_frame), max(last_frame),"
                " (max(last_captured_at_ns) - min(first_captured_at_ns)) / 1e9, sum(size)"
                " FROM partitions WHERE match = ?",
                [match],
            ).fetchone()
        minutes, detections, first, last, duration_s, size = row or (0, 0, None, None, None, 0)
        open_rows = self._read_journals(match).num_rows
        return MatchSummary(
            name=match,
            is_open=bool(self._layout.journals(match)),
            minutes=minutes,
            detections=int(detections or 0) + open_rows,
            tracks=self.read(match, Kind.TRACKS).num_rows,
            identities=self.read(match, Kind.IDENTITIES).num_rows,
            first_frame=-1 if first is None else first,
            last_frame=-1 if last is None else last,
            duration_s=float(duration_s or 0.0),
            size_bytes=int(size or 0),
        )

    def read(self, match: str, kind: Kind, rows: Slice | None = None) -> pa.Table:
        """Rows of one table of a match.

        Args:
            match: Its name.
            kind: The table; identities are empty before they were resolved.
            rows: Which rows; frames do not restrict identities.

        Returns:
            Columns as in ``schemas``, by frame or by ID.

        Raises:
            StoreError: there is no such match, or a file cannot be read.
        """
        rows = rows or Slice()
        self._load(match)
        try:
            if kind in (Kind.DETECTIONS, Kind.MICRO_TRACKS):
                return self._read_minutes(match, kind, rows)
            return self._read_table(match, kind, rows)
        except (duckdb.Error, pa.ArrowInvalid, OSError) as exc:
            raise StoreError(f"a file of match {match} cannot be read ({exc}): restore it from a copy") from exc

    def _load(self, match: str) -> None:
        if match in self._partitions:
            return
        if match not in self._layout.matches():
            known = ", ".join(self._layout.matches()) or "none"
            raise StoreError(f"the store {self._layout.root} has no match {match}; it has {known}")
        with open_catalogue(self._layout, match) as catalogue:
            partitions = catalogue.execute(
                "SELECT minute, path, first_frame, last_frame FROM partitions WHERE match = ? ORDER BY minute", [match]
            ).fetchall()
            tracks = catalogue.execute("SELECT track_id, minute FROM track_minutes WHERE match = ?", [match]).fetchall()
        minutes: dict[int, set[int]] = {}
        for track, minute in tracks:
            minutes.setdefault(track, set()).add(minute)
        self._partitions[match], self._track_minutes[match] = partitions, minutes

    def _choose_minutes(self, match: str, rows: Slice) -> list[int]:
        held = None if rows.track_id is None else self._track_minutes[match].get(rows.track_id, set())
        return [
            minute
            for minute, _, first, last in self._partitions[match]
            if (held is None or minute in held)
            and (rows.first_frame is None or last >= rows.first_frame)
            and (rows.last_frame is None or first <= rows.last_frame)
        ]

    def _read_minutes(self, match: str, kind: Kind, rows: Slice) -> pa.Table:
        is_detections = kind == Kind.DETECTIONS
        columns = ("frame_index", "frame_index") if is_detections else ("first_frame", "last_frame")
        condition, values = rows.conditions(*columns)
        files = [str(self._layout.minute(kind, match, minute)) for minute in self._choose_minutes(match, rows)]
        parts = [schemas.DETECTIONS.empty_table() if is_detections else schemas.MICRO_TRACKS.empty_table()]
        if files:
            query = f"SELECT * FROM read_parquet(?, hive_partitioning = false) WHERE {condition}"  # noqa: S608
            parts.append(run_query(self._connection, query, [files, *values]).cast(_SCHEMAS[kind]))
        journals = self._read_journals(match) if is_detections else pa.table({})
        if journals.num_rows:
            self._connection.register("journal", journals)
            query = f"SELECT * FROM journal WHERE {condition}"  # noqa: S608
            parts.append(run_query(self._connection, query, values).cast(_SCHEMAS[kind]))
        return pa.concat_tables(parts)

    def _read_journals(self, match: str) -> pa.Table:
        """Rows of minutes that have no file yet."""
        complete = {minute for minute, *_ in self._partitions[match]}
        journals = [
            read_journal(path, schemas.DETECTIONS)
            for minute, path in self._layout.journals(match)
            if minute not in complete
        ]
        return pa.concat_tables([schemas.DETECTIONS.empty_table(), *journals])

    def _read_table(self, match: str, kind: Kind, rows: Slice) -> pa.Table:
        path = self._layout.table(kind, match)
        if path.exists():
            table = pq.read_table(path, schema=_SCHEMAS[kind])
        elif kind == Kind.TRACKS:
            table = self._sum_up_tracks(match)
        else:
            table = schemas.IDENTITIES.empty_table()
        self._connection.register("held", table)
        span = rows if kind == Kind.TRACKS else Slice(track_id=rows.track_id)
        condition, values = span.conditions("first_frame", "last_frame")
        query = f"SELECT * FROM held WHERE {condition} ORDER BY track_id"  # noqa: S608
        return run_query(self._connection, query, values).cast(_SCHEMAS[kind])

    def _sum_up_tracks(self, match: str) -> pa.Table:
        """Tracks of a match that was not finished, from its detections."""
        self._connection.register("rows", self._read_minutes(match, Kind.DETECTIONS, Slice()))
        self._connection.register("words", schemas.LAST_WORDS.empty_table())
        return run_query(self._connection, TRACKS).cast(schemas.TRACKS)
