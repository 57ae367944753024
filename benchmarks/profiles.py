"""What a frame of path B costs in each profile of this machine: servers side by side, the same frames by turns.

Physics: of a frame's CPU time most is the detector's multiplications. An AVX-512 instruction multiplies and adds 16
pairs of floats, with VNNI 64 of bytes: int8 could make the convolutions four times as fast, less what bytes take to be
made of floats and back. Decoding, tracking and Triton stay as they are. CPU time of every process, not wall time: what
else the machine does is left out.

    python -m benchmarks.profiles --profile cpu --profile int8 --frames 64 --rounds 3
"""

import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer

from benchmarks.console import MatchDir, Results, print_table, run_command
from benchmarks.frames import DEMO_MATCH, Film, load_film
from benchmarks.record import RESULTS, Record, keep_record
from benchmarks.server_use import ServerReading
from benchmarks.streaming import stream_film
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.local_server import LocalServer

_WARM_UP_FRAMES: Final = 8


def main(
    match_dir: MatchDir = DEMO_MATCH,
    profile: Annotated[list[str] | None, typer.Option(help="Repeatable; cpu and int8 by default.")] = None,
    frames: Annotated[int, typer.Option(min=1, help="Frames a round and server.")] = 64,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; every server once in each.")] = 3,
    repository: Annotated[Path, typer.Option(help="Model repository.")] = MODEL_REPOSITORY,
    results: Results = RESULTS,
) -> None:
    """Compare the CPU time of a frame between profiles."""
    profiles = profile or ["cpu", "int8"]
    cost_ms = measure_profiles(load_film(match_dir), profiles, frames, rounds, repository)
    steps = {step: [cost_ms[name].get(step, "") for name in profiles] for each in cost_ms.values() for step in each}
    print_table("CPU time, ms a frame", ("process", *profiles), [(step, *cells) for step, cells in steps.items()])
    settings = {"match": match_dir.name, "frames": frames, "rounds": rounds}
    keep_record(Record.now("profiles", settings, {"cpu_ms_per_frame": cost_ms}), results)


def measure_profiles(
    film: Film, profiles: Sequence[str], frames: int, rounds: int, repository: Path
) -> dict[str, dict[str, float]]:
    """CPU milliseconds a frame by profile and process, median of the rounds, and "total" without the client."""
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(LocalServer(repository, profile=name, grpc_port=0, metrics_port=None))
            for name in profiles
        }
        for server in servers.values():
            stream_film(server.url, server.ensemble, film, _WARM_UP_FRAMES)
        spent: dict[str, list[Mapping[str, float]]] = {name: [] for name in profiles}
        for _ in range(rounds):
            for name, server in servers.items():
                before = ServerReading.of(server)
                stream_film(server.url, server.ensemble, film, frames)
                used = ServerReading.of(server).cpu_s_since(before)
                spent[name].append({**used, "total": sum(used.values())})
    return {
        name: {step: round(statistics.median(turn[step] for turn in turns) * 1e3 / frames, 2) for step in turns[0]}
        for name, turns in spent.items()
    }


if __name__ == "__main__":
    run_command(main)
