"""Transports in memory; their twins against the real server are in test_real_server.py."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace

from client.messages import Answer, Refusal, Request
from sideline.tensors import Category, FrameStatus
from tests.client.updates import Person, find, solve


def answer_well(request: Request) -> Answer | Refusal:
    """One player whose x is the frame's index; END_OF_STREAM for the END request."""
    index = request.frame.frame_index
    if request.end:
        return Answer(index, FrameStatus.END_OF_STREAM)
    return Answer(index, FrameStatus.OK, detections=find([Person(7, float(index), 1.0)]))


def solve_windows_of_four(request: Request) -> Answer | Refusal:
    """As ``answer_well``; the frames 0–3, 4–7 … become track 1, one frame after the window's last, or at END."""
    answer = answer_well(request)
    assert isinstance(answer, Answer)
    index = request.frame.frame_index
    solved = range(max(0, index - 2) // 4 * 4, index) if request.end else range(index - 5, index - 1)
    if not request.end and (index % 4 != 1 or index < 5):
        return answer
    return replace(answer, windows=solve([(frame, 7, 1) for frame in solved], [(1, Category.AWAY, 23)]))


class MemoryTransport:
    """Answers by a function, after a delay, and keeps the requests that it saw.

    ``most_in_flight`` is the highest number of requests that were accepted and not yet answered.
    """

    def __init__(
        self, answer: Callable[[Request], Answer | Refusal | None] = answer_well, delay_s: float = 0.0
    ) -> None:
        self.requests: list[Request] = []
        self.most_in_flight = 0
        self._answer = answer
        self._delay_s = delay_s

    async def exchange(self, requests: AsyncIterator[Request]) -> AsyncGenerator[Answer | Refusal, None]:
        accepted: asyncio.Queue[Request | None] = asyncio.Queue()

        async def accept() -> None:
            async for request in requests:
                self.requests.append(request)
                accepted.put_nowait(request)
                self.most_in_flight = max(self.most_in_flight, accepted.qsize() + busy)
            accepted.put_nowait(None)

        busy = 0
        accepting = asyncio.create_task(accept())
        try:
            while (request := await accepted.get()) is not None:
                busy = 1
                await asyncio.sleep(self._delay_s)
                answer = self._answer(request)
                if answer is None:
                    return
                busy = 0
                yield answer
        finally:
            accepting.cancel()
            await asyncio.gather(accepting, return_exceptions=True)
