"""tracks.jsonl: one line a frame, written at once, so that another program can follow the file while it grows.

{"frame_index": 12, "captured_at_ns": …, "status": "OK", "message": "", "latency_ms": 41.2, "teams_named": true,
 "detections": [{"micro_track_id": 3, "track_id": 2, "x_m": -4.21, "z_m": 1.07, "u": 0.31, "v": 0.55, "score": 0.98,
                 "team_probabilities": [0.97, 0.02, 0.01], "jersey_number": 23, "jersey_probability": 0.9,
                 "camera": "left", "box_px": [310.2, 95.0, 362.8, 200.4]}, …]}

A negative ``micro_track_id`` is a loose detection: too doubtful to be anybody, unless a solved window gives it a track.
``track_id`` and ``jersey_number`` are null while they are not known, ``camera`` and ``box_px`` where no camera shows
the person; team probabilities are of home, away, referee, or of A, B, referee when ``teams_named`` is false.

After the frame with which solved windows came, and at the end of the stream, a line tells of them: the tracks of their
detections, final, in three columns, and what is known of these tracks. A detection whose track is null is nobody's:
most likely a second detection of a player.

{"solved_windows": {"frame_index": [0, …], "micro_track_id": [3, …], "track_id": [2, …],
                    "tracks": [{"track_id": 2, "team_probabilities": […], "jersey_number": 23,
                                "jersey_probability": 0.93}, …],
                    "revisions": [[31, 2], [40, null], …]}, "teams_named": true, "message": ""}

``revisions`` are pairs of a track and the earlier one that it turned out to be, null for nobody: track 31 of the lines
before is track 2, from this line on that ID is given; track 40 was a chain of wrong detections.

``message`` is the frame's there, too; the end has no other line to tell what went wrong with its windows.

This is the run's journal: whatever kills the client, every answer that came is in it (`client.journal` reads it).
"""

import json
from pathlib import Path
from typing import Final

from client.detections import Detections
from client.frames import Update
from client.journal_file import JournalFile
from client.windows import SolvedTracks, SolvedWindows
from sideline.tensors import NO_NUMBER, NO_TRACK

_CAMERAS: Final = {0: "left", 1: "right"}


class JsonlSink:
    """Writes every update as one JSON object a line, and another one for windows that came with it.

    Args:
        path: The file.
        live: Whether ``latency_ms`` counts from the scheduled capture, otherwise from the sending.
        keep_bytes: What is kept of an earlier part of the run; the rest of the file is overwritten.
    """

    def __init__(self, path: Path, *, live: bool, keep_bytes: int = 0) -> None:
        self._path = path
        self._live = live
        self._keep_bytes = keep_bytes
        self._file: JournalFile | None = None

    def open(self) -> None:
        """See ``Sink``."""
        self._file = JournalFile(self._path, self._keep_bytes)

    def write(self, update: Update) -> None:
        """See ``Sink``; a full disk is an error only when it lasts, see ``JournalFile``."""
        if self._file is not None:
            self._file.append(to_json_lines(update, self._live))

    def close(self) -> None:
        """See ``Sink``.

        Raises:
            SinkError: there was no room for the last lines.
        """
        if self._file is not None:
            self._file.close()


def to_json_lines(update: Update, live: bool) -> list[str]:
    """JSON objects without line breaks, keys as in the module's docstring: the frame, then the windows solved."""
    lines = [] if update.is_end else [json.dumps(_describe_frame(update, live))]
    if update.windows is not None or (update.is_end and update.message):
        windows = _describe_windows(update.windows or SolvedWindows.none())
        told = {"solved_windows": windows, "teams_named": update.teams_named, "message": update.message}
        lines.append(json.dumps(told))
    return lines


def _describe_frame(update: Update, live: bool) -> dict[str, object]:
    return {
        "frame_index": update.frame_index,
        "captured_at_ns": update.captured_at_ns,
        "status": update.status.name,
        "message": update.message,
        "latency_ms": round(update.timing.latency_ms(live), 3),
        "teams_named": update.teams_named,
        "detections": [_describe_detection(update.detections, row) for row in range(len(update.detections))],
    }


def _describe_detection(found: Detections, row: int) -> dict[str, object]:
    x_m, z_m = found.foot_points_m[row].tolist()
    u, v = found.foot_points_uv[row].tolist()
    camera = _CAMERAS.get(int(found.cameras[row]))
    return {
        "micro_track_id": int(found.micro_track_ids[row]),
        "track_id": _unless(int(found.track_ids[row]), NO_TRACK),
        "x_m": round(x_m, 3),
        "z_m": round(z_m, 3),
        "u": round(u, 5),
        "v": round(v, 5),
        "score": round(float(found.scores[row]), 4),
        "team_probabilities": _round(found.team_probabilities[row].tolist(), 4),
        "jersey_number": _unless(int(found.jersey_numbers[row]), NO_NUMBER),
        "jersey_probability": round(float(found.jersey_probabilities[row]), 4),
        "camera": camera,
        "box_px": _round(found.boxes_px[row].tolist(), 1) if camera else None,
    }


def _describe_windows(windows: SolvedWindows) -> dict[str, object]:
    return {
        "frame_index": windows.frame_indices.tolist(),
        "micro_track_id": windows.micro_track_ids.tolist(),
        "track_id": [_unless(track_id, NO_TRACK) for track_id in windows.track_ids.tolist()],
        "tracks": [_describe_track(windows.tracks, row) for row in range(len(windows.tracks.track_ids))],
        "revisions": [[track, _unless(right, NO_TRACK)] for track, right in windows.revisions.tolist()],
    }


def _describe_track(tracks: SolvedTracks, row: int) -> dict[str, object]:
    return {
        "track_id": int(tracks.track_ids[row]),
        "team_probabilities": _round(tracks.team_probabilities[row].tolist(), 4),
        "jersey_number": _unless(int(tracks.jersey_numbers[row]), NO_NUMBER),
        "jersey_probability": round(float(tracks.jersey_probabilities[row]), 4),
    }


def _unless(value: int, absent: int) -> int | None:
    return None if value == absent else value


def _round(values: list[float], digits: int) -> list[float]:
    return [round(value, digits) for value in values]
