"""Which engines a folder was made with: `made_with.json` in data folders and beside checkpoints.

Whoever runs an engine to make data writes it, and every training hands it on, so that an export can say with which
engines the new one was trained, however long ago. Knows names and hashes.
"""

import json
from collections.abc import Mapping
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
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{_FILE}.partial"
    partial.write_text(json.dumps(before | dict(made_with), indent=1) + "\n", encoding="utf-8")
    partial.rename(folder / _FILE)
