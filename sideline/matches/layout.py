"""Where a match store keeps what. Knows no rows.

    STORE/detections/match=NAME/minute=7/rows.parquet     STORE/micro_tracks/match=NAME/minute=7/rows.parquet
    STORE/tracks/match=NAME/rows.parquet                  STORE/identities/match=NAME/rows.parquet
    STORE/open/NAME/minute=8.arrows, writer.lock          STORE/catalogue.duckdb, catalogue.lock

Any reader of Hive partitions understands the tables; `open` holds what is still being written.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from sideline.errors import StoreError

ROWS: Final = "rows.parquet"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Kind(StrEnum):
    """The tables of a store."""

    DETECTIONS = "detections"
    MICRO_TRACKS = "micro_tracks"
    TRACKS = "tracks"
    IDENTITIES = "identities"


@dataclass(frozen=True, slots=True)
class StoreLayout:
    """Paths in a store.

    Attributes:
        root: The store's folder.
    """

    root: Path

    @property
    def catalogue(self) -> Path:
        """The DuckDB file."""
        return self.root / "catalogue.duckdb"

    @property
    def catalogue_lock(self) -> Path:
        """Whoever opens the catalogue locks this file."""
        return self.root / "catalogue.lock"

    def open_folder(self, match: str) -> Path:
        """Folder of what is being written."""
        return self.root / "open" / check_name(match)

    def journal(self, match: str, minute: int) -> Path:
        """The rows of a minute that is not complete."""
        return self.open_folder(match) / f"minute={minute}.arrows"

    def journals(self, match: str) -> list[tuple[int, Path]]:
        """Minutes that are not complete, by time."""
        found = self.open_folder(match).glob("minute=*.arrows")
        return sorted((int(path.stem.removeprefix("minute=")), path) for path in found)

    def folder(self, kind: Kind, match: str) -> Path:
        """Folder of a match in a table."""
        return self.root / kind / f"match={check_name(match)}"

    def minute(self, kind: Kind, match: str, minute: int) -> Path:
        """File of one minute."""
        return self.folder(kind, match) / f"minute={minute}" / ROWS

    def minutes(self, kind: Kind, match: str) -> list[tuple[int, Path]]:
        """Minutes that are complete, by time."""
        found = self.folder(kind, match).glob(f"minute=*/{ROWS}")
        return sorted((int(path.parent.name.removeprefix("minute=")), path) for path in found)

    def table(self, kind: Kind, match: str) -> Path:
        """File of a table that has one file a match."""
        return self.folder(kind, match) / ROWS

    def matches(self) -> list[str]:
        """Names of all matches, by alphabet."""
        kinds = (Kind.DETECTIONS, Kind.TRACKS)
        complete = {path.name.removeprefix("match=") for kind in kinds for path in (self.root / kind).glob("match=*")}
        opened = {path.parent.name for path in (self.root / "open").glob("*/minute=*.arrows")}
        return sorted(complete | opened)


def check_name(match: str) -> str:
    """The name itself.

    Raises:
        StoreError: it cannot be a folder's name.
    """
    if not _NAME.fullmatch(match):
        raise StoreError(f"a match cannot be called {match!r}: use letters, digits, dots, dashes and underscores")
    return match
