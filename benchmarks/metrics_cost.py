"""What numbers and events cost: a frame's share in the step's own process, and a value's way into Triton's /metrics.

Physics: adding to a dictionary takes a microsecond or so, and a frame adds to about eight series. A value that is
published travels from the step's process to tritonserver and back (shared memory and two wake-ups), which takes longer
the busier the machine is, and a frame would wait for eight of them. So the steps publish sums, once a second, from a
thread of their own (`sideline.serving.triton_metrics`).

    python -m benchmarks.metrics_cost --frames 20000 --values 2000
"""

import shutil
import socket
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray
from tritonclient.grpc import InferenceServerClient, InferInput
from tritonclient.utils import InferenceServerException

from benchmarks.console import Results, print_table, run_command
from benchmarks.record import RESULTS, Record, keep_record
from sideline.errors import BenchmarkError
from sideline.serving.installation import assemble_backends, link_library
from sideline.serving.ledger import Ledger
from sideline.serving.observer import Sighting, StreamObserver
from sideline.serving.server_process import Endpoints, ServerProcess, command_line
from sideline.tensors import FrameStatus

_PROBE: Final = Path(__file__).with_name("metrics_probe")
_START_S: Final = 60.0
_FRAME: Final = Sighting(
    1, b'arena = "probe"', 0, time.time_ns(), 0, FrameStatus.OK, "", 13, 500, (), 0, is_start=True, is_end=False
)


def main(
    frames: Annotated[int, typer.Option(min=100, help="Frames to observe.")] = 20_000,
    values: Annotated[int, typer.Option(min=100, help="Values to publish.")] = 2_000,
    results: Results = RESULTS,
) -> None:
    """Measure what a frame pays for its numbers, and what it would pay if it published them itself."""
    observed_us = measure_observing(frames)
    published_us = measure_publishing(values)
    figures = {**_quantiles("observe_frame_us", observed_us), **_quantiles("publish_value_us", published_us)}
    print_table("microseconds", ("figure", "µs"), figures.items())
    keep_record(Record.now("metrics_cost", {"frames": frames, "values": values}, figures), results)


def measure_observing(frames: int) -> NDArray[np.float64]:
    """(frames,) microseconds that `StreamObserver.see` takes of a good frame; the ledger is emptied as in a step."""
    ledger = Ledger()
    observer = StreamObserver(ledger, max_idle_s=60.0)
    taken_us = np.empty(frames)
    observer.see(_FRAME)
    for index in range(frames):
        sighting = replace(_FRAME, frame_index=index + 1, is_start=False)
        began_ns = time.perf_counter_ns()
        observer.see(sighting)
        taken_us[index] = (time.perf_counter_ns() - began_ns) / 1e3
        if index % 25 == 0:
            ledger.take()
    return taken_us


def measure_publishing(values: int) -> NDArray[np.float64]:
    """(values,) microseconds that one increment takes from a step of a real server.

    Raises:
        BenchmarkError: The server did not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="sideline-server-"))
    shutil.copytree(_PROBE, folder / "repository" / _PROBE.name)
    with socket.socket() as grpc, socket.socket() as metrics:
        for probe in (grpc, metrics):
            probe.bind(("127.0.0.1", 0))
        endpoints = Endpoints("127.0.0.1", grpc.getsockname()[1], metrics.getsockname()[1], None)
    command = command_line(folder / "repository", assemble_backends(folder / "backends"), endpoints, folder.name)
    process = ServerProcess(command, folder / "log", link_library(folder / "library"), bound_to_parent=True)
    try:
        return _ask_probe(values, process, endpoints)
    finally:
        process.stop()
        shutil.rmtree(folder)


def _ask_probe(values: int, process: ServerProcess, endpoints: Endpoints) -> NDArray[np.float64]:
    entry = InferInput("values", [1], "INT64").set_data_from_numpy(np.array([values]))
    deadline_s = time.monotonic() + _START_S
    with InferenceServerClient(f"{endpoints.host}:{endpoints.grpc_port}") as client:
        while True:
            try:
                result = client.infer(_PROBE.name, [entry]).as_numpy("publish_us")
            except InferenceServerException as exc:
                if process.exit_status() is not None or time.monotonic() > deadline_s:
                    raise BenchmarkError(f"the probe does not answer: {process.last_lines()}") from exc
                time.sleep(0.1)
                continue
            return np.asarray(result, np.float64)


def _quantiles(name: str, taken_us: NDArray[np.float64]) -> dict[str, float]:
    quantiles = zip(("p50", "p90", "p99", "p99_9"), np.percentile(taken_us, (50, 90, 99, 99.9)), strict=True)
    return {f"{name}_{label}": round(float(value), 2) for label, value in quantiles} | {
        f"{name}_count": float(len(taken_us))
    }


if __name__ == "__main__":
    run_command(main)
