"""A source that goes on where an earlier run of it stopped."""

from contextlib import aclosing
from dataclasses import dataclass, replace

from client.sources.source import Frames, Source
from sideline.arena.rig import Rig


@dataclass(frozen=True, slots=True)
class Continued:
    """The frames of a source after a given one: of a recording those that follow, live ones numbered on from there.

    Attributes:
        source: The whole source.
        after: Index of the last frame that is done; -1 for none.
    """

    source: Source
    after: int

    @property
    def source_id(self) -> str:
        """See ``Source``."""
        return self.source.source_id

    @property
    def rig(self) -> Rig:
        """See ``Source``."""
        return self.source.rig

    @property
    def fps(self) -> float:
        """See ``Source``."""
        return self.source.fps

    @property
    def is_live(self) -> bool:
        """See ``Source``."""
        return self.source.is_live

    @property
    def warnings(self) -> list[str]:
        """See ``Source``."""
        return self.source.warnings

    async def __aiter__(self) -> Frames:
        """Yield the frames that are to be done."""
        async with aclosing(self.source.__aiter__()) as frames:
            async for frame in frames:
                if self.is_live:
                    yield replace(frame, frame_index=frame.frame_index + self.after + 1)
                elif frame.frame_index > self.after:
                    yield frame
