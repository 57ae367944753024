"""From a match in a store to identities in it: tables in, tables out. Who is who is told by sideline.identity."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sideline.arrays import Floats, Int64s
from sideline.errors import StoreError
from sideline.identity.naming import name_teams
from sideline.identity.resolver import resolve
from sideline.identity.settings import ResolverSettings
from sideline.identity.tracklets import Tracklets
from sideline.identity.verdicts import IdentityVerdict, give_verdicts
from sideline.match_sheet import MatchSheet
from sideline.matches import schemas
from sideline.matches.importing import add_run
from sideline.matches.layout import Kind, StoreLayout
from sideline.matches.reader import MatchStore
from sideline.whole_file import written_whole

Looks: TypeAlias = Callable[[pa.Table], tuple[Int64s, Floats]]
"""Detections of a match → track IDs [M] and what each looks like [M, D]."""
_ONLY: Final = "run"
_UNNAMED: Final = frozenset({"A", "B"})


def resolve_match(
    store: Path,
    match: str,
    sheet: MatchSheet | None,
    looks: Looks | None = None,
    settings: ResolverSettings | None = None,
) -> list[IdentityVerdict]:
    """Tell who the tracks of a match are, and keep it in the store.

    Args:
        store: The store's folder.
        match: Name of the match.
        sheet: The roster; None for none.
        looks: Reads the looks of the match's tracks from its detections: IDs [M] and appearance [M, D]; None where
            they are not known.
        settings: What is taken for granted.

    Returns:
        One verdict a track, by ID.

    Raises:
        StoreError, IdentityError: the match cannot be read or used; and what `looks` raises.
    """
    reader = MatchStore(store)
    tracks = reader.read(match, Kind.TRACKS)
    tracklets = to_tracklets(tracks, None if looks is None else looks(reader.read(match, Kind.DETECTIONS)))
    if sheet is not None and _UNNAMED & set(tracks["category"].to_pylist()):
        tracklets = name_teams(tracklets, sheet, settings or ResolverSettings())
    verdicts = give_verdicts(resolve(tracklets, sheet, settings))
    with written_whole(StoreLayout(store).table(Kind.IDENTITIES, match), StoreError) as path:
        pq.write_table(_to_table(verdicts), path)
    return verdicts


def resolve_run(run_dir: Path, sheet: MatchSheet | None) -> list[IdentityVerdict]:
    """Tell who the tracks of a run folder are, without a store and without looks.

    Args:
        run_dir: Folder that `sideline track` wrote.
        sheet: The roster; None for none.

    Raises:
        StoreError, IdentityError: as ``resolve_match`` and ``add_run``.
    """
    with TemporaryDirectory() as store:
        add_run(Path(store), run_dir, _ONLY)
        return resolve_match(Path(store), _ONLY, sheet)


def to_tracklets(tracks: pa.Table, looks: tuple[Int64s, Floats] | None = None) -> Tracklets:
    """Tracklets of a table of tracks; looks as of ``sideline.matches.looks``."""
    ids = np.asarray(tracks["track_id"].to_numpy(), np.int64)
    stamps = [np.asarray(tracks[f"{end}_captured_at_ns"].to_numpy(), np.int64) for end in ("first", "last")]
    origin = stamps[0].min(initial=np.iinfo(np.int64).max)
    teams = _columns(tracks, ("home_probability", "away_probability", "referee_probability"))
    return Tracklets(
        ids=ids,
        first_s=(stamps[0] - origin) / 1e9,
        last_s=(stamps[1] - origin) / 1e9,
        team_probabilities=teams / np.maximum(teams.sum(axis=1, keepdims=True), 1e-9),
        numbers=np.asarray(tracks["jersey_number"].to_numpy(), np.int64),
        number_probabilities=np.clip(np.asarray(tracks["jersey_probability"].to_numpy(), np.float64), 0.0, 1.0),
        appearance=None if looks is None else _match_looks(ids, *looks),
        starts_m=_columns(tracks, ("first_x_m", "first_z_m")),
        ends_m=_columns(tracks, ("last_x_m", "last_z_m")),
    )


def _match_looks(ids: Int64s, known: Int64s, appearance: Floats) -> Floats:
    rows = {track: row for row, track in enumerate(known.tolist())}
    places = np.array([rows.get(track, -1) for track in ids.tolist()], np.int64)
    padded = np.vstack([appearance, np.full((1, appearance.shape[1]), np.nan)])
    return np.asarray(padded[places])


def _columns(table: pa.Table, names: Sequence[str]) -> Floats:
    return np.column_stack([np.asarray(table[name].to_numpy(), np.float64) for name in names])


def _to_table(verdicts: list[IdentityVerdict]) -> pa.Table:
    rows = [
        (
            verdict.track_id,
            verdict.global_id,
            verdict.name,
            verdict.probability,
            verdict.category.name.lower(),
            verdict.category_probability,
            verdict.number,
            verdict.number_probability,
            verdict.reason,
        )
        for verdict in verdicts
    ]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(schemas.IDENTITIES.names)}
    return pa.table(columns, schema=schemas.IDENTITIES)
