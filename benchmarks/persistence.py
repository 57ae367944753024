"""What track persistence costs: a clip and 64 clips through Triton, and how fast its short videos are made.

A clip of 25 steps is 0.22 M parameters times 25 steps, some 11 MFLOP and well below a millisecond of one core; a call
through gRPC and, in the wheel's Triton, a Python backend costs more than that. 64 clips are 0.7 GFLOP, some 10 ms of
one core: the engine has one thread, since windows are solved beside live frames. The server serves path B, idle, on
this machine; calls go one after the other. Videos are made and written to a temporary folder by one process, whose
peak memory is given.

    python -m benchmarks.persistence --calls 500 --videos 300
"""

import json
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from tritonclient import grpc

from benchmarks.console import Results, print_table, run_command
from benchmarks.record import RESULTS, Record, keep_record
from sideline.arrays import Float64s
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.local_server import LocalServer
from sideline.tensors import CLIP_FRAMES, TRACK_MASK, TRACK_POINTS

_WARM_UP: Final = 30
_BATCHES: Final = (1, 64)
_QUANTILES: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99_9": 99.9}
_SEED: Final = 820_000


def main(
    calls: Annotated[int, typer.Option(min=1, help="Calls of each batch size.")] = 500,
    videos: Annotated[int, typer.Option(min=1, help="Videos that are made.")] = 300,
    repository: Annotated[Path, typer.Option(help="Model repository.")] = MODEL_REPOSITORY,
    results: Results = RESULTS,
) -> None:
    """Time the persistence engine behind Triton, and the making of its videos."""
    per_minute, peak_mb = measure_videos(videos)
    figures: dict[str, float] = {"videos_per_minute": round(per_minute), "videos_peak_mb": round(peak_mb)}
    with LocalServer(repository, grpc_port=0, metrics_port=None) as server:
        for batch in _BATCHES:
            times_ms = measure_calls(server.url, batch, calls)
            for name, percent in _QUANTILES.items():
                figures[f"clips_{batch}_{name}_ms"] = round(float(np.percentile(times_ms, percent)), 2)
    print_table("track persistence", ("figure", "value"), list(figures.items()))
    record = Record.now("persistence", {"calls": calls, "videos": videos}, figures)
    keep_record(record, results)
    print(json.dumps(figures | record.model_dump()), flush=True)


def measure_calls(url: str, batch: int, calls: int) -> Float64s:
    """Milliseconds of each call with so many clips."""
    rng = np.random.default_rng(0)
    points = grpc.InferInput(TRACK_POINTS.name, [batch, CLIP_FRAMES, 2], TRACK_POINTS.dtype)
    points.set_data_from_numpy(rng.normal(size=(batch, CLIP_FRAMES, 2)).astype(np.float32))
    mask = grpc.InferInput(TRACK_MASK.name, [batch, CLIP_FRAMES], TRACK_MASK.dtype)
    mask.set_data_from_numpy(rng.random((batch, CLIP_FRAMES)) < 0.8)
    times_s = []
    with grpc.InferenceServerClient(url) as client:
        for call in range(_WARM_UP + calls):
            started = time.perf_counter()
            client.infer("persistence", [points, mask])
            if call >= _WARM_UP:
                times_s.append(time.perf_counter() - started)
    return 1e3 * np.array(times_s)


def measure_videos(videos: int) -> tuple[float, float]:
    """Videos a minute, and the peak of the process's memory in MB."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        seconds, peak_mb = pool.apply(_make_videos, (videos,))
    return 60 * videos / seconds, peak_mb


def _make_videos(videos: int) -> tuple[float, float]:
    from sideline.training.short_video_files import fill_with_short_videos

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        fill_with_short_videos(Path(folder), _SEED, videos)
        seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    run_command(main)
