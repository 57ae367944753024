"""Transports in memory; their twins against the real server are in test_real_server.py."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import numpy as np

from client.messages import Answer, Refusal, Request
from sideline.tensors import FrameStatus


def answer_well(request: Request) -> Answer | Refusal:
    """One player whose x is the frame's index; END_OF_STREAM for the END request."""
    index = request.frame.frame_index
    if request.end:
        return Answer(index, FrameStatus.END_OF_STREAM)
    return Answer(
        frame_index=index,
        status=FrameStatus.OK,
        foot_points_m=np.array([[index, 1.0]], np.float32),
        foot_points_uv=np.array([[0.5, 0.5]], np.float32),
        scores=np.array([0.9], np.float32),
        micro_track_ids=np.array([7], np.int64),
    )


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
