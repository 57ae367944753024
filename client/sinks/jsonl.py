"""tracks.jsonl: one line a frame, flushed, so that another program can follow the file while it grows.

{"frame_index": 12, "captured_at_ns": …, "status": "OK", "message": "", "latency_ms": 41.2,
 "detections": [{"micro_track_id": 3, "x_m": -4.21, "z_m": 1.07, "u": 0.31, "v": 0.55, "score": 0.98}, …]}
"""

import json
from pathlib import Path
from typing import TextIO

from client.frames import Update
from client.sinks.sink import explain_write_errors


class JsonlSink:
    """Writes every update as one JSON object a line.

    Args:
        path: The file; overwritten.
        live: Whether ``latency_ms`` counts from the scheduled capture, otherwise from the sending.
    """

    def __init__(self, path: Path, *, live: bool) -> None:
        self._path = path
        self._live = live
        self._file: TextIO | None = None

    def open(self) -> None:
        """See ``Sink``."""
        with explain_write_errors(self._path):
            self._file = self._path.open("w", encoding="utf-8", buffering=1)

    def write(self, update: Update) -> None:
        """See ``Sink``."""
        if self._file is not None:
            with explain_write_errors(self._path):
                self._file.write(to_json_line(update, self._live) + "\n")

    def close(self) -> None:
        """See ``Sink``."""
        if self._file is not None:
            self._file.close()


def to_json_line(update: Update, live: bool) -> str:
    """One frame as a JSON object without line breaks; keys as in the module's docstring."""
    points_m, points_uv = update.foot_points_m.tolist(), update.foot_points_uv.tolist()
    detections = [
        {"micro_track_id": track_id, "x_m": round(x, 3), "z_m": round(z, 3), "u": round(u, 5), "v": round(v, 5),
         "score": round(score, 4)}
        for track_id, (x, z), (u, v), score in zip(
            update.micro_track_ids.tolist(), points_m, points_uv, update.scores.tolist(), strict=True
        )
    ]  # fmt: skip
    line = {
        "frame_index": update.frame_index,
        "captured_at_ns": update.captured_at_ns,
        "status": update.status.name,
        "message": update.message,
        "latency_ms": round(update.timing.latency_ms(live), 3),
        "detections": detections,
    }
    return json.dumps(line)
