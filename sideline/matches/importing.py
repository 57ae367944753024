"""Takes a run folder of ``sideline track`` into a store."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sideline.errors import StoreError
from sideline.matches import schemas
from sideline.matches.writer import MatchWriter


def add_run(store: Path, run_dir: Path, match: str) -> None:
    """Write the tables of a run into a store.

    Args:
        store: The store's folder; made if it is not there.
        run_dir: Folder with tracks.parquet and people.parquet.
        match: Name that the match gets.

    Raises:
        StoreError: a table is absent, broken or lacks a column, or the store has frames of such a match already.
    """
    detections = _read(run_dir / "tracks.parquet", schemas.DETECTIONS)
    last_words = _read(run_dir / "people.parquet", schemas.LAST_WORDS)
    with MatchWriter(store, match) as writer:
        if writer.last_frame >= 0:
            raise StoreError(f"the store {store} has a match {match} already: choose another --name")
        writer.append(detections)
        writer.finish(last_words)


def _read(path: Path, schema: pa.Schema) -> pa.Table:
    if not path.is_file():
        raise StoreError(f"{path} is not there: give the folder that `sideline track` wrote")
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as exc:
        raise StoreError(f"cannot read {path} ({exc}): give the folder that `sideline track` wrote") from exc
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise StoreError(f"{path} lacks the columns {', '.join(missing)}: track again with this version")
    return table.select(schema.names).cast(schema)
