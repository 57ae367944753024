"""One stream of one rig: frames go out through a window, answers come back matched by position.

    frames ── pump (window) ── outbox ── transport ── answers ── inbox ── updates

A session is one sequence of the server's: START on its first frame, an END request without pictures after its last.
Nothing here reconnects: a session that fails says why, and `client.tracking` begins a new one.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from client.clock import now_ns
from client.frames import Drops, FramePair, Timing, Update
from client.in_flight import Answered, Gate, LiveLimit
from client.messages import Answer, Refusal, Request
from client.sources.source import Frames
from client.transport import Transport
from sideline.errors import ConfigError, StreamError, StreamLostError
from sideline.tensors import MOST_IN_FLIGHT

_GOODBYE_S: Final = 2.0
"""How long a session that is given up waits for the answer to its END."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a session sends.

    Attributes:
        window: Frames in flight, 1 to 16; an update that was not taken yet counts. A server refuses more.
        live: Whether the newest frame wins; then fewer are in flight while they would only wait (`client.in_flight`).
        answer_timeout_s: How long the answer to a frame may take, once all before it are answered, before the session
            fails: frames on a slow link or in a long line take turns.
        end_timeout_s: The same for END, which waits for the windows that are being solved.
    """

    window: int = 4
    live: bool = False
    answer_timeout_s: float = 20.0
    end_timeout_s: float = 90.0

    def __post_init__(self) -> None:
        """Refuse a window that the server would."""
        if not 1 <= self.window <= MOST_IN_FLIGHT:
            raise ConfigError(f"{self.window} frames in flight: choose 1 to {MOST_IN_FLIGHT}")


@dataclass(frozen=True, slots=True)
class MatchTexts:
    """What the server is told of a match beside its frames, as UTF-8.

    Attributes:
        calibration: The rig file; travels with every frame.
        match_sheet: Kits and numbers; travels with START. Empty when there is none.
    """

    calibration: bytes
    match_sheet: bytes = b""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request on its way; whether no other one was when it was sent, ns since the Unix epoch."""

    request: Request
    at_ns: int
    alone: bool


