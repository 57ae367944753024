"""Places a video's pictures on the common clock of both cameras. Pure arithmetic on times."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

SETTLING_S: Final = 1.0
"""How long a live camera is listened to before its pictures are given."""
_WINDOW_S: Final = 10.0
"""The least delay of this time and of that before it is what a picture takes without being held back."""
_SLEW: Final = 1e-3
"""How fast the clock follows a camera whose clock is slow, seconds a second: ten times what crystals are off."""


@dataclass(slots=True)
class Phase:
    """Where within a frame of the common clock the left camera takes its pictures, in [0, 1).

    Frames begin there for the right camera, less half a frame: so that a pair's pictures are at most half a frame
    apart in time, however far the cameras are out of step.
    """

    share: float = 0.5


class PictureClock:
    """Turns a picture's time within its video into an index.

    A file's first picture is index 0. A live camera's pictures arrive in a burst at first, since the network and the
    probing held them back; so the clock listens for a while and trusts the picture that came with the least delay. It
    goes on doing so: a camera's clock is fast or slow by some 50 ppm, which is a frame in a quarter of an hour.

    Args:
        fps: Frames a second of the common clock.
        started_s: Machine's monotonic time at index 0, seconds; the same for both cameras.
        is_live: Whether the pictures arrive as they are taken.
        phase: Common to both cameras; None for a camera of its own.
        leads: Whether this camera sets the phase, or keeps to it.
    """

    def __init__(
        self, fps: Fraction, started_s: float, is_live: bool, phase: Phase | None = None, *, leads: bool = True
    ) -> None:
        self._fps = fps
        self._started_s = started_s
        self._is_live = is_live
        self._phase = phase or Phase()
        self._leads = leads
        self._first_s: Fraction | None = None
        self._last_s = Fraction(0)
        self._settled_at_s = 0.0
        self._delay_s = math.inf
        self._follower = _Follower()

    def place(self, media_s: Fraction, arrived_s: float) -> int | None:
        """The index of a picture.

        Args:
            media_s: Its time within the video, seconds, from any origin.
            arrived_s: Machine's monotonic time at which it was decoded, seconds.

        Returns:
            Its index; None while a live camera's clock settles.
        """
        if self._first_s is None:
            self._first_s = self._last_s = media_s
            self._settled_at_s = arrived_s + SETTLING_S
        elapsed_s = media_s - self._first_s
        if not self._is_live:
            return round(elapsed_s * self._fps)
        delay_s = arrived_s - self._started_s - float(elapsed_s)
        if arrived_s < self._settled_at_s:
            self._delay_s = min(self._delay_s, delay_s)
            return None
        self._delay_s = self._follow(media_s, delay_s, arrived_s)
        return self._index((self._delay_s + float(elapsed_s)) * float(self._fps))

    def _follow(self, media_s: Fraction, delay_s: float, arrived_s: float) -> float:
        """The delay to count with: never more than this picture's, or it would be dated into the future."""
        jumped_back = media_s < self._last_s
        self._last_s = media_s
        if jumped_back:  # the camera's clock was set: what was known of it is worth nothing
            self._follower = _Follower()
            return delay_s
        return min(delay_s, self._follower.follow(self._delay_s, delay_s, arrived_s))

    def _index(self, frames: float) -> int:
        if self._leads:
            self._phase.share = frames % 1.0
            return math.floor(frames)  # rounded down, so that no picture is dated after its arrival
        return math.floor(frames - self._phase.share + 0.5)


@dataclass(slots=True)
class _Follower:
    """The least delay lately, and how the clock's own moves towards it."""

    began_s: float = -math.inf
    least_s: float = math.inf
    least_before_s: float = math.inf
    looked_s: float = 0.0

    def follow(self, known_s: float, delay_s: float, arrived_s: float) -> float:
        if arrived_s - self.began_s > _WINDOW_S:
            self.began_s, self.least_before_s, self.least_s = arrived_s, self.least_s, math.inf
        self.least_s = min(self.least_s, delay_s)
        wanted_s = min(self.least_s, self.least_before_s)
        since_s, self.looked_s = arrived_s - self.looked_s, arrived_s
        # Until a whole window is known, a picture that was held back looks like a slow clock.
        if self.least_before_s == math.inf:
            return min(known_s, wanted_s)
        return min(wanted_s, known_s + _SLEW * since_s)
