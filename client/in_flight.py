"""How many frames of a stream are on their way at a time.

A stream that sends every frame keeps as many as it may: that fills the server. Live, a frame that only waits in the
server's line is older when it is answered, and no answer comes sooner for it. So a live stream takes frames back when
newer ones replace those that wait for room *and* its answers come late; as CoDel does (Nichols and Jacobson 2012,
RFC 8289), it goes by the smallest latency of a while, since a line that lasts shows in every answer, one that passes
does not. What "late" means it learns from frames that were alone on their way.

Knows latencies and drops; reads no clock and sends nothing.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

_LATE: Final = 1.8
"""Latency of a line that lasts, as a multiple of the latency alone. Two frames one behind the other take twice as long;
steps that overlap well take less."""
_TOO_LATE_S: Final = 1.0
"""A live answer is late after so long whatever it takes alone: a stream that begins on a server that is overloaded
has never seen it free."""
_REMEMBERED_NS: Final = 30_000_000_000
"""How long a latency alone is remembered at least; the server's speed may change."""
_FIRST_PATIENCE, _LONGEST_PATIENCE = 8, 64
"""Answers to wait until one frame more is tried again; twice as many each time that it was no good."""
_FEWEST_ANSWERS: Final = 2


class Gate:
    """Lets so many through at a time."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inside = 0
        self._changed = asyncio.Event()

    async def enter(self) -> None:
        """Wait for room."""
        while self._inside >= self._limit:
            self._changed.clear()
            await self._changed.wait()
        self._inside += 1

    def leave(self) -> None:
        """Make room."""
        self._inside -= 1
        self._changed.set()

    def resize(self, limit: int) -> None:
        """Let so many through from now on; who is inside stays."""
        self._limit = limit
        self._changed.set()


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer tells of the line that its frame stood in.

    Attributes:
        sent_at_ns, answered_at_ns: On one clock.
        was_alone: Whether no other frame of the stream was on its way when this one was sent.
        still_out: Frames that are on their way now.
        dropped: Frames that were dropped so far, in all.
    """

    sent_at_ns: int
    answered_at_ns: int
    was_alone: bool
    still_out: int
    dropped: int

    @property
    def latency_s(self) -> float:
        """From the sending to the answer."""
        return (self.answered_at_ns - self.sent_at_ns) / 1e9


class LatencyAlone:
    """The smallest latency of frames that were alone on their way, over 30 to 60 s."""

    def __init__(self) -> None:
        self._since_ns = 0
        self._older_s: float | None = None
        self._newer_s: float | None = None

    @property
    def seconds(self) -> float | None:
        """None when there was no such frame."""
        return min((each for each in (self._older_s, self._newer_s) if each is not None), default=None)

    def take(self, answer: Answered) -> None:
        """Learn from an answer."""
        if answer.answered_at_ns - self._since_ns >= _REMEMBERED_NS:
            self._since_ns, self._older_s, self._newer_s = answer.answered_at_ns, self._newer_s, None
        if answer.was_alone:
            self._newer_s = min(answer.latency_s, answer.latency_s if self._newer_s is None else self._newer_s)


class LiveLimit:
    """How many frames of a live stream may be on their way; follows the answers, one round after the other.

    A round is an answer for each frame that may be on its way, of frames that were sent since the limit changed. The
    answer to START tells nothing: it takes longer than others.

    Args:
        most: Frames at most.

    Attributes:
        frames: The limit, 1 to ``most``.
    """

    def __init__(self, most: int) -> None:
        self.frames = most
        self._most = most
        self._alone = LatencyAlone()
        self._patience = _FIRST_PATIENCE
        self._wait_for = 0
        self._of_before = 1
        self._dropped = 0
        self._round: list[float] = []

    def take(self, answer: Answered) -> None:
        """Learn from an answer."""
        self._wait_for = max(0, self._wait_for - 1)
        has_dropped = answer.dropped > self._dropped
        if has_dropped and answer.latency_s > _TOO_LATE_S:
            self._begin_round(1, answer)  # a round of such answers would take too long
        elif self._of_before:
            self._of_before -= 1
            self._dropped = answer.dropped
        else:
            self._alone.take(answer)
            self._round.append(answer.latency_s)
            if len(self._round) >= max(self.frames, _FEWEST_ANSWERS):
                self._begin_round(self._judge(min(self._round), has_dropped), answer)

    def _begin_round(self, limit: int, answer: Answered) -> None:
        if limit < self.frames and self._alone.seconds is not None:
            self._wait_for, self._patience = self._patience, min(2 * self._patience, _LONGEST_PATIENCE)
        if limit != self.frames:
            self._of_before = answer.still_out
        self.frames, self._dropped = limit, answer.dropped
        self._round.clear()

    def _judge(self, latency_s: float, has_dropped: bool) -> int:
        """The limit after a round with this smallest latency."""
        alone_s = self._alone.seconds
        if has_dropped and alone_s is None:
            return 1  # to learn it
        is_late = latency_s > _TOO_LATE_S or (alone_s is not None and latency_s > _LATE * alone_s)
        if is_late:
            return max(1, self.frames - 1) if has_dropped else self.frames
        if self._wait_for:
            return self.frames
        if self.frames == self._most and not has_dropped:
            self._patience = _FIRST_PATIENCE
        return min(self.frames + 1, self._most)
