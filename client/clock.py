"""The client's clock: nanoseconds since the Unix epoch that never step back."""

import time
from typing import Final

_EPOCH_NS: Final = time.time_ns() - time.perf_counter_ns()
"""Read once, so that a correction of the machine's clock during a match does not bend the latencies."""


def now_ns() -> int:
    """Nanoseconds since the Unix epoch, monotonic within the process."""
    return _EPOCH_NS + time.perf_counter_ns()
