"""Places a video's pictures on the common clock of both cameras. Pure arithmetic on times."""

import math
from fractions import Fraction
from typing import Final

SETTLING_S: Final = 1.0
"""How long a live camera is listened to before its pictures are given."""


class PictureClock:
    """Turns a picture's time within its video into an index.

    A file's first picture is index 0. A live camera's pictures arrive in a burst at first, since the network and the
    probing held them back; so the clock listens for a while and trusts the picture that came with the least delay.

    Args:
        fps: Frames a second of the common clock.
        started_s: Machine's monotonic time at index 0, seconds; the same for both cameras.
        is_live: Whether the pictures arrive as they are taken.
    """

    def __init__(self, fps: Fraction, started_s: float, is_live: bool) -> None:
        self._fps = fps
        self._started_s = started_s
        self._is_live = is_live
        self._first_s: Fraction | None = None
        self._settled_at_s = 0.0
        self._delay_s = float("inf")

    def place(self, media_s: Fraction, arrived_s: float) -> int | None:
        """The index of a picture.

        Args:
            media_s: Its time within the video, seconds, from any origin.
            arrived_s: Machine's monotonic time at which it was decoded, seconds.

        Returns:
            Its index; None while a live camera's clock settles.
        """
        if self._first_s is None:
            self._first_s = media_s
            self._settled_at_s = arrived_s + SETTLING_S
        elapsed_s = media_s - self._first_s
        if not self._is_live:
            return round(elapsed_s * self._fps)
        if arrived_s < self._settled_at_s:
            self._delay_s = min(self._delay_s, arrived_s - self._started_s - float(elapsed_s))
            return None
        # Rounded down, so that no picture is dated after its arrival.
        return math.floor((self._delay_s + float(elapsed_s)) * float(self._fps))
