"""What serving costs: frames a second of path B served, against the same work without a server, and behind LitServe.

Physics: a frame needs so many CPU-seconds, and two cores give two of them a second. That is the ideal bound,
`cores / CPU-seconds per frame`, the CPU time being that of the steps' own functions and engines with one thread each,
where no thread waits for another. Below it lie: a plain loop, whose serial parts (JPEG, tracking) leave a core idle
while ONNX Runtime's threads wait for each other; the served pipeline, which overlaps frames but pays for gRPC, for
copies between processes, and for the client on the same machine; and LitServe, which serves the plain loop. All in one
run on the same frames, by turns, and of each the median of the rounds, since machines are noisy.

    python -m benchmarks.overhead --frames 256 --rounds 3
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from benchmarks.console import CONSOLE, MatchDir, Results, print_table, run_command
from benchmarks.frames import DEMO_MATCH, Film, load_film
from benchmarks.in_process import PathB
from benchmarks.litserve_peer import send_film, serve_path_b
from benchmarks.machine import count_cores
from benchmarks.record import RESULTS, Record, keep_record
from benchmarks.server_use import ServerReading
from benchmarks.streaming import StreamRun, stream_film
from client.frames import FramePair
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.local_server import LocalServer

_WARM_UP_FRAMES: Final = 8
CONTENDERS: Final = ("served", "plain_loop", "litserve")


def main(
    match_dir: MatchDir = DEMO_MATCH,
    frames: Annotated[int, typer.Option(min=1, help="Frames a round; a window is solved every 128.")] = 256,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; every contender once in each.")] = 3,
    window: Annotated[int, typer.Option(min=1, help="Frames in flight.")] = 4,
    repository: Annotated[Path, typer.Option(help="Model repository.")] = MODEL_REPOSITORY,
    results: Results = RESULTS,
) -> None:
    """Compare path B served with a plain loop, with the ideal bound and with LitServe."""
    film = load_film(match_dir)
    cost_ms = measure_cpu_ms(film, frames, repository)
    speeds, served_cpu_ms = _measure_rounds(film, frames, rounds, window, repository)
    figures = summarise(speeds, cost_ms, served_cpu_ms, count_cores())
    _print(figures)
    settings = {"match": match_dir.name, "frames": frames, "rounds": rounds, "window": window}
    keep_record(Record.now("overhead", settings, figures), results)


def measure_cpu_ms(film: Film, frames: int, repository: Path) -> dict[str, float]:
    """CPU milliseconds a frame of every step by itself, in one thread each, windows included."""
    with PathB(1, repository) as path:
        run_plain_loop(path, film, _WARM_UP_FRAMES)
        path.stopwatch.clear()
        run_plain_loop(path, film, frames)
        spent = path.stopwatch.cpu_ms()
    spent["assign_micro_ids"] -= spent.get("id_decoder", 0.0)  # called from within
    return {step: round(cpu_ms / frames, 4) for step, cpu_ms in spent.items()}


def run_plain_loop(path: PathB, film: Film, frames: int) -> float:
    """Take so many frames through the steps, one after the other, then END; the seconds that it took."""
    started_s = time.perf_counter()
    for frame in film.play(frames):
        path.update(frame, film.calibration, film.match_sheet if frame.frame_index == 0 else b"")
    path.update(FramePair(frames, 0, None, None), film.calibration, b"", is_end=True)
    return time.perf_counter() - started_s


def summarise(
    speeds: Mapping[str, list[float]],
    cost_ms: Mapping[str, float],
    served_cpu_ms: Mapping[str, float],
    cores: int,
) -> dict[str, object]:
    """The figures of a run.

    Args:
        speeds: Frames a second by contender, one a round.
        cost_ms: CPU milliseconds a frame by step, from the steps alone.
        served_cpu_ms: CPU milliseconds a frame by process of the server, and the client's.
        cores: Cores that could be used.
    """
    ideal = cores * 1e3 / sum(cost_ms.values())
    ratios = {
        f"ratio_to_{other}": [own / peer for own, peer in zip(speeds["served"], speeds[other], strict=True)]
        for other in CONTENDERS[1:]
    }
    ratios["ratio_to_ideal"] = [own / ideal for own in speeds["served"]]
    return {
        **{f"{name}_frames_per_s": round(statistics.median(speeds[name]), 3) for name in CONTENDERS},
        "ideal_frames_per_s": round(ideal, 3),
        **{name: round(statistics.median(each), 3) for name, each in ratios.items()},
        "rounds": {**speeds, **ratios},
        "step_cpu_ms_per_frame": dict(cost_ms),
        "served_cpu_ms_per_frame": dict(served_cpu_ms),
    }


def _measure_rounds(
    film: Film, frames: int, rounds: int, window: int, repository: Path
) -> tuple[dict[str, list[float]], dict[str, float]]:
    speeds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    with (
        LocalServer(repository, grpc_port=0, metrics_port=None) as server,
        PathB(count_cores(), repository) as path,
        serve_path_b(count_cores(), repository) as url,
    ):
        own = _ClientClock()
        runs: dict[str, Callable[[int], float]] = {
            "served": lambda count: own.time(
                lambda: stream_film(server.url, server.ensemble, film, count, window=window)
            ),
            "plain_loop": lambda count: run_plain_loop(path, film, count),
            "litserve": lambda count: send_film(url, film, count),
        }
        for name in CONTENDERS:
            runs[name](_WARM_UP_FRAMES)
        before, own.cpu_s = ServerReading.of(server), 0.0
        for number in range(rounds):
            for name in CONTENDERS:
                speeds[name].append(round(frames / runs[name](frames), 4))
            CONSOLE.print(f"round {number + 1}: {', '.join(f'{n} {s[-1]:.2f}/s' for n, s in speeds.items())}")
        spent = {**ServerReading.of(server).cpu_s_since(before), "client": own.cpu_s}
    return speeds, {step: round(cpu_s * 1e3 / (frames * rounds), 3) for step, cpu_s in spent.items()}


@dataclass(slots=True)
class _ClientClock:
    """CPU time of this process while it is the client."""

    cpu_s: float = 0.0

    def time(self, stream: Callable[[], StreamRun]) -> float:
        """The seconds that a run took; adds what it cost."""
        begun_s = time.process_time()
        run = stream()
        self.cpu_s += time.process_time() - begun_s
        return run.duration_s


def _print(figures: Mapping[str, object]) -> None:
    names = [*CONTENDERS, "ideal"]
    rows = [(name, figures[f"{name}_frames_per_s"], figures.get(f"ratio_to_{name}", "")) for name in names]
    print_table("path B, frames a second", ("contender", "frames/s", "served is × of it"), rows)
    cost, server = figures["step_cpu_ms_per_frame"], figures["served_cpu_ms_per_frame"]
    if isinstance(cost, dict) and isinstance(server, dict):
        shares = [(step, cost.get(step, ""), server.get(step, "")) for step in {**cost, **server}]
        print_table("CPU time, ms a frame", ("step", "alone", "its process, served"), shares)


if __name__ == "__main__":
    run_command(main)
