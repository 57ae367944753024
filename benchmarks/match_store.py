"""What the match store answers in: questions about a 3 h match, in milliseconds; and what writing it takes.

Physics: a minute of 13 people at 25 frames a second is a file of 19,500 rows. A question about some frames opens the
one or two files that hold them, a question about a track those that the catalogue names; the floor is what DuckDB takes
to open a Parquet file and to decode its row groups. The first question about a match also opens the catalogue. Tracks
last 30 s, so a track lies in one or two files; the longest goes through all of them. Made-up rows, no server. Beside
the time that passes stands the processor's own: on a machine that is not quiet the latter says more.

    python -m benchmarks.match_store --minutes 180
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import pyarrow as pa
import typer

from benchmarks.console import CONSOLE, Results, print_table, run_command
from benchmarks.record import RESULTS, Record, keep_record
from sideline.matches.layout import Kind
from sideline.matches.reader import MatchStore, Slice
from sideline.matches.schemas import DETECTIONS
from sideline.matches.writer import MatchWriter

_FPS: Final = 25
_PEOPLE: Final = 13
_TRACK_FRAMES: Final = 750
_LONGEST: Final = 0
"""Track of somebody who is on the floor throughout."""


def main(
    minutes: Annotated[int, typer.Option(min=1, help="Length of the match.")] = 180,
    repeats: Annotated[int, typer.Option(min=10, help="Times that each question is asked.")] = 50,
    results: Results = RESULTS,
) -> None:
    """Write a long match and ask about it."""
    with tempfile.TemporaryDirectory(prefix="sideline-store-") as folder:
        store = Path(folder)
        written_s = _write(store, minutes)
        size_mb = sum(path.stat().st_size for path in store.rglob("*.parquet")) / 1e6
        questions = _ask(store, minutes, repeats)
    figures = {
        "rows": minutes * 60 * _FPS * _PEOPLE,
        "size_mb": round(size_mb, 1),
        "write_s_per_match_minute": round(written_s / minutes, 3),
        "questions_ms": questions,
    }
    rows = [(name, each["first"], each["p50"], each["p99"], each["cpu_p50"]) for name, each in questions.items()]
    print_table(f"{minutes} min, ms", ("question", "first", "p50", "p99", "CPU p50"), rows)
    keep_record(Record.now("match_store", {"minutes": minutes, "repeats": repeats}, figures), results)


def _write(store: Path, minutes: int) -> float:
    """Seconds that writing takes."""
    spent_s = 0.0
    with MatchWriter(store, "final") as writer:
        for minute in range(minutes):
            rows = make_minute(minute)
            started_s = time.perf_counter()
            writer.append(rows)
            spent_s += time.perf_counter() - started_s
        started_s = time.perf_counter()
        writer.finish()
    CONSOLE.print(f"written: {minutes} min", highlight=False)
    return spent_s + time.perf_counter() - started_s


def make_minute(minute: int) -> pa.Table:
    """Detections of one minute: 13 people who walk at random, tracks that change every 30 s but for one."""
    rng = np.random.default_rng(minute)
    frame = np.repeat(np.arange(minute * 60 * _FPS, (minute + 1) * 60 * _FPS), _PEOPLE)
    person = np.tile(np.arange(_PEOPLE), 60 * _FPS)
    track = np.where(person == 0, _LONGEST, 1 + frame // _TRACK_FRAMES * _PEOPLE + person)
    count = len(frame)
    columns = {
        "frame_index": frame,
        "captured_at_ns": frame * (1_000_000_000 // _FPS),
        "status": np.zeros(count, np.int32),
        "micro_track_id": track * 3 + frame // 250 % 3,
        "track_id": track,
        "live_track_id": track,
        **{name: rng.normal(0, 5, count).astype(np.float32) for name in ("x_m", "z_m", "u", "v", "score")},
        "team": np.array(["home", "away", "referee"])[person % 3],
        "team_probability": rng.random(count).astype(np.float32),
        "jersey_number": person.astype(np.int32),
        "jersey_probability": rng.random(count).astype(np.float32),
        "camera": np.array(["left", "right"])[person % 2],
        "box": list(rng.normal(500, 100, (count, 4)).astype(np.float32)),
    }
    return pa.table(columns, schema=DETECTIONS)


def _ask(store: Path, minutes: int, repeats: int) -> dict[str, dict[str, float]]:
    frames = minutes * 60 * _FPS
    rng = np.random.default_rng(1)
    starts = iter(rng.integers(0, max(frames - 250, 1), 10 * repeats).tolist())
    reader = MatchStore(store)

    def span(length: int, kind: Kind) -> Callable[[], object]:
        def ask() -> object:
            start = next(starts)
            return reader.read("final", kind, Slice(start, start + length - 1))

        return ask

    def track() -> object:
        number = 1 + next(starts) // _TRACK_FRAMES * _PEOPLE + 5
        return reader.read("final", Kind.DETECTIONS, Slice(track_id=number))

    questions: dict[str, Callable[[], object]] = {
        "detections of a frame": span(1, Kind.DETECTIONS),
        "detections of 10 s": span(250, Kind.DETECTIONS),
        "micro-tracks of 10 s": span(250, Kind.MICRO_TRACKS),
        "detections of a track": track,
        "all tracks": lambda: reader.read("final", Kind.TRACKS),
        "summary": lambda: reader.summarise("final"),
        "detections of the longest track": lambda: reader.read("final", Kind.DETECTIONS, Slice(track_id=_LONGEST)),
    }
    return {name: _time(ask, repeats) for name, ask in questions.items()}


def _time(ask: Callable[[], object], repeats: int) -> dict[str, float]:
    """Milliseconds: the first time, of the others the median and 99th percentile, and the median of processor time."""
    spent = []
    for _ in range(repeats):
        started_s, used_s = time.perf_counter(), time.process_time()
        ask()
        spent.append((1e3 * (time.perf_counter() - started_s), 1e3 * (time.process_time() - used_s)))
    rest = np.array(spent[1:])
    return {
        "first": round(spent[0][0], 2),
        "p50": round(float(np.median(rest[:, 0])), 2),
        "p99": round(float(np.quantile(rest[:, 0], 0.99)), 2),
        "cpu_p50": round(float(np.median(rest[:, 1])), 2),
    }


if __name__ == "__main__":
    run_command(main)
