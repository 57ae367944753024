"""Detections made by hand: people who walk along x, one metre a second."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from sideline.matches import schemas

FPS = 10
START_NS = 1_700_000_000_000_000_000


def detections(frames: Iterable[int], tracks: Iterable[int] = (1, 2)) -> pa.Table:
    """Every track in every frame at 10 frames a second; micro-track 10 · track, even tracks at home, odd ones away."""
    index = np.array(list(frames), np.int64)
    people = np.array(list(tracks), np.int64)
    frame, track = np.repeat(index, len(people)), np.tile(people, len(index))
    count = len(frame)
    columns = {
        "frame_index": frame,
        "captured_at_ns": START_NS + frame * (1_000_000_000 // FPS),
        "status": np.zeros(count, np.int32),
        "micro_track_id": 10 * track,
        "track_id": track,
        "live_track_id": track,
        "x_m": (frame / FPS).astype(np.float32),
        "z_m": track.astype(np.float32),
        **{name: np.full(count, 0.5, np.float32) for name in ("u", "v", "score")},
        "team": np.where(track % 2 == 0, "home", "away"),
        "team_probability": np.full(count, 0.9, np.float32),
        "jersey_number": track.astype(np.int32),
        "jersey_probability": np.full(count, 0.8, np.float32),
        "camera": np.full(count, "left"),
        "box": [[0.0, 0.0, 1.0, 2.0]] * count,
    }
    return pa.table(columns, schema=schemas.DETECTIONS)
