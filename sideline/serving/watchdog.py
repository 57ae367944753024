"""Watches a server that says "ready": its processes, several times a second, and a canary through the ensemble.

Triton goes on answering "ready" when a step's process has died (triton-inference-server/server#7230, #8841) or hangs.
A canary that is late alone shows no such thing: on a server that is asked for too much it stands in line, and a restart
would make everything worse. So a late canary is waited for while the line moves, and no longer than the line can be.
An instance that hangs beside others meets no canary, for Triton gives the next stream to one that is free; it is found
by what its process is at.
Knows processes, canaries and the line; starts and stops nothing.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sideline.errors import ServerError, SidelineError
from sideline.serving.admission import Line
from sideline.serving.process_group import is_living, is_stopped

_POLL_S: Final = 0.2
_LONGEST_STOP_S: Final = 1.0
"""A step that was stopped for longer does not come back: Triton gives its requests up after a second, and it dies of
their answers when it goes on (measured with 24.10)."""
_MOST_FAILURES: Final = 2
"""Canaries that may fail one after the other: one can meet a request that dies for another reason."""
_PATIENCE_S: Final = 20.0
"""Time in which a canary comes back, or another frame does."""
_LONGEST_TURN_S: Final = 60.0
"""For one request in one process. Most take milliseconds, a second on a starved core."""
_LONGEST_LOOK_S: Final = 1.0
"""From one look to the next; on a machine that sleeps or starves it is longer, and the server did no more meanwhile."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How to look into a server.

    Attributes:
        send_canary: Sends a canary through the ensemble and waits for it; a SidelineError or an OSError when it fails.
        look_at_line: What stands in the ensemble, see ``StreamTable.look_at_line``.
        find_turns: What the steps are at, see ``work_table.find_turns``.
        every_s: From one canary to the next.
    """

    send_canary: Callable[[], None]
    look_at_line: Callable[[], Line]
    find_turns: Callable[[], Mapping[int, int]]
    every_s: float = 5.0


class _Trip:
    """A canary on its way.

    Args:
        line: The line when it was sent.
        outcome: What is wrong with it when it is back; empty for nothing.
    """

    def __init__(self, line: Line, outcome: Future[str]) -> None:
        self.outcome: Final = outcome
        self._sent: Final = line.answered
        self._answered = line.answered
        self._longest = line.longest
        self._still_s = 0.0
        self._lasted_s = 0.0

    def find_delay(self, line: Line, seconds: float) -> str:
        """Why it is too late after so many seconds more, with the line as it is now; empty while it may still come."""
        self._lasted_s += seconds
        self._still_s = 0.0 if line.answered != self._answered else self._still_s + seconds
        self._answered, self._longest = line.answered, max(line.longest, self._longest)
        if self._still_s > _PATIENCE_S:
            return f"no frame was answered for {_PATIENCE_S:g} s, a canary's neither"
        overtaking = self._answered - self._sent - self._longest
        if self._lasted_s > _PATIENCE_S and overtaking > 0:
            return f"a canary is out for {self._lasted_s:.0f} s, and {overtaking} frames that came later were answered"
        return ""


class Watchdog:
    """Watches one start of a server.

    Args:
        has_ended: Whether tritonserver is gone.
        stubs: Its steps by process ID.
        probe: See ``Probe``.
        clock_s: Monotonic clock, seconds.
        canaries: Where canaries wait for their answers; a thread by default.
    """

    def __init__(
        self,
        has_ended: Callable[[], bool],
        stubs: Mapping[int, str],
        probe: Probe,
        clock_s: Callable[[], float] = time.monotonic,
        canaries: Executor | None = None,
    ) -> None:
        self._has_ended = has_ended
        self._stubs = stubs
        self._probe = probe
        self._clock_s = clock_s
        self._canaries = canaries or ThreadPoolExecutor(1, "sideline-canary")
        self._trip: _Trip | None = None
        self._looked_s = clock_s()
        self._due_s = self._looked_s + probe.every_s
        self._stopped_since_s: dict[int, float] = {}
        self._turns_s: dict[tuple[int, int], float] = {}
        self._failures = 0

    def watch(self, until: Callable[[], bool]) -> None:
        """Block until the server has ended, or until something else says so.

        Raises:
            ServerError: A step died, was stopped or hangs, or canaries do not come back.
        """
        try:
            while not self._has_ended() and not until():
                self.check()
                time.sleep(_POLL_S)
        finally:
            self._canaries.shutdown(wait=False, cancel_futures=True)

    def check(self) -> None:
        """Look once; does not wait for a canary.

        Raises:
            ServerError: As in ``watch``.
        """
        for pid, step in self._stubs.items():
            if not is_living(pid):
                raise ServerError(f"the process of {step} died and Triton does not restart it: start the server again")
            if self._is_stopped_for_long(pid):
                raise ServerError(f"the process of {step} was stopped and Triton gave it up: start the server again")
        now_s = self._clock_s()
        since_s, self._looked_s = min(now_s - self._looked_s, _LONGEST_LOOK_S), now_s
        self._follow_turns(since_s)
        if self._trip is not None:
            self._follow(self._trip, since_s)
        elif now_s >= self._due_s:
            self._trip = _Trip(self._probe.look_at_line(), self._canaries.submit(self._send))

    def _is_stopped_for_long(self, pid: int) -> bool:
        if not is_stopped(pid):
            self._stopped_since_s.pop(pid, None)
            return False
        now_s = self._clock_s()
        return now_s - self._stopped_since_s.setdefault(pid, now_s) > _LONGEST_STOP_S

    def _follow_turns(self, since_s: float) -> None:
        turns = self._probe.find_turns().items()
        self._turns_s = {turn: self._turns_s.get(turn, 0.0) + since_s for turn in turns}
        if max(self._turns_s.values(), default=0.0) > _LONGEST_TURN_S:
            # A step that waits for an engine took its request up a moment before it.
            nearly_s = _LONGEST_TURN_S - 2 * _LONGEST_LOOK_S
            hanging = sorted({self._stubs[pid] for (pid, _), lasted_s in self._turns_s.items() if lasted_s > nearly_s})
            raise ServerError(
                f"{_LONGEST_TURN_S:g} s at one request: {', '.join(hanging)}: the server hangs; start it again, "
                "`--log-file` keeps the log"
            )

    def _send(self) -> str:
        """In the canary's thread: what is wrong with the server, empty when nothing is."""
        try:
            self._probe.send_canary()
        except (SidelineError, OSError) as error:  # also a certificate that is being exchanged
            return str(error)
        return ""

    def _follow(self, trip: _Trip, since_s: float) -> None:
        if not trip.outcome.done():
            if delay := trip.find_delay(self._probe.look_at_line(), since_s):
                raise ServerError(f"{delay}: the server hangs; start it again, `--log-file` keeps the log")
            return
        self._trip = None
        complaint = trip.outcome.result()
        self._failures = self._failures + 1 if complaint else 0
        if self._failures >= _MOST_FAILURES:
            raise ServerError(complaint)
        self._due_s = self._clock_s() + (0.0 if complaint else self._probe.every_s)
