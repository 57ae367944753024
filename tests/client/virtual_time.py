"""A clock that stands still while code runs and jumps to whatever is due next, and a server with one line on it."""

import asyncio
import selectors
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

import client.clock
from client.messages import Answer, Refusal, Request
from tests.client.transports import answer_well

Result = TypeVar("Result")


class _Jumping(selectors.SelectSelector):
    """Waits for nothing."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits, and nothing is due"
        self.now_s += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on a virtual clock, seconds from 0."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s


def run_virtually(monkeypatch: pytest.MonkeyPatch, main: Coroutine[Any, Any, Result]) -> Result:
    """Run a client's coroutine on a virtual clock."""
    loop = VirtualLoop()
    with monkeypatch.context() as patch:
        patch.setattr(client.clock, "time", SimpleNamespace(perf_counter_ns=lambda: int(loop.time() * 1e9)))
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(main)


class OneLine:
    """A server that works on one frame after the other, whoever sent it; a transport for any number of streams.

    Args:
        work_s: What the n-th frame takes, seconds.
        way_s: What each takes besides, in which nobody waits for it: the link, and steps that overlap.
    """

    def __init__(self, work_s: Callable[[int], float], way_s: float = 0.0) -> None:
        self.frames = 0
        self._work_s = work_s
        self.way_s = way_s
        self._free_at_s = 0.0

    def queue_s(self) -> float:
        """How long a frame would wait that comes now."""
        return max(0.0, self._free_at_s - asyncio.get_running_loop().time())

    async def exchange(self, requests: AsyncIterator[Request]) -> AsyncGenerator[Answer | Refusal, None]:
        loop = asyncio.get_running_loop()
        accepted: asyncio.Queue[tuple[Request, float] | None] = asyncio.Queue()

        async def accept() -> None:
            async for request in requests:
                self._free_at_s = max(loop.time(), self._free_at_s) + self._work_s(self.frames)
                self.frames += 1
                accepted.put_nowait((request, self._free_at_s + self.way_s))
            accepted.put_nowait(None)

        accepting = asyncio.create_task(accept())
        try:
            while (entry := await accepted.get()) is not None:
                request, due_s = entry
                await asyncio.sleep(due_s - loop.time())
                yield answer_well(request)
        finally:
            accepting.cancel()
            await asyncio.gather(accepting, return_exceptions=True)
