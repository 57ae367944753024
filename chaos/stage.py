"""Where a fault happens: a service under load, and what a fault says of itself."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chaos.fleet import Fleet
from chaos.link import Link
from chaos.service import Service

ALL: Final = frozenset({"one", "two", "three", "four"})
"""The arenas: one and two send every frame, three and four are live."""
NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What a fault may lay hands on.

    Attributes:
        service: The server.
        fleet: The arenas, all of them streaming.
        clip: A clip of an arena, for further clients.
        folder: For files.
        rng: Decides what is left open.
        link: Arena one's, where the fault asked for it.
    """

    service: Service
    fleet: Fleet
    clip: Path
    folder: Path
    rng: random.Random
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault that is over.

    Attributes:
        ended_ns: When it ended, ns since the Unix epoch; service is to be back 10 s later.
        touched: Arenas that it may cost something.
        altered: Frames of touched arenas that show something else than their clip.
        note: A sentence for the table; empty for none.
        complaints: What the fault itself saw go wrong.
    """

    ended_ns: int
    touched: frozenset[str] = ALL
    altered: range = range(0)
    note: str = ""
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which things go wrong.

    Attributes:
        title: As in the table.
        inject: Does it, and returns when it is over.
        clients: Options of `chaos.arena` by arena, for faults that are in the clients.
        relayed: Whether arena one reaches the server through a `Relay`.
        namespaced: Whether it does so from a network namespace of its own, whose cable is the link.
        restarts: Whether the server is started again, so that its memory is not compared.
        is_long: Whether it takes ten minutes or more, so that it is tried only when it is asked for.
    """

    title: str
    inject: Callable[[Stage], Injected]
    clients: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    relayed: bool = False
    namespaced: bool = False
    restarts: bool = False
    is_long: bool = False


def now() -> int:
    """Nanoseconds since the Unix epoch."""
    return time.time_ns()
