"""Keeps a server running: starts it again whenever it, one of its steps or its canaries die.

Knows when a restart is worth it; what is wrong with a server is found out by `watchdog`.
"""

import time
from collections.abc import Callable
from typing import Final, NoReturn, Protocol

from sideline.errors import ServerError

SHORT_LIFE_S: Final = 10.0
"""A server that lived for less may have died of what will kill it again."""
MOST_SHORT_LIVES: Final = 5
_PAUSE_S: Final = 1.0


class Service(Protocol):
    """What can be kept running: a `LocalServer`, or one whose collection can be exchanged."""

    def start(self) -> None:
        """Start it, also again after a stop; raises ServerError."""

    def wait(self) -> NoReturn:
        """Block until it dies; raises ServerError then."""

    def stop(self, *, at_once: bool) -> None:
        """Stop it."""


def keep_running(server: Service, tell: Callable[[str], None]) -> None:
    """Serve until the caller is interrupted; the server still runs then.

    Args:
        server: Not started.
        tell: Takes a line for the operator: what is begun, what is ready, what went wrong.

    Raises:
        ServerError: It cannot be started the first time, or died too often soon after its start.
    """
    tell("starting Triton …")
    _start(server, tell)
    short_lives = 0
    while True:
        ready_s = time.monotonic()
        error = _serve(server)
        short_lives = short_lives + 1 if time.monotonic() - ready_s < SHORT_LIFE_S else 0
        while True:
            if short_lives > MOST_SHORT_LIVES:
                server.stop(at_once=True)
                raise error
            tell(f"error: {error}; starting again")
            try:
                server.stop(at_once=True)
                _start(server, tell)
                break
            except ServerError as again:
                error, short_lives = again, short_lives + 1
                time.sleep(_PAUSE_S)


def _start(server: Service, tell: Callable[[str], None]) -> None:
    began_s = time.monotonic()
    server.start()
    tell(f"ready after {time.monotonic() - began_s:.1f} s: a canary frame passed the ensemble")


def _serve(server: Service) -> ServerError:
    try:
        server.wait()
    except ServerError as error:
        return error
