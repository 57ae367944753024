"""Each step and engine of path B alone, one thread, against what bounds it on this machine.

Physics: an engine multiplies and adds (FLOPs over the measured peak of a matrix product) and moves its weights, inputs
and outputs at least once (bytes over the measured bandwidth of a copy); the longer of both is its bound, and the share
of it that is reached says what is left to gain without changing the network. A Python step has hardly anything to
multiply: its bound is its bytes, and the distance to it is decoding, sampling and the interpreter. CPU time, not wall
time: what else the machine does is left out. Inputs are those of a match, the last frame of the run.

    OMP_NUM_THREADS=1 python -m benchmarks.steps --frames 130
"""

import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.bounds import Peaks, count_gflop, measure_peaks
from benchmarks.console import MatchDir, Results, print_table, run_command
from benchmarks.frames import DEMO_MATCH, load_film
from benchmarks.in_process import Arrays, PathB, ReplayableEngine
from benchmarks.overhead import run_plain_loop
from benchmarks.record import RESULTS, Record, keep_record
from ensemble_configs.schema import read_models
from sideline.serving.installation import MODEL_REPOSITORY

_PYTHON_STEPS = ("ingest_frames", "assign_micro_ids", "project_crops", "build_graph", "solve_window")


def main(
    match_dir: MatchDir = DEMO_MATCH,
    frames: Annotated[int, typer.Option(min=1, help="Frames to run the steps on; a window is solved every 128.")] = 130,
    repeats: Annotated[int, typer.Option(min=1, help="Runs of each engine on the last frame's inputs.")] = 20,
    repository: Annotated[Path, typer.Option(help="Model repository.")] = MODEL_REPOSITORY,
    results: Results = RESULTS,
) -> None:
    """Measure steps and engines alone and against their bounds."""
    film = load_film(match_dir)
    peaks = measure_peaks()
    with PathB(1, repository) as path:
        run_plain_loop(path, film, frames)
        engines = {
            name: measure_engine(engine, repository / name / "1" / "model.onnx", peaks, repeats)
            for name, engine in path.engines.items()
            if engine.last_inputs
        }
        spent = path.stopwatch.steps
    steps = {
        name: {"calls": len(spent[name].cpu_ms), "cpu_ms_p50": round(float(np.median(spent[name].cpu_ms)), 4)}
        for name in _PYTHON_STEPS
        if name in spent
    }
    columns = ("engine", "CPU ms p50", "GFLOP", "MB", "bound ms", "share of bound")
    print_table(f"engines, peak {peaks.gflop_per_s} GFLOP/s, {peaks.gbyte_per_s} GB/s, a core", columns, _rows(engines))
    print_table("steps (engines that they call included)", ("step", "calls", "CPU ms p50"), _rows(steps))
    figures = {"gflop_per_s": peaks.gflop_per_s, "gbyte_per_s": peaks.gbyte_per_s, "engines": engines, "steps": steps}
    settings = {"match": match_dir.name, "frames": frames, "repeats": repeats}
    keep_record(Record.now("steps", settings, figures), results)


def measure_engine(engine: ReplayableEngine, file: Path, peaks: Peaks, repeats: int) -> dict[str, float]:
    """CPU time of an engine on its last inputs, its work, and its bound."""
    inputs = engine.last_inputs
    names = read_models().models[file.parents[1].name].inputs
    outputs: Arrays = ()
    cpu_ms = []
    for _ in range(repeats):
        begun_s = time.thread_time()
        answer = engine(*inputs)
        cpu_ms.append((time.thread_time() - begun_s) * 1e3)
        outputs = answer if isinstance(answer, tuple) else (answer,)
    gflop = count_gflop(file, dict(zip(names, inputs, strict=True)))
    mbyte = (file.stat().st_size + sum(array.nbytes for array in (*inputs, *outputs))) / 1e6
    p50, least_ms = float(np.median(cpu_ms)), peaks.least_ms(gflop, mbyte)
    return {
        "cpu_ms_p50": round(p50, 3),
        "gflop": round(gflop, 4),
        "mbyte": round(mbyte, 2),
        "bound_ms": round(least_ms, 3),
        "share_of_bound": round(least_ms / p50, 3),
    }


def _rows(table: dict[str, dict[str, float]]) -> list[tuple[object, ...]]:
    return [(name, *cells.values()) for name, cells in table.items()]


if __name__ == "__main__":
    run_command(main)
