"""tracks.jsonl read back: the journal of a run, from which every other table can be made again.

It is the one file that holds every answer the moment it came. Numbers have the digits that ``client.sinks.jsonl``
writes: millimetres, a tenth of a pixel.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from client.detections import Detections
from client.frames import FramePair, Timing, Update
from client.renumbering import HighestIds
from client.windows import SolvedTracks, SolvedWindows, join_windows
from sideline.errors import SinkError
from sideline.tensors import NO_NUMBER, NO_TRACK, CameraReason, FrameStatus

_CAMERAS: Final = {"left": 0, "right": 1, None: -1}


@dataclass(frozen=True, slots=True)
class JournalEnd:
    """Where a run stopped.

    Attributes:
        bytes: Length of the journal up to its last whole line.
        frames: Frames in it.
        frame_index, captured_at_ns: The last one; -1 and 0 for none.
        ids: The highest IDs that were given out.
    """

    bytes: int
    frames: int
    frame_index: int
    captured_at_ns: int
    ids: HighestIds


def read_journal(path: Path) -> Iterator[Update]:
    """The updates of a run, without pictures; a last line that was cut off is left out.

    Windows that came with END are given with the last frame: nobody can tell them apart, and nothing depends on it.

    Raises:
        SinkError: the file cannot be read, or holds something else.
    """
    held: Update | None = None
    for line in _whole_lines(path):
        try:
            entry: dict[str, Any] = json.loads(line)
            if "solved_windows" in entry:
                held = None if held is None else _add_windows(held, entry)
                continue
            update = _read_frame(entry)
        except (ValueError, KeyError, TypeError) as error:
            raise SinkError(f"{path} is no journal of a run ({error!r}): give the folder of a run") from error
        if held is not None:
            yield held
        held = update
    if held is not None:
        yield held


def find_end(path: Path) -> JournalEnd:
    """Where a run stopped; for a file that is not there, before its beginning.

    Raises:
        SinkError: as ``read_journal``.
    """
    if not path.is_file():
        return JournalEnd(0, 0, -1, 0, HighestIds())
    frames, last, micro_track, track = 0, None, 0, 0
    for last in read_journal(path):
        frames += 1
        micro_track = int(last.detections.micro_track_ids.max(initial=micro_track))
        track = int(last.detections.track_ids.max(initial=track))
        if last.windows is not None:
            track = int(last.windows.tracks.track_ids.max(initial=track))
    size = sum(len(line) for line in _whole_lines(path))
    ids = HighestIds(micro_track, track)
    return JournalEnd(size, frames, -1 if last is None else last.frame_index, last.captured_at_ns if last else 0, ids)


def _whole_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line
    except OSError as error:
        raise SinkError(f"cannot read {path} ({error.strerror}): give the folder of a run") from error


def _read_frame(entry: dict[str, Any]) -> Update:
    captured_at_ns = int(entry["captured_at_ns"])
    answered_at_ns = captured_at_ns + round(entry["latency_ms"] * 1e6)
    return Update(
        frame=FramePair(int(entry["frame_index"]), captured_at_ns, None, None),
        status=FrameStatus[entry["status"]],
        message=entry["message"],
        detections=_read_detections(entry["detections"]),
        teams_named=entry["teams_named"],
        windows=None,
        timing=Timing(captured_at_ns, captured_at_ns, answered_at_ns),
    )


def _read_detections(rows: list[dict[str, Any]]) -> Detections:
    return Detections(
        foot_points_m=np.array([(row["x_m"], row["z_m"]) for row in rows], np.float32).reshape(-1, 2),
        foot_points_uv=np.array([(row["u"], row["v"]) for row in rows], np.float32).reshape(-1, 2),
        scores=np.array([row["score"] for row in rows], np.float32),
        micro_track_ids=np.array([row["micro_track_id"] for row in rows], np.int64),
        cameras=np.array([_CAMERAS[row["camera"]] for row in rows], np.int32),
        camera_reasons=np.full(len(rows), CameraReason.NONE, np.int32),
        boxes_px=np.array([row["box_px"] or (0, 0, 0, 0) for row in rows], np.float32).reshape(-1, 4),
        track_ids=np.array([_or(row["track_id"], NO_TRACK) for row in rows], np.int64),
        team_probabilities=np.array([row["team_probabilities"] for row in rows], np.float32).reshape(-1, 3),
        jersey_numbers=np.array([_or(row["jersey_number"], NO_NUMBER) for row in rows], np.int32),
        jersey_probabilities=np.array([row["jersey_probability"] for row in rows], np.float32),
    )


def _add_windows(update: Update, entry: dict[str, Any]) -> Update:
    columns, tracks = entry["solved_windows"], entry["solved_windows"]["tracks"]
    revisions = columns.get("revisions", [])  # runs of before there were any have none
    windows = SolvedWindows(
        frame_indices=np.array(columns["frame_index"], np.int64),
        micro_track_ids=np.array(columns["micro_track_id"], np.int64),
        track_ids=np.array([_or(track_id, NO_TRACK) for track_id in columns["track_id"]], np.int64),
        tracks=SolvedTracks(
            track_ids=np.array([each["track_id"] for each in tracks], np.int64),
            team_probabilities=np.array([each["team_probabilities"] for each in tracks], np.float32).reshape(-1, 3),
            jersey_numbers=np.array([_or(each["jersey_number"], NO_NUMBER) for each in tracks], np.int32),
            jersey_probabilities=np.array([each["jersey_probability"] for each in tracks], np.float32),
        ),
        revisions=np.array([(track, _or(right, NO_TRACK)) for track, right in revisions], np.int64).reshape(-1, 2),
    )
    return replace(update, windows=join_windows(update.windows, windows), teams_named=entry["teams_named"])


def _or(value: int | None, absent: int) -> int:
    return absent if value is None else value
