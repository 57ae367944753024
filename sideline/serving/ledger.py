"""What a step counts, added up in the process until it is published: a frame pays for a dictionary, not for Triton.

Knows the families of metrics by name, kind and meaning, once; knows neither Triton's module nor Prometheus.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Kind(Enum):
    """As Prometheus means them."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Family:
    """A metric by its name.

    Attributes:
        name: As Prometheus wants it, unit last.
        kind: What becomes of the values: counters and gauges add them up, histograms count them by size.
        meaning: One line for whoever reads /metrics.
        buckets: Upper bounds of a histogram.
    """

    name: str
    kind: Kind
    meaning: str
    buckets: tuple[float, ...] = ()


FRAMES: Final = Family("sideline_frames_total", Kind.COUNTER, "Frames answered, by arena and FrameStatus")
DETECTIONS: Final = Family("sideline_detections_total", Kind.COUNTER, "Players found, by arena")
DROPS: Final = Family(
    "sideline_frames_dropped_total", Kind.COUNTER, "Frames that clients say they left out for newer ones, by arena"
)
FRAME_AGE: Final = Family(
    "sideline_frame_age_seconds",
    Kind.HISTOGRAM,
    "From capture (the client's clock) to the answer (the server's), by arena; at most 10 min: meant for live arenas",
    (0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0),
)
STREAMS: Final = Family("sideline_streams", Kind.GAUGE, "Streams that are open, by arena")
STATE_ITEMS: Final = Family(
    "sideline_state_items", Kind.GAUGE, "Tracks, micro-tracks, frames and windows that are remembered, by arena"
)
WINDOWS: Final = Family(
    "sideline_windows_total", Kind.COUNTER, "Windows answered, by arena and outcome: solved, or fallback without it"
)
WINDOW_SOLVE: Final = Family(
    "sideline_window_solve_seconds",
    Kind.HISTOGRAM,
    "Time that a window took to solve, by arena",
    (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0),
)
GPU_FAMILIES: Final = {
    "utilization": Family("sideline_gpu_utilization_ratio", Kind.GAUGE, "Share of time in which a kernel ran, by GPU"),
    "memory_used_bytes": Family("sideline_gpu_memory_used_bytes", Kind.GAUGE, "Memory in use, by GPU"),
    "memory_total_bytes": Family("sideline_gpu_memory_total_bytes", Kind.GAUGE, "Memory that there is, by GPU"),
    "temperature_celsius": Family("sideline_gpu_temperature_celsius", Kind.GAUGE, "Temperature of the chip, by GPU"),
    "power_watts": Family("sideline_gpu_power_watts", Kind.GAUGE, "Power drawn, by GPU"),
    "throttled": Family("sideline_gpu_throttled", Kind.GAUGE, "1 while heat or power slow the clocks, by GPU"),
}
"""By attribute of `sideline.deployment.telemetry.GpuReading`; without a GPU they have no series."""
FAMILIES: Final = (
    *(FRAMES, DETECTIONS, DROPS, FRAME_AGE, STREAMS, STATE_ITEMS, WINDOWS, WINDOW_SOLVE),
    *GPU_FAMILIES.values(),
)

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one series since the last call: for a histogram every value, else their sum alone."""

    family: Family
    labels: Labels
    values: tuple[float, ...]


class Ledger:
    """Values that wait to be published; any thread may add."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: defaultdict[tuple[Family, Labels], list[float]] = defaultdict(list)

    def add(self, family: Family, value: float, **labels: str) -> None:
        """Add a value to the series of these labels. 0 makes the series appear."""
        with self._lock:
            values = self._waiting[family, tuple(labels.items())]
            if family.kind is Kind.HISTOGRAM or not values:
                values.append(value)
            else:
                values[0] += value

    def take(self) -> list[Change]:
        """What was added since the last call."""
        with self._lock:
            waiting, self._waiting = self._waiting, defaultdict(list)
        return [Change(family, labels, tuple(values)) for (family, labels), values in waiting.items()]
