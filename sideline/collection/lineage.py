"""Which engines a folder was made with: `made_with.json` in data folders and beside checkpoints.

Whoever runs an engine to make data writes it, and every training hands it on, so that an export can say with which
engines the new one was trained, however long ago. Knows names and hashes.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from sideline.errors import TrainingError

_FILE: Final = "made_with.json"


def read_lineage(folder: Path) -> dict[str, str]:
    """SHA-256 by engine; empty when nothing is known.

    Raises:
        TrainingError: The file is damaged.
    """
    path = folder / _FILE
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(digest) for name, digest in said.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as exc:
        raise TrainingError(f"{path} cannot be read ({exc}); make {folder} anew") from exc


def hand_on_lineage(run: Path, data: Iterable[Path], engines: Mapping[str, str] | None = None) -> None:
    """Note beside a run's checkpoint what its data were made with, and the engines that the training runs itself.

    Args:
        run: Folder of the checkpoint; a run that goes on must have begun with the same.
        data: Folders that the training reads.
        engines: SHA-256 by name of the engines that it runs itself.

    Raises:
        TrainingError: The run began with other engines, or its data were made with different ones.
    """
    if not (run / "last.pt").exists():
        (run / _FILE).unlink(missing_ok=True)
    for made_with in (*map(read_lineage, data), dict(engines or {})):
        if made_with:
            write_lineage(run, made_with)


def write_lineage(folder: Path, made_with: Mapping[str, str]) -> None:
    """Note which engines a folder is made with.

    Raises:
        TrainingError: It was made with others before: what lies there and what is to come would not fit together.
    """
    before = read_lineage(folder)
    for name in sorted(before.keys() & made_with.keys()):
        if before[name] != made_with[name]:
            raise TrainingError(
                f"{folder} was made with another {name} ({before[name][:12]}, now {made_with[name][:12]}): choose an "
                "empty folder, or delete this one"
            )
    replace_lineage(folder, before | dict(made_with))


def replace_lineage(folder: Path, made_with: Mapping[str, str]) -> None:
    """Note which engines a folder is made with, whose content is made anew."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{_FILE}.partial"
    partial.write_text(json.dumps(dict(made_with), indent=1) + "\n", encoding="utf-8")
    partial.rename(folder / _FILE)
