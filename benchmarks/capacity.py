"""How many arenas this machine carries: the most with p99 ≤ one frame interval and less than 0.1 % of frames dropped.

Physics: K arenas at F frames a second need K · F · (CPU-seconds per frame) cores; the bound is where that reaches the
cores there are (`benchmarks.overhead` gives it). The tail ends it earlier: frames of different arenas come when they
like, and wait for each other. The number is found by doubling and bisection, each probe being a run of
`benchmarks.latency`'s open loop; a machine that cannot carry one arena at this rate says 0. With --vary fps it is the
frame rate of one arena that is looked for.

    python -m benchmarks.capacity --fps 3 --seconds 20
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from benchmarks.console import CONSOLE, MatchDir, Results, print_table, run_command
from benchmarks.frames import DEMO_MATCH, load_film
from benchmarks.live_load import Load, run_load
from benchmarks.machine import count_cores
from benchmarks.plots import plot_curves
from benchmarks.record import RESULTS, Record, keep_record
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.local_server import LocalServer

_MOST_DROPPED: Final = 0.001


class Vary(StrEnum):
    """What grows from probe to probe."""

    ARENAS = "arenas"
    FPS = "fps"


@dataclass(frozen=True, slots=True)
class Probe:
    """One run: the load and whether the machine carried it."""

    arenas: int
    fps: float
    p50_ms: float
    p99_ms: float
    dropped_share: float
    answers_per_s: float

    @property
    def is_carried(self) -> bool:
        """Whether p99 is within a frame interval and hardly a frame was dropped."""
        return self.p99_ms <= 1e3 / self.fps and self.dropped_share < _MOST_DROPPED


def main(
    match_dir: MatchDir = DEMO_MATCH,
    fps: Annotated[float, typer.Option(min=0.1, help="Frames a second of each arena; with --vary fps, unused.")] = 3.0,
    vary: Annotated[Vary, typer.Option(help="Look for the number of arenas, or for the rate of one.")] = Vary.ARENAS,
    most: Annotated[int, typer.Option(min=1, help="Largest number to try; the cpu profile takes 16 streams.")] = 16,
    seconds: Annotated[float, typer.Option(min=0.1, help="Length of a probe.")] = 20.0,
    warm_up_s: Annotated[float, typer.Option(min=0, help="Left out at the start of each.")] = 4.0,
    repository: Annotated[Path, typer.Option(help="Model repository.")] = MODEL_REPOSITORY,
    results: Results = RESULTS,
) -> None:
    """Find how much path B carries on this machine, and plot latency and drops over the load."""
    load_film(match_dir, most_frames=1)
    probes: dict[int, Probe] = {}
    with LocalServer(repository, grpc_port=0, metrics_port=None) as server:

        def is_carried(number: int) -> bool:
            arenas, rate = (number, fps) if vary is Vary.ARENAS else (1, float(number))
            load = Load(arenas, rate, seconds, warm_up_s, window=4)
            probes[number] = probe(server, match_dir, load)
            CONSOLE.print(str(probes[number]), highlight=False)
            return probes[number].is_carried

        largest = find_largest(is_carried, most)
    ordered = [probes[number] for number in sorted(probes)]
    figures = {f"most_{vary}": largest, "probes": [asdict(each) for each in ordered]}
    columns = ("arenas", "fps", "p50 ms", "p99 ms", "dropped", "answers/s")
    print_table(f"carried: {largest} {vary}", columns, [tuple(asdict(each).values()) for each in ordered])
    name = f"capacity_{vary}" + (f"_{fps:g}fps" if vary is Vary.ARENAS else "")
    _plot(results / f"{name}.png", sorted(probes), ordered, vary)
    settings = {"match": match_dir.name, "fps": fps, "vary": vary, "seconds": seconds, "warm_up_s": warm_up_s}
    keep_record(Record.now("capacity", settings, figures), results)


def find_largest(is_carried: Callable[[int], bool], most: int) -> int:
    """The largest number in 1 … most that is carried, taking more to be harder; 0 when not even one is.

    Doubles until a number is not carried, then bisects.
    """
    carried, refused = 0, 1
    while refused <= most and is_carried(refused):
        carried, refused = refused, 2 * refused
    refused = min(refused, most + 1)
    while refused - carried > 1:
        middle = (carried + refused) // 2
        carried, refused = (middle, refused) if is_carried(middle) else (carried, middle)
    return carried


def probe(server: LocalServer, match_dir: Path, load: Load) -> Probe:
    """Run one load and say how it went."""
    runs = run_load(server.url, server.ensemble, match_dir, load)
    latencies_ms = np.concatenate([run.latencies_ms for run in runs])
    p50_ms, p99_ms = np.percentile(latencies_ms, [50, 99])
    return Probe(
        arenas=load.arenas,
        fps=load.fps,
        p50_ms=round(float(p50_ms), 2),
        p99_ms=round(float(p99_ms), 2),
        dropped_share=round(sum(run.dropped for run in runs) / sum(run.sent_frames for run in runs), 5),
        answers_per_s=round(len(latencies_ms) / max(load.seconds - load.warm_up_s, 1e-9), 3),
    )


def _plot(path: Path, x: list[int], probes: list[Probe], vary: Vary) -> None:
    curves = {
        "p99, ms": [each.p99_ms for each in probes],
        "dropped, %": [100 * each.dropped_share for each in probes],
        "answers a second": [each.answers_per_s for each in probes],
    }
    plot_curves(path, x, curves, str(vary), f"path B, {count_cores()} cores")


if __name__ == "__main__":
    run_command(main)
