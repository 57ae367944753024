"""How long a frame takes, from its scheduled capture to its answer in the client, with K arenas at F frames a second.

Physics: the frame is decoded and encoded by the client, travels as two JPEGs of about 200 kB, and is decoded, stitched,
searched for people, tracked, cropped and encoded by the steps, one after the other. At low load the latency is the sum
of these, and the steps' own time, measured here in a plain loop at the same rate, is the floor. Each core does one
thing at a time: as the load nears `cores / CPU-seconds per frame`, frames wait for each other, the tail first. Above it
the newest frame wins: the rate is what the server can do, and a frame's age stays what is in flight.

The loop is open: cameras do not wait. A frame that never got its turn is a drop, one that was answered when the next
was there already is stale. Warm-up is left out and its length reported. Frames answered while a window of the graph was
being solved are held against the others.

    python -m benchmarks.latency --arenas 1 --fps 6 --seconds 60
"""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from benchmarks.console import MatchDir, Results, print_table, run_command
from benchmarks.frames import DEMO_MATCH, Film, load_film
from benchmarks.in_process import PathB
from benchmarks.live_load import SCHEDULED, ArenaRun, CameraFigures, Load, answered_while_solving, run_load
from benchmarks.machine import count_cores
from benchmarks.plots import plot_latency
from benchmarks.record import RESULTS, Record, keep_record
from benchmarks.server_use import ServerReading, StepUse
from client.frames import FramePair
from client.tally import Latency, summarise_latency
from sideline.arrays import Float64s
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.local_server import LocalServer

_ENOUGH: Final = 20
"""Frames of the plain loop from which its percentiles are worth a comparison."""


def main(
    match_dir: MatchDir = DEMO_MATCH,
    arenas: Annotated[int, typer.Option(min=1, help="Streams at once.")] = 1,
    fps: Annotated[float, typer.Option(min=0.1, help="Frames a second of each.")] = 6.0,
    seconds: Annotated[float, typer.Option(min=0.1, help="Length, warm-up included.")] = 60.0,
    warm_up_s: Annotated[float, typer.Option(min=0, help="Left out at the start.")] = 5.0,
    window: Annotated[int, typer.Option(min=1, help="Frames in flight an arena.")] = 4,
    own_s: Annotated[float, typer.Option(min=0, help="Length of the plain loop of the steps alone.")] = 30.0,
    deadline_ms: Annotated[float, typer.Option(min=1, help="An answer later than this is missed.")] = 200.0,
    repository: Annotated[Path, typer.Option(help="Model repository.")] = MODEL_REPOSITORY,
    results: Results = RESULTS,
) -> None:
    """Measure live latency of path B, open loop, on this machine."""
    film = load_film(match_dir)
    load = Load(arenas, fps, seconds, warm_up_s, window)
    own_ms = measure_own_ms(film, fps, own_s, repository)
    with LocalServer(repository, grpc_port=0, metrics_port=None) as server:
        before = ServerReading.of(server)
        runs = run_load(server.url, server.ensemble, match_dir, load)
        after = ServerReading.of(server)
    steps = after.steps_since(before)
    figures = summarise(runs, load, deadline_ms, own_ms) | {
        "steps": {name: asdict(use) for name, use in steps.items()},
        "server_cpu_s": after.cpu_s_since(before),
        "server_memory_mib": after.memory_mib,
    }
    _print(runs, load, deadline_ms, own_ms, steps)
    name = f"latency_{arenas}x{fps:g}fps"
    _plot(results / f"{name}.png", runs, f"path B, {arenas} × {fps:g} frames/s, {count_cores()} cores")
    settings = asdict(load) | {"match": match_dir.name, "deadline_ms": deadline_ms}
    keep_record(Record.now("latency", settings, figures), results)


