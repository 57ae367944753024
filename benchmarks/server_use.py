"""What the server's side of a run cost: queue and compute of every model, and CPU time of every process.

Triton's statistics count from its start, and so does the kernel: take two readings, and the difference is the run's.
Knows Triton's statistics and /proc; starts nothing.
"""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tritonclient.grpc import InferenceServerClient

from sideline.serving.local_server import LocalServer
from sideline.serving.process_group import find_stubs

TRITON: Final = "tritonserver"
"""Name of the server's own process among the steps: gRPC, scheduling, and copies between steps."""
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class StepUse:
    """What one model did in a run.

    Attributes:
        executions: How often it ran; several requests may have shared a run.
        requests: Requests that it answered.
        queue_ms: Waiting for an instance, per request.
        compute_ms: From Triton to the model's process, the work there, and back, per request.
    """

    executions: int
    requests: int
    queue_ms: float
    compute_ms: float


@dataclass(frozen=True, slots=True)
class ServerReading:
    """Counters of a running server at one moment.

    Attributes:
        counters: Executions, requests, queue and compute nanoseconds by model.
        cpu_s: CPU time by step, all its instances together, and TRITON's own.
        memory_mib: Resident memory likewise; pages that processes share count in each.
    """

    counters: dict[str, tuple[int, int, int, int]]
    cpu_s: dict[str, float]
    memory_mib: dict[str, float]

    @classmethod
    def of(cls, server: LocalServer) -> Self:
        """Read a server on this machine."""
        names = {TRITON: [server.pid]} | _stubs_by_step(server.pid)
        return cls(
            counters=_read_counters(server.url),
            cpu_s={name: sum(map(read_cpu_s, pids)) for name, pids in names.items()},
            memory_mib={name: round(sum(map(read_memory_mib, pids)), 1) for name, pids in names.items()},
        )

    def steps_since(self, earlier: "ServerReading") -> dict[str, StepUse]:
        """What each model did between two readings; models that did nothing are left out."""
        steps = {}
        for name, now in self.counters.items():
            executions, requests, queue_ns, compute_ns = (
                new - old for new, old in zip(now, earlier.counters[name], strict=True)
            )
            if requests:
                steps[name] = StepUse(
                    executions, requests, round(queue_ns / requests / 1e6, 3), round(compute_ns / requests / 1e6, 3)
                )
        return steps

    def cpu_s_since(self, earlier: "ServerReading") -> dict[str, float]:
        """CPU seconds of each step between two readings."""
        return {name: now - earlier.cpu_s[name] for name, now in self.cpu_s.items()}


def read_cpu_s(pid: int) -> float:
    """CPU time of a process so far, all its threads; in the kernel's ticks of 10 ms."""
    fields = (Path("/proc") / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def read_memory_mib(pid: int) -> float:
    """Resident memory of a process."""
    pages = int((Path("/proc") / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _stubs_by_step(group: int) -> dict[str, list[int]]:
    """Process IDs by model; a stub is started with the file …/MODEL/1/FILE."""
    steps: dict[str, list[int]] = defaultdict(list)
    for pid, file in find_stubs(group).items():
        steps[Path(file).parents[1].name].append(pid)
    return dict(steps)


def _read_counters(url: str) -> dict[str, tuple[int, int, int, int]]:
    with InferenceServerClient(url) as client:
        statistics = client.get_inference_statistics(as_json=True)
    counters = {}
    for model in statistics["model_stats"]:
        spent = model["inference_stats"]
        counters[model["name"]] = (
            int(model.get("execution_count", 0)),
            int(spent["success"].get("count", 0)),
            int(spent["queue"].get("ns", 0)),
            sum(int(spent[f"compute_{part}"].get("ns", 0)) for part in ("input", "infer", "output")),
        )
    return counters
