"""The match sheet as a file: the roster.toml of a match folder. What may stand in it knows sideline.match_sheet."""

from pathlib import Path
from typing import Final

from sideline.errors import MatchSheetError
from sideline.match_sheet import MatchSheet

_NAME: Final = "roster.toml"


def read_roster(path: Path) -> bytes:
    """The text of a match sheet, UTF-8, read and found usable.

    Raises:
        MatchSheetError: the file cannot be read, or the sheet cannot be used; the message names the file.
    """
    try:
        text = path.read_bytes()
        MatchSheet.parse(text)
    except OSError as error:
        raise MatchSheetError(
            f"cannot read the match sheet {path} ({error.strerror}): give another one with --roster, or none"
        ) from error
    except MatchSheetError as error:
        raise MatchSheetError(f"{path}: {error}; or go on without a roster (`sideline track`: --no-roster)") from error
    return text


def find_roster(match_dir: Path) -> bytes:
    """The text of a match folder's sheet; empty when the folder has none.

    Raises:
        MatchSheetError: as ``read_roster``.
    """
    path = match_dir / _NAME
    return read_roster(path) if path.is_file() else b""
