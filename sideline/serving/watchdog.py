"""Watches a server that says "ready": its processes, several times a second, and a canary through the ensemble.

Triton goes on answering "ready" when a step's process has died (triton-inference-server/server#7230, #8841) or hangs.
Knows processes and canaries; starts and stops nothing.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sideline.errors import ServerError
from sideline.serving.process_group import is_living, is_stopped

_POLL_S: Final = 0.2
_LONGEST_STOP_S: Final = 1.0
"""A step that was stopped for longer does not come back: Triton gives its requests up after a second, and it dies of
their answers when it goes on (measured with 24.10)."""
_MOST_FAILURES: Final = 2
"""Canaries that may fail one after the other: one can meet a request that dies for another reason."""
_MOST_SLOW: Final = 3
"""Canaries that may come back in no time while the server answers others: that is overload, and a restart would make it
worse; but an instance that hangs beside one that works looks the same."""


class SlowCanaryError(ServerError):
    """A canary did not come back in time."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How to look into a server.

    Attributes:
        send_canary: Sends a canary through the ensemble; raises ServerError, ``SlowCanaryError`` when it is late.
        count_answers: Frames answered so far, by the server's own count; raises ServerError when it does not say.
        every_s: From one canary to the next.
    """

    send_canary: Callable[[], None]
    count_answers: Callable[[], int]
    every_s: float = 5.0


class Watchdog:
    """Watches one start of a server.

    Args:
        has_ended: Whether tritonserver is gone.
        stubs: Its steps by process ID.
        probe: See ``Probe``.
        clock_s: Monotonic clock, seconds.
    """

    def __init__(
        self,
        has_ended: Callable[[], bool],
        stubs: Mapping[int, str],
        probe: Probe,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._has_ended = has_ended
        self._stubs = stubs
        self._probe = probe
        self._clock_s = clock_s
        self._canaries = ThreadPoolExecutor(1, "sideline-canary")
        self._canary: Future[str] | None = None
        self._due_s = clock_s() + probe.every_s
        self._stopped_since_s: dict[int, float] = {}
        self._failures = 0
        self._slow = 0

    def watch(self, until: Callable[[], bool]) -> None:
        """Block until the server has ended, or until something else says so.

        Raises:
            ServerError: A step died or was stopped, or canaries do not come back.
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
        if self._canary is None and self._clock_s() >= self._due_s:
            self._canary = self._canaries.submit(self._send)
        if self._canary is not None and self._canary.done():
            canary, self._canary = self._canary, None
            self._due_s = self._clock_s() + self._probe.every_s
            self._judge(canary.result())

    def _is_stopped_for_long(self, pid: int) -> bool:
        if not is_stopped(pid):
            self._stopped_since_s.pop(pid, None)
            return False
        now_s = self._clock_s()
        return now_s - self._stopped_since_s.setdefault(pid, now_s) > _LONGEST_STOP_S

    def _send(self) -> str:
        """In the canary's thread: what is wrong with the server, empty when nothing is."""
        try:
            before = self._probe.count_answers()
            self._probe.send_canary()
        except SlowCanaryError as error:
            return self._explain_slow(before, str(error))
        except ServerError as error:
            self._failures += 1
            return str(error) if self._failures >= _MOST_FAILURES else ""
        self._failures = self._slow = 0
        return ""

    def _explain_slow(self, before: int, message: str) -> str:
        self._slow += 1
        try:
            is_answering = self._probe.count_answers() > before
        except ServerError:
            is_answering = False
        return "" if is_answering and self._slow < _MOST_SLOW else message

    def _judge(self, complaint: str) -> None:
        if complaint:
            raise ServerError(complaint)
        if self._failures:
            self._due_s = self._clock_s()
