"""What a run amounts to: frames, drops, rate, latency, statuses; shown while it runs and written as summary.json."""

import json
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from client.frames import Drops, Update
from client.sinks.whole_file import written_whole
from sideline.arrays import Float64s
from sideline.tensors import FrameStatus

_RECENT: Final = 50
"""Answers over which the present rate is taken."""
_NOTICES: Final = 10
"""Different messages that are kept; a stream that is broken in a new way every frame fills no memory."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Latencies of all answers of a run, milliseconds; None where there were none.

    Attributes:
        measured_from: "scheduled capture" (live), "sending" (every frame), or what else a benchmark measures from.
        count: Answers measured.
    """

    measured_from: str
    count: int
    p50: float | None
    p90: float | None
    p99: float | None
    p99_9: float | None
    max: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run.

    Attributes:
        frames: Frames that were answered.
        dropped: Pictures that a newer one replaced: left, right; total counts frames.
        fps: Answers a second, from the first sending to the last answer.
        duration_s: From the first sending to the last answer.
        latency_ms: See ``Latency``.
        statuses: How many frames came back with which status.
        micro_tracks: Micro-tracks seen.
        tracks: Tracks that the solved windows told of; two that turned out to be one are one.
        teams_named: Whether home and away are the match sheet's.
        overlay_skipped: Frames that the overlay left out so as not to delay the stream.
        warnings: What went wrong without ending the stream, the server's messages on good frames and on END included.
    """

    frames: int
    dropped: dict[str, int]
    fps: float
    duration_s: float
    latency_ms: Latency
    statuses: dict[str, int]
    micro_tracks: int
    tracks: int
    teams_named: bool
    overlay_skipped: int
    warnings: list[str]


class Tally:
    """Counts the updates of one run.

    Args:
        drops: The session's count of frames left out.
        live: Whether latency counts from the scheduled capture.
    """

    def __init__(self, drops: Drops, *, live: bool) -> None:
        self._drops = drops
        self._live = live
        self._latencies_ms = array("d")
        self._recent_ns: deque[int] = deque(maxlen=_RECENT)
        self._first_sent_ns: int | None = None
        self._statuses: Counter[str] = Counter()
        self._micro_tracks = 0
        self._newest_micro_track = -1
        self._tracks: set[int] = set()
        self._teams_named = False
        self._notices: dict[str, None] = {}

    def count(self, update: Update) -> None:
        """Take one update into account; the stream's last one is no frame, but its windows count."""
        self._teams_named = update.teams_named
        if update.windows is not None:
            self._tracks.update(update.windows.tracks.track_ids.tolist())
            self._tracks.difference_update(update.windows.revisions[:, 0].tolist())
        if update.message and (update.is_end or update.status is FrameStatus.OK) and len(self._notices) < _NOTICES:
            self._notices[update.message] = None
        if not update.is_end:
            self._count_frame(update)

    def _count_frame(self, update: Update) -> None:
        if self._first_sent_ns is None:
            self._first_sent_ns = update.timing.sent_at_ns
        self._latencies_ms.append(update.timing.latency_ms(self._live))
        self._recent_ns.append(update.timing.answered_at_ns)
        self._statuses[update.status.name] += 1
        # Micro-track IDs rise as they are given out: whatever is above the newest so far is new. Path A has millions.
        fresh = update.detections.micro_track_ids > self._newest_micro_track
        self._micro_tracks += int(fresh.sum())
        self._newest_micro_track = int(update.detections.micro_track_ids.max(initial=self._newest_micro_track))

    @property
    def frames(self) -> int:
        """Frames answered so far."""
        return len(self._latencies_ms)

    @property
    def dropped(self) -> int:
        """Frames left out so far."""
        return self._drops.frames

    @property
    def recent_fps(self) -> float:
        """Answers a second, lately."""
        recent = self._recent_ns
        return (len(recent) - 1) * 1e9 / (recent[-1] - recent[0]) if len(recent) > 1 and recent[-1] > recent[0] else 0.0

    @property
    def recent_latency_ms(self) -> float:
        """Median latency, lately."""
        return float(np.median(self._latencies_ms[-_RECENT:])) if self._latencies_ms else 0.0

    def summarise(self, *, overlay_skipped: int = 0, warnings: list[str] | None = None) -> Summary:
        """The figures of the run so far; the arguments as in ``Summary``, but for the server's messages."""
        duration_s = (self._recent_ns[-1] - (self._first_sent_ns or 0)) / 1e9 if self._recent_ns else 0.0
        return Summary(
            frames=self.frames,
            dropped={"left": self._drops.left, "right": self._drops.right, "total": self._drops.frames},
            fps=round(self.frames / duration_s, 2) if duration_s > 0 else 0.0,
            duration_s=round(duration_s, 3),
            latency_ms=summarise_latency(self._latencies_ms, "scheduled capture" if self._live else "sending"),
            statuses=dict(self._statuses),
            micro_tracks=self._micro_tracks,
            tracks=len(self._tracks),
            teams_named=self._teams_named,
            overlay_skipped=overlay_skipped,
            warnings=[*(warnings or []), *self._notices],
        )


def write_summary(path: Path, summary: Summary, evaluation_json: str | None = None) -> None:
    """Write summary.json.

    Args:
        path: The file; overwritten.
        summary: The run's figures.
        evaluation_json: A JSON object with the figures against the truth; keys that the summary
            lacks are added.

    Raises:
        SinkError: the file cannot be written.
    """
    evaluation = json.loads(evaluation_json) if evaluation_json else {}
    content = asdict(summary) | {key: value for key, value in evaluation.items() if key not in Summary.__slots__}
    with written_whole(path) as partial:
        partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def summarise_latency(latencies_ms: Sequence[float] | Float64s, measured_from: str) -> Latency:
    """The distribution of latencies, in milliseconds to two decimals; percentiles are interpolated linearly."""
    if not len(latencies_ms):
        return Latency(measured_from, 0, None, None, None, None, None)
    p50, p90, p99, p99_9, most = (round(float(q), 2) for q in np.percentile(latencies_ms, [50, 90, 99, 99.9, 100]))
    return Latency(measured_from, len(latencies_ms), p50, p90, p99, p99_9, most)
