"""Two simulated cameras that film a clip on their own clock, and what can go wrong with them.

Frame k is due at ``began_ns`` + k / fps on the machine's clock, also for a client that was started again meanwhile.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import simplejpeg

from chaos.clips import Clip
from client.frames import FramePair
from client.sources.source import Frames
from sideline.arena.rig import Rig

Fault = Callable[[FramePair, FramePair], FramePair | None]
"""Takes the last frame before the fault and the present one; gives what the cameras send instead, None for no frame."""

_HOUR_NS: Final = 3_600_000_000_000


def freeze(last: FramePair, frame: FramePair) -> FramePair:
    """The left camera shows one picture for ever."""
    return replace(frame, left_jpeg=last.left_jpeg)


def go_black(last: FramePair, frame: FramePair) -> FramePair:
    """Both cameras show nothing."""
    return replace(frame, left_jpeg=_paint_black(frame.left_jpeg), right_jpeg=_paint_black(frame.right_jpeg))


def flip_resolution(last: FramePair, frame: FramePair) -> FramePair:
    """Every other picture of the right camera has half the size."""
    return replace(frame, right_jpeg=_halve(frame.right_jpeg)) if frame.frame_index % 2 else frame


def halve_frame_rate(last: FramePair, frame: FramePair) -> FramePair | None:
    """Every other frame is missing."""
    return None if frame.frame_index % 2 else frame


def lose_left(last: FramePair, frame: FramePair) -> FramePair:
    """The left camera is gone."""
    return replace(frame, left_jpeg=None)


def lose_both(last: FramePair, frame: FramePair) -> FramePair:
    """Both cameras are gone; the frames go on without pictures."""
    return replace(frame, left_jpeg=None, right_jpeg=None)


def jump_clock(last: FramePair, frame: FramePair) -> FramePair:
    """The cameras' clock jumps by an hour, forth and back."""
    return replace(frame, captured_at_ns=frame.captured_at_ns + (_HOUR_NS if frame.frame_index % 4 < 2 else -_HOUR_NS))


FAULTS: Final[dict[str, Fault]] = {
    "frozen": freeze,
    "black": go_black,
    "flipping": flip_resolution,
    "half-rate": halve_frame_rate,
    "left-gone": lose_left,
    "both-gone": lose_both,
    "clock-jumps": jump_clock,
}


@dataclass(slots=True, eq=False)
class Cameras:
    """The cameras as a ``Source``.

    Attributes:
        clip: What they see; begun again at its end.
        fps: Frames a second.
        began_ns: When frame 0 was due, ns since the Unix epoch.
        frames: Frames that they give at most.
        fault: What goes wrong, and from which frame to which.
        given: Frames that they gave so far.
    """

    clip: Clip
    fps: float
    began_ns: int
    frames: int
    fault: tuple[Fault, range] | None = None
    given: int = 0
    source_id: str = "simulated cameras"
    is_live: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def rig(self) -> Rig:
        """See ``Source``."""
        return self.clip.rig

    async def __aiter__(self) -> Frames:
        """Yield every frame when it is due; those that were due long ago at once."""
        last = self._film(0)
        for index in range(self.frames):
            frame: FramePair | None = self._film(index)
            if self.fault is not None and frame is not None:
                last, frame = self._suffer(last, frame)
            if frame is None:
                continue
            due_ns = self.began_ns + int(index * 1e9 / self.fps)
            await asyncio.sleep(max(0, due_ns - time.time_ns()) / 1e9)
            self.given += 1
            yield frame

    def _film(self, index: int) -> FramePair:
        left, right = self.clip.pictures[index % len(self.clip.pictures)]
        return FramePair(index, self.began_ns + int(index * 1e9 / self.fps), left, right)

    def _suffer(self, last: FramePair, frame: FramePair) -> tuple[FramePair, FramePair | None]:
        if self.fault is None or frame.frame_index not in self.fault[1]:
            return frame, frame
        return last, self.fault[0](last, frame)


def _paint_black(jpeg: bytes | None) -> bytes:
    return simplejpeg.encode_jpeg(np.zeros_like(_decode(jpeg)))


def _halve(jpeg: bytes | None) -> bytes:
    return simplejpeg.encode_jpeg(np.ascontiguousarray(_decode(jpeg)[::2, ::2]))


def _decode(jpeg: bytes | None) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.asarray(simplejpeg.decode_jpeg(jpeg or b"", "RGB"), np.uint8)
