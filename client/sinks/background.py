"""Lets a slow sink work in a thread, so that it does not hold up the stream."""

import asyncio
from typing import Final

from client.frames import Update
from client.sinks.sink import Sink
from sideline.errors import SidelineError

_WAITING: Final = 8
"""Updates that may wait for the sink; each holds its frame's JPEGs."""


class BackgroundSink:
    """Runs one sink in a thread; to be opened, written to and closed from the event loop.

    Args:
        sink: The slow one.
        may_skip: Whether an update is left out when the sink has fallen behind; otherwise the writer waits.

    Attributes:
        skipped: Updates left out.
    """

    def __init__(self, sink: Sink, *, may_skip: bool) -> None:
        self.skipped = 0
        self._sink = sink
        self._may_skip = may_skip
        self._waiting: asyncio.Queue[Update | None] = asyncio.Queue(_WAITING)
        self._working: asyncio.Task[None] | None = None
        self._failure: SidelineError | None = None
        self._reported = False

    async def open(self) -> None:
        """Open the sink and start its thread."""
        await asyncio.to_thread(self._sink.open)
        self._working = asyncio.create_task(self._work())

    async def write(self, update: Update) -> None:
        """Hand an update over.

        Raises:
            SinkError: an earlier update could not be written.
        """
        self._raise_failure()
        if self._may_skip and self._waiting.full():
            self.skipped += 1
        else:
            await self._waiting.put(update)

    async def close(self) -> None:
        """Write what waits and close the sink."""
        if self._working is not None:
            await self._waiting.put(None)
            await self._working
            self._working = None
            await asyncio.to_thread(self._sink.close)
        self._raise_failure()

    async def _work(self) -> None:
        """After a failure the rest is thrown away, so that nobody waits for a full queue."""
        while (update := await self._waiting.get()) is not None:
            if self._failure is None:
                try:
                    await asyncio.to_thread(self._sink.write, update)
                except SidelineError as error:
                    self._failure = error

    def _raise_failure(self) -> None:
        if self._failure is not None and not self._reported:
            self._reported = True
            raise self._failure
