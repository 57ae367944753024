"""Readings of GPUs, from NVML as it answers here (nothing) and as it answers elsewhere."""

import sys
from types import ModuleType, SimpleNamespace

import pynvml
import pytest

from sideline.deployment.telemetry import GpuReading, read_gpus


class _Nvml(ModuleType):
    """NVML with two GPUs, the second of which tells next to nothing; the names of the real module."""

    NVMLError = pynvml.NVMLError
    NVML_TEMPERATURE_GPU = pynvml.NVML_TEMPERATURE_GPU

    def __init__(self) -> None:
        super().__init__("pynvml")
        self.is_open = False

    def nvmlInit(self) -> None:
        self.is_open = True

    def nvmlShutdown(self) -> None:
        self.is_open = False

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetName(self, handle: int) -> str:
        return ("NVIDIA L4", "old card")[handle]

    def nvmlSystemGetDriverVersion(self) -> str:
        return "580.65"

    def nvmlDeviceGetCudaComputeCapability(self, handle: int) -> tuple[int, int]:
        return self._first(handle, (8, 9))

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> SimpleNamespace:
        return self._first(handle, SimpleNamespace(gpu=37, memory=5))

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:
        return SimpleNamespace(used=3 * 2**30, total=24 * 2**30)

    def nvmlDeviceGetTemperature(self, handle: int, sensor: int) -> int:
        return self._first(handle, 61)

    def nvmlDeviceGetPowerUsage(self, handle: int) -> int:
        return self._first(handle, 54500)

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, handle: int) -> int:
        return self._first(handle, pynvml.nvmlClocksThrottleReasonSwPowerCap)

    def _first(self, handle: int, value):
        if handle:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return value


def test_a_machine_without_a_gpu_has_no_readings() -> None:
    assert read_gpus() == ()


def test_without_the_package_there_are_no_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert read_gpus() == ()


def test_what_a_gpu_does_not_tell_is_none_and_the_library_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = _Nvml()
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    first, second = read_gpus()
    assert first == GpuReading(0, "NVIDIA L4", "580.65", (8, 9), 0.37, 3 * 2**30, 24 * 2**30, 61.0, 54.5, True)
    assert (second.name, second.utilization, second.power_watts, second.throttled) == ("old card", None, None, None)
    assert second.memory_used_bytes == 3 * 2**30
    assert not nvml.is_open


@pytest.mark.parametrize(
    ("reason", "throttled"),
    [
        (0, False),
        (pynvml.nvmlClocksThrottleReasonGpuIdle, False),
        (pynvml.nvmlClocksThrottleReasonApplicationsClocksSetting, False),
        (pynvml.nvmlClocksThrottleReasonHwSlowdown, True),
        (pynvml.nvmlClocksThrottleReasonGpuIdle | pynvml.nvmlClocksThrottleReasonSwPowerCap, True),
    ],
)
def test_a_clock_that_is_slow_for_want_of_work_or_by_wish_is_not_throttled(
    monkeypatch: pytest.MonkeyPatch, reason: int, throttled: bool
) -> None:
    nvml = _Nvml()
    nvml.nvmlDeviceGetCurrentClocksThrottleReasons = lambda handle: reason
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    assert read_gpus()[0].throttled is throttled
