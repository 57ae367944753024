"""What a source is. Knows nothing about where the frames come from."""

from collections.abc import AsyncGenerator
from typing import Protocol, TypeAlias

from client.frames import FramePair
from sideline.arena.rig import Rig

Frames: TypeAlias = AsyncGenerator[FramePair, None]
"""Frames in rising order of their index; closing it releases what the source holds."""


class Source(Protocol):
    """Gives the frames of one rig; may be iterated once.

    Attributes:
        source_id: Name of the source, for progress and logs.
        rig: The cameras and their calibration.
        fps: Frames a second on the cameras' clock.
        is_live: Whether the frames come at the cameras' own pace, so that nobody has to present them on a clock.
        warnings: What went wrong without ending the stream, readable sentences; grows while it is iterated.
    """

    @property
    def source_id(self) -> str: ...
    @property
    def rig(self) -> Rig: ...
    @property
    def fps(self) -> float: ...
    @property
    def is_live(self) -> bool: ...
    @property
    def warnings(self) -> list[str]: ...

    def __aiter__(self) -> Frames: ...
