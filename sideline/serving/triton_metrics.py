"""A ledger's values into Triton's own /metrics, once a second and beside the frames.

A value costs a round trip to tritonserver (benchmarks/metrics_cost.py), so none is published while a frame waits.
Imported inside Triton's Python stub only, as `triton_step`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import triton_python_backend_utils as pb_utils

from sideline.serving.event_log import Level, log_event
from sideline.serving.ledger import FAMILIES, Change, Family, Kind, Labels, Ledger

PUBLISH_EVERY_S: Final = 1.0


class MetricsPublisher:
    """Publishes a ledger from a thread of its own until it is stopped.

    Args:
        ledger: Filled by the step.
        look: Called before every round, to fill the ledger with what no frame tells.
    """

    def __init__(self, ledger: Ledger, look: Callable[[], None]) -> None:
        self._ledger = ledger
        self._look = look
        self._families = {family: _make_family(family) for family in FAMILIES}
        self._series: dict[tuple[Family, Labels], pb_utils.Metric] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what was not published yet is lost with the server's other numbers."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(PUBLISH_EVERY_S):
            self._look()
            for change in self._ledger.take():
                self._publish(change)

    def _publish(self, change: Change) -> None:
        try:
            for value in change.values:
                self._add(change, value)
        except Exception as error:  # numbers must not stop frames
            log_event(Level.ERROR, "metric_not_published", metric=change.family.name, message=str(error))

    def _add(self, change: Change, value: float) -> None:
        is_known = (change.family, change.labels) in self._series
        series = self._find(change.family, change.labels)
        if change.family.kind is Kind.HISTOGRAM:
            series.observe(value)
        elif value or not is_known:
            series.increment(value)

    def _find(self, family: Family, labels: Labels) -> pb_utils.Metric:
        if (family, labels) not in self._series:
            buckets = list(family.buckets) if family.kind is Kind.HISTOGRAM else None
            self._series[family, labels] = self._families[family].Metric(labels=dict(labels), buckets=buckets)
        return self._series[family, labels]


def _make_family(family: Family) -> pb_utils.MetricFamily:
    kind = getattr(pb_utils.MetricFamily, family.kind.name)
    return pb_utils.MetricFamily(name=family.name, description=family.meaning, kind=kind)
