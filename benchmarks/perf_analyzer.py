"""Triton's own tool on path B: its data file, its command line, and its figures beside ours at the same request rate.

perf_analyzer comes in the wheel `tritonclient==2.48.0`; fetch it with `pip download --no-deps`, then `unzip` it: it
need not be installed. Two libraries that it wants lie, under other names, in the wheel nvidia-pytriton, and are linked
here. What to know of it: it sends the same sequence again and again, its clock is open only with a request rate, this
version cannot warm up, and it calls a run stable by its average unless it is given --percentile.
It counts from sending, and decodes nothing, so it is held against our latency from sending.

    python -m benchmarks.perf_analyzer --binary PATH --rate 4           # starts a server, runs both, keeps a record
    python -m benchmarks.perf_analyzer --data-only runs/path_b.json     # writes the data file for a server of your own

The command that it runs is printed; with a server of your own it is

    LD_LIBRARY_PATH=LINKS perf_analyzer -m path_b -i grpc -u 127.0.0.1:8001 --streaming --input-data runs/path_b.json \\
        --request-rate-range 4 --num-of-sequences 1 --sequence-id-range 1:1000000 --percentile 99 \\
        --measurement-mode count_windows --measurement-request-count 120 --max-trials 3
"""

import base64
import csv
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from benchmarks.console import CONSOLE, MatchDir, Results, print_table, run_command
from benchmarks.frames import DEMO_MATCH, Film, load_film
from benchmarks.live_load import Load, run_load
from benchmarks.record import RESULTS, Record, keep_record
from sideline.errors import BenchmarkError
from sideline.serving.installation import MODEL_REPOSITORY, wheel_libraries
from sideline.serving.local_server import LocalServer

_LIBRARIES: Final = {"libb64.so.0d": "libb64-*.so.0d", "libcudart.so.12": "libcudart-*.so.12*"}
_LONGEST_S: Final = 300.0


def main(
    binary: Annotated[Path | None, typer.Option(help="perf_analyzer of the wheel tritonclient 2.48.0.")] = None,
    data_only: Annotated[Path | None, typer.Option(help="Write the data file here and do nothing else.")] = None,
    match_dir: MatchDir = DEMO_MATCH,
    frames: Annotated[int, typer.Option(min=2, help="Frames of the sequence.")] = 60,
    rate: Annotated[float, typer.Option(min=0.1, help="Frames a second.")] = 4.0,
    requests: Annotated[int, typer.Option(min=1, help="Requests a measurement of perf_analyzer.")] = 120,
    repository: Annotated[Path, typer.Option(help="Model repository.")] = MODEL_REPOSITORY,
    results: Results = RESULTS,
) -> None:
    """Let perf_analyzer measure path B, and hold our own figures beside it."""
    film = load_film(match_dir)
    if data_only is not None:
        write_data(film, frames, data_only)
        CONSOLE.print(f"{data_only}: {frames} frames", highlight=False)
        return
    if binary is None or not binary.is_file():
        raise BenchmarkError("give the program perf_analyzer with --binary; this module's docstring says where it is")
    load = Load(1, rate, max(requests / rate, 2.0), min(2.0, 0.1 * requests / rate), window=4)
    with LocalServer(repository, grpc_port=0, metrics_port=None) as server:
        theirs = run_analyzer(binary, server, film, frames, rate, requests)
        (run,) = run_load(server.url, server.ensemble, match_dir, load)
    sent_ms = [update.timing.latency_ms(live=False) for update in run.updates]
    ours = {f"p{q}_ms": round(float(np.percentile(sent_ms, q)), 2) for q in (50, 90, 99)}
    print_table("from sending", ("", *ours), [("perf_analyzer", *theirs.values()), ("benchmarks", *ours.values())])
    settings = {"match": match_dir.name, "frames": frames, "rate": rate, "requests": requests}
    keep_record(Record.now("perf_analyzer", settings, {"perf_analyzer": theirs, "benchmarks": ours}), results)


def write_data(film: Film, frames: int, path: Path) -> None:
    """Write one sequence of path B's requests in perf_analyzer's JSON: raw bytes in base64, each with its shape."""
    steps = [
        {
            "left_jpeg": _raw(frame.left_jpeg or b""),
            "right_jpeg": _raw(frame.right_jpeg or b""),
            "frame_index": [frame.frame_index],
            "captured_at_ns": [frame.captured_at_ns],
            "calibration": _raw(film.calibration),
            "match_sheet": _raw(film.match_sheet if frame.frame_index == 0 else b" "),
        }
        for frame in film.play(frames)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"data": [steps]}), encoding="utf-8")


def run_analyzer(
    binary: Path, server: LocalServer, film: Film, frames: int, rate: float, requests: int
) -> dict[str, float]:
    """Run perf_analyzer against a server; its p50, p90 and p99 in milliseconds.

    Raises:
        BenchmarkError: It failed; the message ends with the first that it said.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(film, frames, folder / "data.json")
        command = [str(binary), *_arguments(server, folder, rate, requests)]
        CONSOLE.print(" ".join(command), highlight=False, soft_wrap=True)
        environment = os.environ | {"LD_LIBRARY_PATH": str(link_libraries(folder / "libraries"))}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
        if done.returncode or not (folder / "report.csv").is_file():
            raise BenchmarkError(f"perf_analyzer failed ({done.returncode}): {(done.stderr + done.stdout)[:600]}")
        (row,) = csv.DictReader((folder / "report.csv").read_text().splitlines())
        return read_report(row)


def read_report(row: Mapping[str, str]) -> dict[str, float]:
    """The percentiles of one row of perf_analyzer's report, which has microseconds."""
    return {f"p{q}_ms": round(float(row[f"p{q} latency"]) / 1e3, 2) for q in (50, 90, 99)}


def link_libraries(folder: Path) -> Path:
    """Link what perf_analyzer loads, as it calls it, from the wheel nvidia-pytriton; returns the folder."""
    folder.mkdir()
    for name, pattern in _LIBRARIES.items():
        (folder / name).symlink_to(next(path for libraries in wheel_libraries() for path in libraries.glob(pattern)))
    return folder


def _arguments(server: LocalServer, folder: Path, rate: float, requests: int) -> list[str]:
    return [
        *("-m", server.ensemble, "-i", "grpc", "-u", server.url, "--streaming"),
        *("--input-data", str(folder / "data.json"), "-f", str(folder / "report.csv")),
        *("--request-rate-range", f"{rate:g}", "--num-of-sequences", "1", "--sequence-id-range", "1:1000000"),
        *("--percentile", "99", "--measurement-mode", "count_windows", "--max-trials", "3"),
        *("--measurement-request-count", str(requests)),
    ]


def _raw(content: bytes) -> dict[str, object]:
    return {"b64": base64.b64encode(content).decode(), "shape": [len(content)]}


if __name__ == "__main__":
    run_command(main)
