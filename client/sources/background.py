"""Runs a blocking iterator in a thread of its own and hands its items to the event loop."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from typing import Final, TypeVar

T = TypeVar("T")

_JOIN_S: Final = 1.0
"""How long closing waits for the thread; one that hangs in a network read ends by itself at its timeout."""


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None


async def iterate_in_thread(items: Generator[T, None, None], depth: int) -> AsyncGenerator[T, None]:
    """Yield what a blocking generator gives; it works ahead while the consumer waits for other things.

    Args:
        items: Runs, and is closed, in the thread; an error of it is raised here after the items before it.
        depth: Items that it may be ahead.
    """
    loop = asyncio.get_running_loop()
    ready: asyncio.Queue[T | _End] = asyncio.Queue()
    free = threading.Semaphore(depth)
    stopped = threading.Event()

    def hand_over(item: T | _End) -> None:
        if not stopped.is_set():
            loop.call_soon_threadsafe(ready.put_nowait, item)

    def work() -> None:
        try:
            for item in items:
                hand_over(item)
                free.acquire()
                if stopped.is_set():
                    return
            hand_over(_End(None))
        except Exception as error:
            hand_over(_End(error))
        finally:
            items.close()

    thread = threading.Thread(target=work, name="sideline-source", daemon=True)
    thread.start()
    try:
        while not isinstance(item := await ready.get(), _End):
            free.release()
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        free.release()
        await asyncio.to_thread(thread.join, _JOIN_S)
