"""Frames that are already in memory, or that a generator makes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from client.frames import FramePair
from client.sources.source import Frames
from sideline.arena.rig import Rig


@dataclass(frozen=True, slots=True, eq=False)
class FrameList:
    """A source of frames from any iterable; for tests, and for whoever makes pictures in the same process.

    Attributes:
        frames: The frames, in order of their index.
        rig: The cameras that they come from.
        fps: Frames a second on the cameras' clock.
        source_id, is_live, warnings: As in ``Source``.
    """

    frames: Iterable[FramePair]
    rig: Rig
    fps: float = 25.0
    source_id: str = "frames"
    is_live: bool = False
    warnings: list[str] = field(default_factory=list)

    async def __aiter__(self) -> Frames:
        for frame in self.frames:
            yield frame
