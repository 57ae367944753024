"""What NVML says of the GPUs: use, memory, temperature, power, throttling; nothing where there is no GPU.

By `nvidia-ml-py`, whose module is `pynvml`. What one GPU does not measure is None; no error leaves this module.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

T = TypeVar("T")

_IDLE: Final = 0x1
_SETTING: Final = 0x2
"""Reasons for slow clocks that are no throttling: nothing to do, and clocks that somebody set (nvml.h)."""


@dataclass(frozen=True, slots=True)
class GpuReading:
    """One GPU at one instant; None for what it does not tell.

    Attributes:
        index: NVML's number of the GPU.
        name: E.g. "NVIDIA L4".
        driver: Version of the driver.
        compute_capability: Major and minor number, e.g. (8, 9).
        utilization: Share of time with a kernel running, in [0, 1].
        memory_used_bytes, memory_total_bytes: Memory.
        temperature_celsius: Of the chip.
        power_watts: Drawn now.
        throttled: Whether heat, power or a brake of the board slows the clocks.
    """

    index: int
    name: str
    driver: str
    compute_capability: tuple[int, int] | None
    utilization: float | None
    memory_used_bytes: int | None
    memory_total_bytes: int | None
    temperature_celsius: float | None
    power_watts: float | None
    throttled: bool | None


def read_gpus() -> tuple[GpuReading, ...]:
    """Read every GPU; empty without a GPU, a driver or the package."""
    with _nvml() as nvml:
        if nvml is None:
            return ()
        count = _ask(nvml, nvml.nvmlDeviceGetCount) or 0
        return tuple(_read(nvml, index) for index in range(count))


@contextmanager
def _nvml() -> Iterator[Any]:
    """The library, initialised, or None."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except (ImportError, OSError):
        yield None
        return
    except pynvml.NVMLError:
        yield None
        return
    try:
        yield pynvml
    finally:
        pynvml.nvmlShutdown()


def _read(nvml: Any, index: int) -> GpuReading:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    rates = _ask(nvml, nvml.nvmlDeviceGetUtilizationRates, handle)
    memory = _ask(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    celsius = _ask(nvml, nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU)
    milliwatts = _ask(nvml, nvml.nvmlDeviceGetPowerUsage, handle)
    reasons = _ask(nvml, nvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle)
    return GpuReading(
        index=index,
        name=_ask(nvml, nvml.nvmlDeviceGetName, handle) or "unknown GPU",
        driver=_ask(nvml, nvml.nvmlSystemGetDriverVersion) or "unknown",
        compute_capability=_ask(nvml, nvml.nvmlDeviceGetCudaComputeCapability, handle),
        utilization=None if rates is None else rates.gpu / 100,
        memory_used_bytes=None if memory is None else int(memory.used),
        memory_total_bytes=None if memory is None else int(memory.total),
        temperature_celsius=None if celsius is None else float(celsius),
        power_watts=None if milliwatts is None else milliwatts / 1000,
        throttled=None if reasons is None else bool(reasons & ~(_IDLE | _SETTING)),
    )


def _ask(nvml: Any, function: Callable[..., T], *arguments: Any) -> T | None:
    """The answer, or None where this GPU does not give it."""
    try:
        return function(*arguments)
    except nvml.NVMLError:
        return None
