"""Events of the steps as lines of JSON in the server's log: what, which arena, which frame.

Knows the form of a line. Text that clients sent is escaped and cut, so that it can neither forge a line nor fill the
disk. Secrets never come here: a step knows none. A line that cannot be written is lost, and nothing else is.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

_LONGEST_TEXT: Final = 500


class Level(StrEnum):
    """How much an event matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def log_event(level: Level, event: str, **fields: str | int | float | None) -> None:
    """Write one line to standard error, which is the server's log: time (UTC), level, event, the fields that are known.

    Args:
        level: How much it matters.
        event: What happened, e.g. "bad_frame".
        fields: What it happened to: `arena`, `frame_index`, `correlation_id` and so on.
    """
    line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level.value, "event": event}
    known = {key: _shorten(value) for key, value in fields.items() if value is not None}
    with suppress(OSError):  # the disk is full, or nobody reads the pipe any more: no reason to lose a frame
        sys.stderr.write(json.dumps(line | known) + "\n")
        sys.stderr.flush()


def _shorten(value: str | int | float | None) -> str | int | float | None:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else value


class Seldom:
    """Lets one of many events through, and counts the others.

    Args:
        every_s: The least time between two that are let through.
        clock_s: Monotonic, seconds.
    """

    def __init__(self, every_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._next_s = float("-inf")
        self._held_back = 0

    def admit(self) -> int | None:
        """How many were held back since the last that was let through; None for an event to be held back."""
        with self._lock:
            now_s = self._clock_s()
            if now_s < self._next_s:
                self._held_back += 1
                return None
            held_back, self._held_back = self._held_back, 0
            self._next_s = now_s + self._every_s
            return held_back