class Session:
    """A stream of one rig, to be iterated once: ``async for update in session``.

    Args:
        transport: Carries the requests.
        frames: What to send, in order; closed at the end.
        match: What is said of the match beside its frames.
        options: How to send.
        drops: What was left out; the server is told.

    Attributes:
        correlation_id: Triton's sequence ID, random, fresh per session.
    """

    def __init__(
        self,
        transport: Transport,
        frames: Frames,
        match: MatchTexts,
        options: SessionOptions,
        drops: Drops | None = None,
    ) -> None:
        self.correlation_id = secrets.randbits(62) + 1
        self._transport = transport
        self._frames = frames
        self._match = match
        self._options = options
        self._drops = drops or Drops()
        self._window = Gate(options.window)
        self._limit = LiveLimit(options.window) if options.live else None
        self._outbox: asyncio.Queue[FramePair | None] = asyncio.Queue()
        self._inbox: asyncio.Queue[Update | None] = asyncio.Queue()
        self._in_flight: deque[_Sent] = deque()
        self._answered_at_ns = 0
        self._pumping: asyncio.Task[None] | None = None
        self._stopped = False
        self._refused: StreamError | None = None
        self._deadline = asyncio.timeout(None)

    async def __aiter__(self) -> AsyncGenerator[Update, None]:
        """Yield one update for every frame sent, in order, and last the one that answers END.

        The last one carries the windows that were still being solved; a session that sent nothing has none.

        Raises:
            StreamError: the server cannot be reached, refused a frame or fell silent; the message says what to do. What
                END still brought comes before the refusal of a frame is raised.
            SourceError: the source failed; raised after the updates of the frames before it.
        """
        exchanging = asyncio.create_task(self._exchange())
        try:
            while (update := await self._inbox.get()) is not None:
                self._window.leave()
                yield update
            await exchanging
            await self._raise_source_error()
        finally:
            await self._close(exchanging)

    def stop(self) -> None:
        """Take no further frame; the frames in flight are still answered, then the iteration ends."""
        self._stopped = True
        if self._pumping is not None:
            self._pumping.cancel()

    async def _pump_frames(self) -> None:
        try:
            async with aclosing(self._frames) as frames:
                while not self._stopped:
                    await self._window.enter()
                    self._outbox.put_nowait(await anext(frames))
        except StopAsyncIteration:
            pass
        finally:
            self._outbox.put_nowait(None)

    async def _requests(self) -> AsyncIterator[Request]:
        """Starts the pump only when the stream is open, so that a live clock does not run before."""
        self._pumping = asyncio.create_task(self._pump_frames())
        request: Request | None = None
        while (frame := await self._outbox.get()) is not None:
            request = self._ask_for(frame, start=request is None)
            yield self._mark_sent(request)
        if request is not None:
            last = FramePair(request.frame.frame_index + 1, now_ns(), None, None)
            yield self._mark_sent(replace(self._ask_for(last, start=False), end=True))

    def _ask_for(self, frame: FramePair, *, start: bool) -> Request:
        sheet = self._match.match_sheet if start else b""
        dropped = self._drops.take_untold()
        return Request(frame, self._match.calibration, sheet, self.correlation_id, start, end=False, dropped=dropped)

    def _mark_sent(self, request: Request) -> Request:
        self._in_flight.append(_Sent(request, now_ns(), alone=not self._in_flight))
        self._reschedule()
        return request

    def _reschedule(self) -> None:
        """Let the deadline follow the frame whose turn it is; nothing in flight, no deadline."""
        if not self._in_flight:
            self._deadline.reschedule(None)
            return
        oldest = self._in_flight[0]
        waited_s = (now_ns() - max(oldest.at_ns, self._answered_at_ns)) / 1e9
        now_s = asyncio.get_running_loop().time()
        self._deadline.reschedule(now_s + max(0.0, self._timeout_s(oldest.request) - waited_s))

    def _timeout_s(self, request: Request) -> float:
        return self._options.end_timeout_s if request.end else self._options.answer_timeout_s

    async def _exchange(self) -> None:
        try:
            async with aclosing(self._transport.exchange(self._requests())) as answers, self._deadline:
                async for answer in answers:
                    self._take(answer)
            self._check_complete()
        except TimeoutError as error:
            waited_s = self._timeout_s(self._in_flight[0].request)
            raise StreamLostError(
                f"the server gave no answer for {waited_s:g} s: look at its log; it may be overloaded or hung"
            ) from error
        finally:
            self._inbox.put_nowait(None)

    def _take(self, answer: Answer | Refusal) -> None:
        answered_at_ns = self._answered_at_ns = now_ns()
        if not self._in_flight:
            raise StreamError("the server sent an answer that nothing asked for: use client and server of one version")
        sent = self._in_flight.popleft()
        request = sent.request
        self._reschedule()
        if isinstance(answer, Refusal):
            self._refuse(request, answer)
        elif self._refused is None or request.end:
            _check_order(request, answer)
            timing = Timing(request.frame.captured_at_ns, sent.at_ns, answered_at_ns)
            self._adapt(sent, answered_at_ns)
            self._inbox.put_nowait(answer.to_update(request.frame, timing))

    def _refuse(self, request: Request, refusal: Refusal) -> None:
        """Keep the first refusal and wind the session down; END still frees the server's state and brings windows."""
        if self._refused is not None:
            return
        what = "the END of the stream" if request.end else f"frame {request.frame.frame_index}"
        start = " at the START" if request.start else ""
        self._refused = StreamLostError(
            f"the server refused {what}{start}: {refusal.message}. "
            "The stream has ended; track again, and look at the server's log if it happens twice"
        )
        self.stop()

    def _adapt(self, sent: _Sent, answered_at_ns: int) -> None:
        if self._limit is None or sent.request.end:
            return
        out, dropped = len(self._in_flight), self._drops.frames
        self._limit.take(Answered(sent.at_ns, answered_at_ns, sent.alone, out, dropped))
        self._window.resize(self._limit.frames)

    def _check_complete(self) -> None:
        if self._refused is not None:
            raise self._refused
        if self._in_flight:
            raise StreamLostError(
                f"the server closed the stream with {len(self._in_flight)} frames unanswered: look at its log, "
                "start it again with `sideline serve`, then track again"
            )

    async def _raise_source_error(self) -> None:
        if self._pumping is not None:
            await asyncio.wait([self._pumping])
            if not self._pumping.cancelled() and (error := self._pumping.exception()) is not None:
                raise error

    async def _close(self, exchanging: asyncio.Task[None]) -> None:
        self.stop()
        await asyncio.wait([exchanging], timeout=_GOODBYE_S)
        exchanging.cancel()
        tasks = [exchanging] if self._pumping is None else [exchanging, self._pumping]
        await asyncio.gather(*tasks, return_exceptions=True)


def _check_order(request: Request, answer: Answer) -> None:
    if answer.frame_index != request.frame.frame_index:
        raise StreamError(
            f"the answer to frame {request.frame.frame_index} came with index {answer.frame_index}: "
            "frames lost their order in the server; render its configuration anew and restart it"
        )
