"""A stream that outlives its sessions: when one breaks, a new one goes on where the answers ended.

Every session is a sequence of its own, with a fresh correlation ID and START. Frames that were sent and not answered
are sent again (recordings) or counted as dropped (live); each frame is answered once. Knows no transport.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from client.feed import Feed
from client.frames import Drops, Update
from client.renumbering import HighestIds, Renumbering
from client.session import Session
from client.sources.source import Frames
from client.windows import SolvedWindows, join_windows
from sideline.errors import SidelineError, StreamLostError


@dataclass(frozen=True, slots=True)
class Reconnect:
    """How a broken stream is taken up again. The first session of a stream is not: its error tells what is wrong.

    Attributes:
        give_up_after_s: Time without an answer after which the stream ends with the error; 0 ends it at once.
        first_wait_s, longest_wait_s: Waits between attempts; each is twice the one before, less a random part of up
            to one half, so that many clients do not come at once.
    """

    give_up_after_s: float = 60.0
    first_wait_s: float = 0.1
    longest_wait_s: float = 0.5

    def wait_s(self, attempt: int) -> float:
        """How long to wait before an attempt, counted from 0 since the last answer."""
        longest_s = min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(attempt, 30))
        return longest_s * random.uniform(0.5, 1.0)  # noqa: S311  no secret


NEVER: Final = Reconnect(give_up_after_s=0.0)


@dataclass(frozen=True, slots=True)
class Break:
    """One time that a stream broke and did not end with it.

    Attributes:
        reason: What broke it.
        frame_index: The first frame that was answered afterwards; None when every frame had been answered before.
        lasted_s: From the break to that answer.
    """

    reason: str
    frame_index: int | None
    lasted_s: float


@dataclass(slots=True)
class _Outage:
    """The time from a break to the next answer; windows that came with the broken session's END wait here."""

    reason: str
    began_s: float
    attempts: int = 0
    windows: SolvedWindows | None = None


class Tracking:
    """A stream of one rig, to be iterated once: ``async for update in tracking``.

    Args:
        open_session: Makes a session that sends these frames.
        feed: The source's frames.
        drops: What the live policy and the breaks left out.
        reconnect: What to do when a session breaks.
        taken: IDs that an earlier part of the stream has given out.

    Attributes:
        drops: As given; keeps counting while the stream runs.
        breaks: The times that the stream broke and went on.
    """

    def __init__(
        self,
        open_session: Callable[[Frames], Session],
        feed: Feed,
        drops: Drops,
        reconnect: Reconnect,
        taken: HighestIds,
    ) -> None:
        self.drops = drops
        self.breaks: list[Break] = []
        self._open_session = open_session
        self._feed = feed
        self._reconnect = reconnect
        self._renumbering = Renumbering(taken)
        self._session: Session | None = None
        self._stopped = asyncio.Event()
        self._has_answers = False
        self._outage: _Outage | None = None
        self._error: SidelineError | None = None
        self._end: Update | None = None

    @property
    def correlation_id(self) -> int | None:
        """Triton's sequence ID of the present session; None before the first."""
        return None if self._session is None else self._session.correlation_id

    async def __aiter__(self) -> AsyncGenerator[Update, None]:
        """Yield one update for every frame that is not dropped, in order, and last the one that answers END.

        The last one carries the windows that were still being solved; it is missing when the stream broke after its
        last frame was answered.

        Raises:
            StreamError: the first session failed, or none could go on in time; the message says what to do. What END
                still brought comes before the error is raised.
            SourceError: the source failed; raised after the updates of the frames before it.
        """
        try:
            while True:
                async with aclosing(self._updates_of_session()) as updates:
                    async for update in updates:
                        yield update
                if not self._goes_on():
                    break
                await self._pause()
            if self._end is not None:
                yield self._end
            if self._error is not None:
                raise self._error
        finally:
            await self._feed.close()

    def stop(self) -> None:
        """Take no further frame; the frames in flight are still answered, then the iteration ends."""
        self._stopped.set()
        if self._session is not None:
            self._session.stop()

    async def _updates_of_session(self) -> AsyncGenerator[Update, None]:
        """The frames of one session; how it ended stays in ``_error`` and ``_end``."""
        self._session, self._error = self._open_session(self._feed.for_session()), None
        try:
            async with aclosing(aiter(self._session)) as updates:
                async for update in updates:
                    if update.is_end:
                        self._end = self._renumbering.renumber(update)
                    else:
                        yield self._accept(update)
        except SidelineError as error:
            self._error = error

    def _accept(self, update: Update) -> Update:
        self._feed.mark_answered(update.frame_index)
        self._has_answers = True
        update = self._renumbering.renumber(update)
        if self._outage is None:
            return update
        windows = join_windows(self._outage.windows, update.windows)
        self._end_outage(update.frame_index)
        return replace(update, windows=windows)

    def _goes_on(self) -> bool:
        """Whether another session is worth a try after this one; notes the break."""
        if not isinstance(self._error, StreamLostError) or not self._has_answers:
            return False
        now_s = monotonic()
        outage = self._outage = self._outage or _Outage(str(self._error), now_s)
        if self._feed.is_exhausted:
            self._error = None
            self._end_outage(None)
            return False
        if self._stopped.is_set() or now_s - outage.began_s >= self._reconnect.give_up_after_s:
            return False
        if self._end is not None:
            outage.windows, self._end = join_windows(outage.windows, self._end.windows), None
        self._renumbering.begin_sequence()
        return True

    def _end_outage(self, frame_index: int | None) -> None:
        if self._outage is not None:
            self.breaks.append(Break(self._outage.reason, frame_index, monotonic() - self._outage.began_s))
        self._outage = None

    async def _pause(self) -> None:
        outage = self._outage
        if outage is not None:
            outage.attempts += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self._reconnect.wait_s(outage.attempts - 1))
