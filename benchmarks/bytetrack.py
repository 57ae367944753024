"""How many frames a second ByteTrack associates beside the library `trackers`: `python -m benchmarks.bytetrack`.

2,025 frames of 4.4 detections on average, drawn once from a seed; association only, without files. Both trackers take
the same frames in turns of one run each, so that both see the same machine, and the best turn of each counts: the best
is what the code can do, anything slower is somebody else's load. The ceiling is the interpreter: a frame is some 500
operations on plain floats at some 30 ns each, so about 60,000 frames a second.

The library wants NumPy 2 and lives in an environment of its own, made at the first run (.venv/peers/trackers). Its
settings are the nearest to ours that it has; it filters corners instead of centres, so its tracks are similar, not
equal. The last line is the record with its figures once more on top: fps, ratio_to_trackers.

    python -m benchmarks.bytetrack --turns 5
"""

import json
import subprocess
import tempfile
import time
import venv
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from benchmarks.console import CONSOLE, Results, print_table, run_command
from benchmarks.record import RESULTS, Record, keep_record
from sideline.errors import BenchmarkError
from sideline.serving.installation import PROJECT_ROOT
from sideline.tracking.bytetrack.recording import Detections, track_recording
from sideline.tracking.bytetrack.settings import ByteTrackSettings

FRAMES: Final = 2025
_PEOPLE: Final = 5
_SEEN: Final = 0.88
"""Of the people in a frame: 5 × 0.88 = 4.4 detections."""
_FPS: Final = 25
_PEER: Final = "trackers==2.6.1"
_PEER_ENVIRONMENT: Final = PROJECT_ROOT / ".venv" / "peers" / "trackers"


def draw_detections(seed: int = 0) -> Detections:
    """People who wander about a picture of 1280 × 720; boxes in px."""
    rng = np.random.default_rng(seed)
    feet, speed = rng.uniform((200, 250), (1080, 600), (_PEOPLE, 2)), rng.normal(0, 4, (_PEOPLE, 2))
    heights = rng.uniform(90, 160, _PEOPLE)
    frames, boxes = [], []
    for frame in range(FRAMES):
        speed = 0.98 * speed + rng.normal(0, 0.7, speed.shape) - 0.003 * (feet - (640, 420))
        feet = feet + speed
        for person in np.flatnonzero(rng.random(_PEOPLE) < _SEEN):
            x, y = feet[person] + rng.normal(0, 2, 2)
            boxes.append((x - 0.2 * heights[person], y - heights[person], x + 0.2 * heights[person], y))
            frames.append(frame)
    scores = np.clip(rng.normal(0.8, 0.15, len(frames)), 0.05, 1.0)
    return Detections(np.array(frames, np.int64), np.array(boxes), scores)


def main(
    turns: Annotated[int, typer.Option(min=1, help="Runs of each tracker; the best counts.")] = 5,
    results: Results = RESULTS,
) -> None:
    """Compare ByteTrack with the library `trackers` on the same frames."""
    detections, python = draw_detections(), _peer_python()
    _run_here(detections)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "detections_raw.npz"
        np.savez(recording, **asdict(detections))
        for _ in range(turns):
            ours.append(_run_here(detections))
            theirs.append(_run_peer(python, recording))
    print_table(
        "frames a second",
        ("turn", "sideline", "trackers"),
        [
            (turn + 1, FRAMES / here, FRAMES / there)
            for turn, (here, there) in enumerate(zip(ours, theirs, strict=True))
        ],
    )
    figures = {
        "fps": round(FRAMES / min(ours)),
        "ratio_to_trackers": round(min(theirs) / min(ours), 2),
        "trackers_fps": round(FRAMES / min(theirs)),
    }
    settings = {"turns": turns, "frames": FRAMES, "detections": len(detections.frame_numbers), "peer": _PEER}
    record = Record.now("bytetrack", settings, figures)
    keep_record(record, results)
    print(json.dumps(figures | record.model_dump()), flush=True)


def _run_here(detections: Detections) -> float:
    started = time.perf_counter()
    track_recording(detections, ByteTrackSettings(frame_rate=_FPS))
    return time.perf_counter() - started


def _peer_python() -> Path:
    python = _PEER_ENVIRONMENT / "bin" / "python"
    if python.exists():
        return python
    CONSOLE.print(f"installing {_PEER} into {_PEER_ENVIRONMENT.relative_to(PROJECT_ROOT)}")
    try:
        venv.create(_PEER_ENVIRONMENT, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", _PEER], check=True)
    except (OSError, subprocess.CalledProcessError) as exc:
        raise BenchmarkError(f"{_PEER} could not be installed ({exc}): look at pip's words above") from exc
    return python


def _run_peer(python: Path, recording: Path) -> float:
    script = Path(__file__).parent / "peers" / "trackers_bytetrack.py"
    try:
        answer = subprocess.run([python, script, recording], check=True, stdout=subprocess.PIPE, text=True).stdout
    except subprocess.CalledProcessError as exc:
        raise BenchmarkError(f"{_PEER} failed ({exc}): remove {_PEER_ENVIRONMENT} and run this again") from exc
    return float(json.loads(answer.splitlines()[-1])["seconds"])


if __name__ == "__main__":
    run_command(main)
