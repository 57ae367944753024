"""A match folder: left.mp4, right.mp4 and rig.toml, as ``sideline simulate`` writes them."""

from pathlib import Path

from client.sources.video_pair import VideoPair
from sideline.arena.rig import load_rig
from sideline.errors import SourceError


class MatchFolder(VideoPair):
    """The videos of a match folder as a source.

    Args:
        folder: Holds left.mp4, right.mp4 and rig.toml.
        fps: As in ``VideoPair``.

    Raises:
        SourceError: the folder or a video is absent or cannot be read.
        RigError: the rig file cannot be used.
    """

    def __init__(self, folder: Path | str, *, fps: float | None = None) -> None:
        folder = Path(folder)
        missing = [name for name in ("left.mp4", "right.mp4", "rig.toml") if not (folder / name).is_file()]
        if missing:
            raise SourceError(
                f"{folder} is no match folder, it lacks {', '.join(missing)}: make one with `sideline simulate`, "
                "or give --left, --right and --rig"
            )
        super().__init__(str(folder / "left.mp4"), str(folder / "right.mp4"), load_rig(folder / "rig.toml"), fps=fps)
        self.source_id = folder.name
