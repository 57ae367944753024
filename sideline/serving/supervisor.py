"""Keeps a server running: starts it again whenever it, one of its steps or its canaries die.

Knows when to try again; what is wrong with a server is found out by `watchdog`.
"""

import time
from collections.abc import Callable
from typing import Final, NoReturn, Protocol

from sideline.errors import SidelineError

SHORT_LIFE_S: Final = 10.0
"""A server that lived for less may have died of what will kill it again."""
_PAUSES_S: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Before the first restart of a row, the second …; the last for all that follow."""


class Service(Protocol):
    """What can be kept running: a `LocalServer`, or one whose collection can be exchanged."""

    def start(self) -> None:
        """Start it, also again after a stop; raises SidelineError."""

    def wait(self) -> NoReturn:
        """Block until it dies; raises ServerError then."""

    def stop(self, *, at_once: bool) -> None:
        """Stop it."""


def keep_running(server: Service, tell: Callable[[str], None], sleep: Callable[[float], None] = time.sleep) -> NoReturn:
    """Serve until the caller is interrupted; the server still runs then.

    Once it was ready, it is started again for ever: what is in the way, a full disk or a client that kills it, may go
    as it came. At once the first time; when it fails to start then, or lives for less than ten seconds, after a pause
    of 1 s, and of 2, 4 … 30 s when that goes on.

    Args:
        server: Not started.
        tell: Takes a line for the operator: what is begun, what is ready, what went wrong.
        sleep: Waits so many seconds.

    Raises:
        SidelineError: It cannot be started the first time.
    """
    tell("starting Triton …")
    _start(server, tell)
    failures = 0
    while True:
        error, lived_s = _serve(server)
        failures = 0 if lived_s >= SHORT_LIFE_S else failures
        while True:
            pause_s = _PAUSES_S[min(failures, len(_PAUSES_S) - 1)]
            tell(f"error: {error}; starting again" + (f" in {pause_s:g} s" if pause_s else ""))
            server.stop(at_once=True)
            sleep(pause_s)
            failures += 1
            try:
                _start(server, tell)
                break
            except SidelineError as again:
                error = again


def _start(server: Service, tell: Callable[[str], None]) -> None:
    began_s = time.monotonic()
    server.start()
    tell(f"ready after {time.monotonic() - began_s:.1f} s: a canary frame passed the ensemble")


def _serve(server: Service) -> tuple[Exception, float]:
    """What it died of, and how long it had lived, seconds."""
    ready_s = time.monotonic()
    try:
        server.wait()
    except (SidelineError, OSError) as error:  # OSError: nothing more can be opened, or read
        return error, time.monotonic() - ready_s
