"""Times of steps: how long each took, and how long it kept a core busy."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class StepTimes:
    """Calls of one step, in the order in which they ended.

    Attributes:
        wall_ms: How long each call took.
        cpu_ms: CPU time of the thread that made the call; threads that it set to work are not in it.
    """

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


class Stopwatch:
    """Times by the name of the step. Threads may use it together, each for steps of its own."""

    def __init__(self) -> None:
        self.steps: dict[str, StepTimes] = {}

    @contextmanager
    def time(self, step: str) -> Iterator[None]:
        """Time what happens inside, an error included."""
        wall_s, cpu_s = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            times = self.steps.setdefault(step, StepTimes())
            times.wall_ms.append((time.perf_counter() - wall_s) * 1e3)
            times.cpu_ms.append((time.thread_time() - cpu_s) * 1e3)

    def cpu_ms(self) -> dict[str, float]:
        """CPU time of each step, all calls together."""
        return {step: sum(times.cpu_ms) for step, times in self.steps.items()}

    def clear(self) -> None:
        """Forget all times, as after a warm-up."""
        self.steps.clear()
