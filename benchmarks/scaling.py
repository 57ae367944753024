"""What a frame costs as the work grows: players, arenas, the graph's window, the length of the match.

Physics: JPEG, panorama and detector cost the same whoever is on the floor (100 queries), so only tracking, crops and
the graph may grow with players, at most linearly up to 50. Arenas share nothing but the machine: CPU time a frame is to
stay as it is, memory to grow by the same amount an arena. A window of n frames has about n · players / 128 pieces, and
pairs grow with their square. A match's length is to cost nothing: what is remembered is bounded, so three hours take
the memory of a minute. Players come from `benchmarks.crowd`, which stands in for the detector; all else is the real
thing, in one process and one thread but for arenas, which need a server. CPU time, not wall time.

    OMP_NUM_THREADS=1 python -m benchmarks.scaling players windows
    python -m benchmarks.scaling arenas
    OMP_NUM_THREADS=1 python -m benchmarks.scaling length --hours 3
"""

import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from rich.progress import track

from benchmarks.console import CONSOLE, MatchDir, Results, print_table, run_command
from benchmarks.crowd import Crowd
from benchmarks.frames import DEMO_MATCH, Film, load_film
from benchmarks.in_process import WINDOW, PathB
from benchmarks.long_match import LongMatch
from benchmarks.overhead import run_plain_loop
from benchmarks.record import RESULTS, Record, keep_record
from benchmarks.server_use import ServerReading, read_memory_mib
from benchmarks.slopes import fit_slopes
from benchmarks.streaming import stream_film
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.local_server import LocalServer
from sideline.tracking.graph.settings import GraphSettings

Rows = list[dict[str, float]]

_PLAYERS: Final = (5, 10, 13, 20, 30, 40, 50)
_ARENAS: Final = (1, 2, 4, 8, 16)
_WINDOWS: Final = (32, 64, 128, 256, 512)
_GROWING: Final = ("assign_micro_ids", "project_crops", "crop_encoder", "build_graph", WINDOW)
"""Steps that may cost more when there are more people."""


class Axis(StrEnum):
    """What grows."""

    PLAYERS = "players"
    ARENAS = "arenas"
    WINDOWS = "windows"
    LENGTH = "length"


def main(
    axes: Annotated[list[Axis] | None, typer.Argument(help="What is to grow; all of them by default.")] = None,
    match_dir: MatchDir = DEMO_MATCH,
    frames: Annotated[int, typer.Option(min=2, help="Frames of each run of players and arenas.")] = 130,
    most: Annotated[int, typer.Option(min=2, help="Leave out sizes above this.")] = 512,
    hours: Annotated[float, typer.Option(min=0.001, help="Length of the match, simulated at speed.")] = 3.0,
    repository: Annotated[Path, typer.Option(help="Model repository.")] = MODEL_REPOSITORY,
    results: Results = RESULTS,
) -> None:
    """Measure time and memory as the work grows, and fit slopes."""
    film = load_film(match_dir)
    figures: dict[str, object] = {}
    for axis in axes or list(Axis):
        if axis is Axis.PLAYERS:
            figures[axis] = _fit(grow_players(film, _up_to(_PLAYERS, most), frames, repository), "players")
        elif axis is Axis.ARENAS:
            figures[axis] = _fit(grow_arenas(film, _up_to(_ARENAS, most), frames, repository), "arenas")
        elif axis is Axis.WINDOWS:
            figures[axis] = _fit(grow_windows(film, _up_to(_WINDOWS, most), repository), "window_frames")
        else:
            figures[axis] = grow_length(film, hours, repository)
    settings = {"match": match_dir.name, "frames": frames, "hours": hours, "most": most}
    keep_record(Record.now("scaling", settings, figures), results)


