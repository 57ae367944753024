"""State per stream inside a Python step: made at START, dropped at END, forgotten when its camera dies.

Knows streams by their correlation ID only. Triton expires an idle sequence without telling the step, so the step
needs an expiry of its own (triton-inference-server/server#6846).
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from sideline.errors import StreamError
from sideline.serving.admission import SILENCE_S

State = TypeVar("State")

CorrelationId = int | str


@dataclass(slots=True)
class _Entry(Generic[State]):
    state: State
    used_at_s: float


class SequenceStates(Generic[State]):
    """One state a stream.

    Args:
        make_state: Makes a stream's state at its START.
        max_idle_s: A stream that gave no frame for so long is forgotten.
        most: How many streams have a place; with one more, that which was silent for longest is forgotten, if that was
            long enough to lose its place.
        clock_s: Monotonic clock, seconds.
    """

    def __init__(
        self,
        make_state: Callable[[], State],
        max_idle_s: float,
        most: Callable[[], int] = lambda: sys.maxsize,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make_state: Final = make_state
        self._max_idle_s: Final = max_idle_s
        self._most: Final = most
        self._clock_s: Final = clock_s
        self._entries: dict[CorrelationId, _Entry[State]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def enter(self, correlation_id: CorrelationId, start: bool) -> State:
        """The state for this request; START makes it anew, also for a stream that is alive.

        Raises:
            StreamError: The stream is not known and the request does not start it.
        """
        now_s = self._clock_s()
        self._expire(now_s)
        if start:
            self._make_room(now_s)
            self._entries[correlation_id] = _Entry(self._make_state(), now_s)
        entry = self._entries.get(correlation_id)
        if entry is None:
            raise StreamError(f"stream {correlation_id} is not known here (any more): begin it again with START")
        entry.used_at_s = now_s
        return entry.state

    def leave(self, correlation_id: CorrelationId) -> None:
        """Drop the state at END."""
        self._entries.pop(correlation_id, None)

    def _make_room(self, now_s: float) -> None:
        """Cameras that die again and again without END would else be remembered by the hundred."""
        while self._entries and len(self._entries) >= self._most():
            oldest = min(self._entries, key=lambda each: self._entries[each].used_at_s)
            if now_s - self._entries[oldest].used_at_s <= SILENCE_S:
                break  # somebody addresses the step itself; no live stream is to suffer from it
            del self._entries[oldest]

    def _expire(self, now_s: float) -> None:
        idle = [key for key, entry in self._entries.items() if now_s - entry.used_at_s > self._max_idle_s]
        for correlation_id in idle:
            del self._entries[correlation_id]
