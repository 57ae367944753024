"""What the GPUs are doing, into a step's ledger; one instance reads for the whole server.

Knows which readings become which metrics. Where there is no GPU nothing is added, and nothing is asked a second time.
"""

from collections.abc import Callable, Mapping
from typing import Final

from sideline.deployment.telemetry import GpuReading, read_gpus
from sideline.serving.ledger import GPU_FAMILIES, Family, Ledger

_FIRST: Final = "_0"
"""How the name of a model's first instance ends."""


class GpuGauges:
    """Adds what has changed since the last look, for a ledger adds up.

    Args:
        ledger: Of the step.
        read: Reads the GPUs.
    """

    def __init__(self, ledger: Ledger, read: Callable[[], tuple[GpuReading, ...]] = read_gpus) -> None:
        self._ledger = ledger
        self._read = read
        self._said: dict[tuple[Family, int], float] = {}
        self._is_absent = False

    def look(self) -> None:
        """Read once."""
        readings = () if self._is_absent else self._read()
        self._is_absent = not readings
        for reading in readings:
            for attribute, family in GPU_FAMILIES.items():
                self._add(reading, family, getattr(reading, attribute))

    def _add(self, reading: GpuReading, family: Family, value: float | bool | None) -> None:
        if value is None:
            return
        series = family, reading.index
        self._ledger.add(family, float(value) - self._said.get(series, 0.0), gpu=str(reading.index), name=reading.name)
        self._said[series] = float(value)


def also_read_gpus(args: Mapping[str, str], ledger: Ledger, look: Callable[[], None]) -> Callable[[], None]:
    """`look`, and in the first instance of the step what the GPUs are doing.

    Args:
        args: Of the step's `initialize`.
        ledger: Of the step.
        look: What else is looked at before every round of publishing.
    """
    if not args["model_instance_name"].endswith(_FIRST):
        return look
    gauges = GpuGauges(ledger)

    def look_at_both() -> None:
        look()
        gauges.look()

    return look_at_both
