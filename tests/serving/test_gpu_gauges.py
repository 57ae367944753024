"""Readings of GPUs in a step's ledger."""

from dataclasses import replace

from sideline.deployment.telemetry import GpuReading
from sideline.serving.gpu_gauges import GpuGauges, also_read_gpus
from sideline.serving.ledger import Ledger

L4 = GpuReading(0, "NVIDIA L4", "580.65", (8, 9), 0.25, 3 * 2**30, 24 * 2**30, 61.0, None, True)
LABELS = (("gpu", "0"), ("name", "NVIDIA L4"))


def _values(ledger: Ledger) -> dict[str, float]:
    changes = ledger.take()
    assert {change.labels for change in changes} <= {LABELS}
    return {change.family.name: change.values[0] for change in changes}


def test_the_first_look_gives_the_values_and_the_next_what_has_changed() -> None:
    readings = [(L4,), (replace(L4, temperature_celsius=64.0, throttled=False),)]
    ledger = Ledger()
    gauges = GpuGauges(ledger, lambda: readings.pop(0))
    gauges.look()
    assert _values(ledger) == {
        "sideline_gpu_utilization_ratio": 0.25,
        "sideline_gpu_memory_used_bytes": 3 * 2**30,
        "sideline_gpu_memory_total_bytes": 24 * 2**30,
        "sideline_gpu_temperature_celsius": 61.0,
        "sideline_gpu_throttled": 1.0,
    }
    gauges.look()
    second = _values(ledger)
    assert (second["sideline_gpu_temperature_celsius"], second["sideline_gpu_throttled"]) == (3.0, -1.0)
    assert second["sideline_gpu_memory_total_bytes"] == 0.0


def test_without_a_gpu_there_is_nothing_and_it_is_asked_once() -> None:
    asked: list[int] = []

    def read() -> tuple[GpuReading, ...]:
        asked.append(1)
        return ()

    ledger = Ledger()
    gauges = GpuGauges(ledger, read)
    gauges.look()
    gauges.look()
    assert ledger.take() == []
    assert len(asked) == 1


def test_only_the_first_instance_of_a_step_reads_for_the_server() -> None:
    looks: list[str] = []

    def look() -> None:
        looks.append("streams")

    assert also_read_gpus({"model_instance_name": "build_graph_0_1"}, Ledger(), look) is look
    both = also_read_gpus({"model_instance_name": "build_graph_0_0"}, Ledger(), look)
    assert both is not look
    both()
    assert looks == ["streams"]
