"""What can be seen of the streams from outside: numbers for /metrics, events for the log.

Knows streams by correlation ID and arena, and what became of each frame. Arenas are named by clients, so their names
are cleaned and their number is bounded. Changes no answer.
"""

import json
import re
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol

from sideline.serving import ledger as metrics
from sideline.serving.event_log import Level, Seldom, log_event
from sideline.serving.ledger import Ledger
from sideline.serving.own_streams import is_own
from sideline.serving.sequence_states import CorrelationId
from sideline.tensors import DROPPED_FRAMES, FrameStatus

MOST_ARENAS: Final = 64
"""More names than any server carries; what comes after them is counted as "other"."""
RECORDING_AGE_S: Final = 600.0
"""A frame that was captured longer ago comes from a recording with its own times, whose age says nothing."""
LOG_EVERY_S: Final = 10.0
"""How often one kind of bad frame of one stream is logged; those between are counted."""
_LONGEST_CALIBRATION: Final = 65_536
_LONGEST_NAME: Final = 60
_MOST_DROPS: Final = 100_000
"""What a client may claim to have left out between two requests: an hour of frames."""
_UNUSUAL: Final = re.compile(r"[^\w .:-]")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One answered request.

    Attributes:
        correlation_id: The stream.
        calibration: The rig file, as the client sent it.
        frame_index, captured_at_ns: As the client sent them.
        dropped: Frames that the client left out since its last request.
        status: What became of the frame; END_OF_STREAM for none.
        message: What was answered to it.
        detections: Players found.
        state_items: How many things the stream's state holds now.
        window_solve_s: How long each window took that was solved since the last answer.
        failed_windows: How many windows were answered without the solver since then.
        is_start, is_end: Whether the request opened or closed its stream.
    """

    correlation_id: CorrelationId
    calibration: bytes
    frame_index: int
    captured_at_ns: int
    dropped: int
    status: FrameStatus
    message: str
    detections: int
    state_items: int
    window_solve_s: tuple[float, ...]
    failed_windows: int
    is_start: bool
    is_end: bool


class _LogEvent(Protocol):
    def __call__(self, level: Level, event: str, **fields: str | int | float | None) -> None: ...


@dataclass(slots=True)
class _Stream:
    arena: str
    seen_at_s: float
    items: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    logged: dict[FrameStatus, Seldom] = field(default_factory=dict)


class StreamObserver:
    """Watches the streams of one step; any thread may tell it what it saw.

    Args:
        ledger: Takes the numbers.
        max_idle_s: A stream that was silent for so long is over.
        log: Takes the events.
        clock_s: Monotonic, seconds.
        clock_ns: Since the Unix epoch, nanoseconds.
    """

    def __init__(
        self,
        ledger: Ledger,
        max_idle_s: float,
        log: _LogEvent = log_event,
        clock_s: Callable[[], float] = time.monotonic,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._ledger = ledger
        self._max_idle_s = max_idle_s
        self._log = log
        self._clock_s = clock_s
        self._clock_ns = clock_ns
        self._lock = threading.Lock()
        self._streams: dict[CorrelationId, _Stream] = {}
        self._arenas: set[str] = set()

    def see(self, sighting: Sighting) -> None:
        """Take one answered request into account; the server's own canaries are nobody's arena."""
        if is_own(sighting.correlation_id):
            return
        with self._lock:
            now_s = self._clock_s()
            stream = self._enter(sighting, now_s)
            self._count(stream, sighting)
            if sighting.status is not FrameStatus.OK and not sighting.is_end:
                self._log_bad_frame(stream, sighting)
            if sighting.failed_windows:
                self._log(Level.ERROR, "window_failed", **_whereabouts(stream, sighting), message=sighting.message)
            if sighting.is_end:
                self._end(sighting.correlation_id, "stream_ended", sighting.frame_index)

    def forget_silent(self) -> None:
        """End the streams that have been silent for too long; their cameras died without END."""
        with self._lock:
            now_s = self._clock_s()
            for correlation_id, stream in list(self._streams.items()):
                if now_s - stream.seen_at_s > self._max_idle_s:
                    self._end(correlation_id, "stream_silent", None)

    def _enter(self, sighting: Sighting, now_s: float) -> _Stream:
        known = self._streams.get(sighting.correlation_id)
        if known is not None and not sighting.is_start:
            known.seen_at_s = now_s
            return known
        if known is not None:
            self._end(sighting.correlation_id, "stream_restarted", sighting.frame_index)
        stream = _Stream(self._name(sighting.calibration), now_s)
        self._streams[sighting.correlation_id] = stream
        self._ledger.add(metrics.STREAMS, 1, arena=stream.arena)
        for family in (metrics.DROPS, metrics.DETECTIONS):
            self._ledger.add(family, 0, arena=stream.arena)
        for outcome in ("solved", "fallback"):
            self._ledger.add(metrics.WINDOWS, 0, arena=stream.arena, outcome=outcome)
        self._log(Level.INFO, "stream_started", **_whereabouts(stream, sighting))
        return stream

    def _count(self, stream: _Stream, sighting: Sighting) -> None:
        add, arena = self._ledger.add, stream.arena
        add(metrics.STATE_ITEMS, sighting.state_items - stream.items, arena=arena)
        stream.items = sighting.state_items
        for solve_s in sighting.window_solve_s:
            add(metrics.WINDOW_SOLVE, solve_s, arena=arena)
        add(metrics.WINDOWS, len(sighting.window_solve_s), arena=arena, outcome="solved")
        add(metrics.WINDOWS, sighting.failed_windows, arena=arena, outcome="fallback")
        add(metrics.DROPS, sighting.dropped, arena=arena)
        if sighting.status is FrameStatus.END_OF_STREAM:
            return
        stream.statuses[sighting.status.name] += 1
        add(metrics.FRAMES, 1, arena=arena, status=sighting.status.name)
        add(metrics.DETECTIONS, sighting.detections, arena=arena)
        age_s = (self._clock_ns() - sighting.captured_at_ns) / 1e9
        if age_s < RECORDING_AGE_S:
            add(metrics.FRAME_AGE, max(age_s, 0.0), arena=arena)

    def _log_bad_frame(self, stream: _Stream, sighting: Sighting) -> None:
        seldom = stream.logged.setdefault(sighting.status, Seldom(LOG_EVERY_S, self._clock_s))
        unlogged = seldom.admit()
        if unlogged is None:
            return
        self._log(
            Level.WARNING,
            "bad_frame",
            **_whereabouts(stream, sighting),
            status=sighting.status.name,
            message=sighting.message,
            unlogged=unlogged,
        )

    def _end(self, correlation_id: CorrelationId, event: str, frame_index: int | None) -> None:
        stream = self._streams.pop(correlation_id)
        self._ledger.add(metrics.STREAMS, -1, arena=stream.arena)
        self._ledger.add(metrics.STATE_ITEMS, -stream.items, arena=stream.arena)
        statuses = ", ".join(f"{status} {frames}" for status, frames in stream.statuses.items())
        self._log(
            Level.INFO,
            event,
            arena=stream.arena,
            correlation_id=correlation_id,
            frame_index=frame_index,
            frames=stream.statuses.total(),
            statuses=statuses,
        )

    def _name(self, calibration: bytes) -> str:
        arena = name_arena(calibration)
        if arena not in self._arenas and len(self._arenas) >= MOST_ARENAS:
            return "other"
        self._arenas.add(arena)
        return arena


def _whereabouts(stream: _Stream, sighting: Sighting) -> dict[str, str | int]:
    return {
        "arena": stream.arena,
        "correlation_id": sighting.correlation_id,
        "frame_index": sighting.frame_index,
    }


@lru_cache(maxsize=MOST_ARENAS)
def name_arena(calibration: bytes) -> str:
    """The arena's name in a rig file, fit for a label: no unusual characters, not long; "unknown" where there is none.

    Args:
        calibration: TOML as UTF-8, or whatever a client sent in its place.
    """
    try:
        arena = tomllib.loads(calibration[:_LONGEST_CALIBRATION].decode()).get("arena")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        arena = None
    return _UNUSUAL.sub("_", arena)[:_LONGEST_NAME] if isinstance(arena, str) and arena else "unknown"


def read_dropped(parameters: str) -> int:
    """The frames that a client says it left out, from a request's parameters (JSON); 0 for none or nonsense."""
    dropped = json.loads(parameters).get(DROPPED_FRAMES) if parameters else None
    return min(max(dropped, 0), _MOST_DROPS) if isinstance(dropped, int) else 0
