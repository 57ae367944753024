"""One source's frames across the sessions of a stream: what was handed out and not answered is not forgotten.

Knows which frames are on their way; knows nothing of servers.
"""

import asyncio
from collections import deque

from client.frames import Drops, FramePair
from client.sources.source import Frames


class Feed:
    """Hands frames to one session after the other.

    Args:
        frames: The source's frames, in order; closed by ``close``.
        drops: Counts the frames that a live stream loses with a session.
        resend: Whether a new session gets the frames that the one before left unanswered; otherwise they count as
            dropped, for a live stream wants the newest.
        max_frames: Frames to take from the source at most; None for all.
    """

    def __init__(self, frames: Frames, drops: Drops, *, resend: bool, max_frames: int | None = None) -> None:
        self._frames = frames
        self._drops = drops
        self._resend = resend
        self._left = max_frames
        self._unanswered: deque[FramePair] = deque()
        self._next: asyncio.Task[FramePair | None] | None = None
        self._ended = False

    @property
    def is_exhausted(self) -> bool:
        """Whether the source has ended and every frame of it was answered or dropped."""
        return self._ended and not self._unanswered

    async def for_session(self) -> Frames:
        """The frames for the next session; closing it, or being cancelled in it, takes nothing from the source."""
        for frame in self._begin_again():
            yield frame
        while (frame_or_none := await self._take()) is not None:
            self._unanswered.append(frame_or_none)
            yield frame_or_none
        self._ended = True

    def mark_answered(self, frame_index: int) -> None:
        """Forget a frame; those before it were answered, too."""
        while self._unanswered and self._unanswered[0].frame_index <= frame_index:
            self._unanswered.popleft()

    async def close(self) -> None:
        """Release what the source holds; live, what was still on its way counts as dropped."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        if not self._resend:
            self._drop_unanswered()
        await self._frames.aclose()

    def _begin_again(self) -> list[FramePair]:
        if self._resend:
            return list(self._unanswered)
        self._drop_unanswered()
        self._drop_stale()
        return []

    def _drop_unanswered(self) -> None:
        for frame in self._unanswered:
            self._drops.count(frame)
        self._unanswered.clear()

    def _drop_stale(self) -> None:
        """A frame that was fetched before the break is older than the newest one by now."""
        waiting = self._next
        if waiting is not None and waiting.done() and waiting.exception() is None:
            frame = waiting.result()
            if frame is not None:
                self._drops.count(frame)
                self._next = None

    async def _take(self) -> FramePair | None:
        if self._next is None:
            if self._left == 0:
                return None
            self._left = None if self._left is None else self._left - 1
            self._next = asyncio.create_task(self._fetch())
        await asyncio.wait([self._next])  # cancelled, it leaves the source at its work
        fetched, self._next = self._next, None
        return fetched.result()

    async def _fetch(self) -> FramePair | None:
        return await anext(self._frames, None)
