"""Live presentation: frames on the cameras' clock, and the newest frame wins.

Nothing here knows what happens to the frames; a consumer that is too slow costs frames, never latency.
"""

import asyncio
from collections import deque
from contextlib import aclosing
from dataclasses import replace

from client.clock import now_ns
from client.frames import Drops, FramePair
from client.sources.source import Frames


async def present_on_clock(frames: Frames) -> Frames:
    """Give recorded frames when they are due: the first at once, the others at the recording's own distances.

    Args:
        frames: Frames of a recording, in order.

    Yields:
        The same frames; ``captured_at_ns`` becomes the moment at which the frame was due.
    """
    shift_ns: int | None = None
    async with aclosing(frames):
        async for frame in frames:
            if shift_ns is None:
                shift_ns = now_ns() - frame.captured_at_ns
            due_ns = frame.captured_at_ns + shift_ns
            await asyncio.sleep(max(0, due_ns - now_ns()) / 1e9)
            yield replace(frame, captured_at_ns=due_ns)


class Mailbox:
    """A bounded queue in which the newest frame wins: a full one drops its oldest frame, and counts it.

    Args:
        drops: Where to count.
        capacity: Frames that may wait.
    """

    def __init__(self, drops: Drops, capacity: int = 1) -> None:
        self._waiting: deque[FramePair] = deque()
        self._drops = drops
        self._capacity = capacity
        self._changed = asyncio.Event()
        self._closed = False

    def put(self, frame: FramePair) -> None:
        """Add the newest frame; never waits."""
        if len(self._waiting) == self._capacity:
            self._drops.count(self._waiting.popleft())
        self._waiting.append(frame)
        self._changed.set()

    def close(self) -> None:
        """No further frame will come; those that wait are still given."""
        self._closed = True
        self._changed.set()

    async def get(self) -> FramePair | None:
        """The oldest waiting frame; None once closed and empty."""
        while not self._waiting and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.popleft() if self._waiting else None


async def keep_newest(frames: Frames, drops: Drops) -> Frames:
    """Take frames as fast as they come and give the newest one whenever the consumer asks.

    Args:
        frames: Frames at the cameras' pace; an error of theirs is raised after the waiting frame.
        drops: Counts the frames that a newer one replaced.
    """
    mailbox = Mailbox(drops)

    async def fill() -> None:
        try:
            async with aclosing(frames):
                async for frame in frames:
                    mailbox.put(frame)
        finally:
            mailbox.close()

    filling = asyncio.create_task(fill())
    try:
        while (frame := await mailbox.get()) is not None:
            yield frame
        await filling
    finally:
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)