def grow_players(film: Film, sizes: Sequence[int], frames: int, repository: Path) -> Rows:
    """CPU milliseconds a frame of the steps that may grow, with so many players."""
    rows = []
    for players in track(sizes, "players", console=CONSOLE):
        with PathB(1, repository, detect=Crowd(players, film.rig).detect) as path:
            run_plain_loop(path, film, frames)
            spent = path.stopwatch.cpu_ms()
        steps = {f"{step}_ms": spent.get(step, 0.0) / frames for step in _GROWING}
        rows.append({"players": players, "cost_ms": sum(steps.values()), **steps})
    return rows


def grow_arenas(film: Film, sizes: Sequence[int], frames: int, repository: Path) -> Rows:
    """CPU milliseconds a frame of the whole server and its memory, with so many arenas at once."""
    rows = []
    for arenas in track(sizes, "arenas", console=CONSOLE):
        with LocalServer(repository, grpc_port=0, metrics_port=None) as server:
            stream_film(server.url, server.ensemble, film, 4, arenas=arenas, window=2)
            before = ServerReading.of(server)
            run = stream_film(server.url, server.ensemble, film, max(2, frames // arenas), arenas=arenas, window=2)
            after = ServerReading.of(server)
        cost_ms = sum(after.cpu_s_since(before).values()) * 1e3 / run.frames
        memory_mib = sum(after.memory_mib.values())
        rows.append({"arenas": arenas, "cost_ms": cost_ms, "memory_mib": memory_mib, "frames_per_s": run.frames_per_s})
    return rows


def grow_windows(film: Film, sizes: Sequence[int], repository: Path, players: int = 13) -> Rows:
    """CPU milliseconds to solve a window of so many frames."""
    rows = []
    for size in track(sizes, "windows", console=CONSOLE):
        match = LongMatch(Crowd(players, film.rig), repository, replace(GraphSettings(), window_frames=size))
        match.play(2 * size + 2)  # a window is begun by the frame after the one that closed it
        solved_ms = match.windows.cpu_ms
        rows.append({"window_frames": size, "cost_ms": float(np.median(solved_ms)), "windows": len(solved_ms)})
    return rows


def grow_length(film: Film, hours: float, repository: Path, players: int = 13, fps: float = 10.0) -> dict[str, object]:
    """Memory and CPU time a frame over a match that is played as fast as it goes, in ten readings.

    The ID decoder is left out: it keeps nothing. The slope of memory is taken over the second half.
    """
    frames = max(20, round(hours * 3600 * fps))
    match = LongMatch(Crowd(players, film.rig), repository, GraphSettings(fps=fps))
    rows: Rows = []
    for tenth in track(range(1, 11), "length", console=CONSOLE):
        cost_ms, memory_mib = match.play(frames * tenth // 10), read_memory_mib(os.getpid())
        played_h = match.frame_index / fps / 3600
        rows.append({"hours": played_h, "cost_ms": cost_ms, "memory_mib": memory_mib, "kept_items": match.kept_items})
    late = rows[len(rows) // 2 :]
    slope, _ = np.polyfit([row["hours"] for row in late], [row["memory_mib"] for row in late], 1)
    print_table("length", tuple(rows[0]), [tuple(row.values()) for row in rows])
    growth, slope_mb = rows[-1]["cost_ms"] / rows[0]["cost_ms"], round(slope * 1.048576, 4)
    return {"readings": _rounded(rows), "memory_mb_per_hour": slope_mb, "cost_growth": round(growth, 3)}


def _fit(rows: Rows, work: str) -> dict[str, object]:
    print_table(work, tuple(rows[0]), [tuple(row.values()) for row in rows])
    slopes = fit_slopes(np.array([row[work] for row in rows]), np.array([row["cost_ms"] for row in rows]))
    CONSOLE.print(str(slopes), highlight=False)
    return {"sizes": _rounded(rows), "slopes": asdict(slopes)}


def _up_to(sizes: Sequence[int], most: int) -> list[int]:
    kept = [size for size in sizes if size <= most]
    return kept if len(kept) > 1 else [most // 2, most]


def _rounded(rows: Rows) -> Rows:
    return [{key: round(value, 4) for key, value in row.items()} for row in rows]


if __name__ == "__main__":
    run_command(main)