def measure_own_ms(film: Film, fps: float, seconds: float, repository: Path) -> Float64s:
    """The steps' own time, frame by frame: a plain loop with a thread a core, frames at the same rate as served."""
    own_ms = []
    with PathB(count_cores(), repository) as path:
        frames = max(2, round(seconds * fps))
        due_s = time.perf_counter()
        for frame in film.play(frames):
            time.sleep(max(0.0, due_s - time.perf_counter()))
            due_s += 1 / fps
            begun_s = time.perf_counter()
            path.update(frame, film.calibration, film.match_sheet if frame.frame_index == 0 else b"")
            own_ms.append((time.perf_counter() - begun_s) * 1e3)
        path.update(FramePair(frames, 0, None, None), film.calibration, b"", is_end=True)
    return np.array(own_ms[len(own_ms) // 10 :])


def summarise(runs: Sequence[ArenaRun], load: Load, deadline_ms: float, own_ms: Float64s) -> dict[str, object]:
    """All figures that the client can tell, and what serving adds to the steps' own time."""
    latencies_ms = np.concatenate([run.latencies_ms for run in runs])
    pictures_ms = np.concatenate([run.pictures_ms for run in runs])
    solving_ms, others_ms = answered_while_solving(runs)
    cameras = [CameraFigures.of(run, load.interval_ms, deadline_ms) for run in runs]
    return {
        "latency_ms": asdict(summarise_latency(latencies_ms, SCHEDULED)),
        "decode_and_encode_ms": asdict(summarise_latency(pictures_ms, SCHEDULED)),
        "served_ms": asdict(summarise_latency(latencies_ms - pictures_ms, "both JPEGs in the client")),
        "own_ms": asdict(summarise_latency(own_ms, "both JPEGs in the loop")),
        "added_share": added_shares(latencies_ms - pictures_ms, own_ms) if len(own_ms) >= _ENOUGH else None,
        "latency_while_solving_ms": asdict(summarise_latency(solving_ms, SCHEDULED)),
        "latency_otherwise_ms": asdict(summarise_latency(others_ms, SCHEDULED)),
        "latency_intervals_p50": round(float(np.median(latencies_ms)) / load.interval_ms, 3),
        "answers_per_s": round(len(latencies_ms) / max(load.seconds - load.warm_up_s, 1e-9), 3),
        "dropped_share": round(1 - len(latencies_ms) / sum(run.sent_frames for run in runs), 5),
        "cameras": [asdict(camera) for camera in cameras],
    }


def added_shares(served_ms: Float64s, own_ms: Float64s) -> dict[str, float]:
    """What client, gRPC and scheduling add to the steps' own time, as a share of it, at p50 and at p99."""
    return {f"p{q}": round(float(np.percentile(served_ms, q) / np.percentile(own_ms, q)) - 1, 4) for q in (50, 99)}


def _print(
    runs: Sequence[ArenaRun], load: Load, deadline_ms: float, own_ms: Float64s, steps: dict[str, StepUse]
) -> None:
    latencies_ms = np.concatenate([run.latencies_ms for run in runs])
    pictures_ms = np.concatenate([run.pictures_ms for run in runs])
    solving_ms, others_ms = answered_while_solving(runs)
    rows = {
        "scheduled capture → answer": latencies_ms,
        "  decode and encode (client)": pictures_ms,
        "  JPEG → answer (served)": latencies_ms - pictures_ms,
        "steps in a plain loop": own_ms,
        "while a window was solved": solving_ms,
        "otherwise": others_ms,
    }
    columns = ("ms", "count", "p50", "p90", "p99", "p99.9", "max")
    print_table("latency", columns, [(name, *_cells(summarise_latency(ms, name))) for name, ms in rows.items()])
    cameras = [CameraFigures.of(run, load.interval_ms, deadline_ms) for run in runs]
    print_table(
        "cameras",
        ("arena", "frames", "dropped", "stale", "deadline misses", "jitter p99 ms", "p99 ms"),
        [
            (n, c.frames, c.dropped, c.stale, c.deadline_misses, c.jitter_p99_ms, c.latency_ms.p99 or 0.0)
            for n, c in enumerate(cameras)
        ],
    )
    print_table(
        "steps, mean per request",
        ("step", "requests", "queue ms", "compute ms"),
        [(name, use.requests, use.queue_ms, use.compute_ms) for name, use in steps.items()],
    )


def _cells(latency: Latency) -> tuple[object, ...]:
    return latency.count, latency.p50, latency.p90, latency.p99, latency.p99_9, latency.max


def _plot(path: Path, runs: Sequence[ArenaRun], title: str) -> None:
    captured_ns = np.concatenate([[update.captured_at_ns for update in run.updates] for run in runs])
    latencies_ms = np.concatenate([run.latencies_ms for run in runs])
    marks_ms = {f"p{q:g}": float(np.percentile(latencies_ms, q)) for q in (50, 99, 99.9)}
    plot_latency(path, (captured_ns - captured_ns.min()) / 1e9, latencies_ms, marks_ms, title)


if __name__ == "__main__":
    run_command(main)
