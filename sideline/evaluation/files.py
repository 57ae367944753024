"""Truth of a match folder and results of a run folder, read and checked. Knows files, no metric."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sideline.arrays import Int64s
from sideline.errors import EvaluationError
from sideline.evaluation.observations import Observations
from sideline.tensors import FrameStatus

_NO_FRAME = frozenset({FrameStatus.OUT_OF_ORDER, FrameStatus.END_OF_STREAM})
"""Answers that do not stand for a frame of the match."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The people of a match.

    Attributes:
        on_floor: Whoever a tracker has to find.
        off_floor: Whoever it may find without praise or blame: the bench.
        frames: (F,) frame indices from the first to the last of the match.
    """

    on_floor: Observations
    off_floor: Observations
    frames: Int64s


def read_truth(match_dir: Path) -> Truth:
    """Read truth.parquet of a match folder.

    Raises:
        EvaluationError: the file is absent or broken, lacks a column, or has nobody on the floor.
    """
    path = match_dir / "truth.parquet"
    table = _read_columns(
        path, ("frame_index", "person_id", "x_m", "z_m", "on_floor"), "MATCH_DIR", "sideline simulate"
    )
    people = _observations(table, "person_id")
    on_floor = np.asarray(table["on_floor"].to_numpy(), np.bool_)
    if not on_floor.any():
        raise EvaluationError(f"{path} has nobody on the floor: there is nothing to compare with")
    people.require_distinct_ids(str(path))
    frames = np.arange(people.frame_index.min(), people.frame_index.max() + 1)
    return Truth(people.select(on_floor), people.select(~on_floor), frames)


def read_tracks(run_dir: Path) -> Observations:
    """Read the detections with their micro-track IDs, tracks.parquet of a run folder.

    Raises:
        EvaluationError: the file is absent or broken, lacks a column, or has an ID twice in a frame.
    """
    path = run_dir / "tracks.parquet"
    table = _read_columns(path, ("frame_index", "micro_track_id", "x_m", "z_m"), "RUN_DIR", "sideline track")
    tracks = _observations(table, "micro_track_id")
    tracks.require_distinct_ids(str(path))
    return tracks


def read_answered_frames(run_dir: Path) -> Int64s:
    """Read which frames a run answered, those without a detection included, from its tracks.jsonl.

    Returns:
        (F,) frame indices, rising.

    Raises:
        EvaluationError: the file is absent, or a line is no answer.
    """
    path = run_dir / "tracks.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(
            f"cannot read {path}: {error}; RUN_DIR is the folder that `sideline track` wrote"
        ) from error
    frames = [_read_answer(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1)]
    return np.unique(np.array([frame for frame in frames if frame is not None], np.int64))


def _read_answer(line: str, place: str) -> int | None:
    try:
        answer = json.loads(line)
        status, frame_index = FrameStatus[answer["status"]], int(answer["frame_index"])
    except (ValueError, KeyError, TypeError) as error:
        raise EvaluationError(
            f"{place}: not an answer with frame_index and status ({error!r}); run `sideline track` again"
        ) from error
    return None if status in _NO_FRAME else frame_index


def _read_columns(path: Path, columns: tuple[str, ...], folder: str, command: str) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise EvaluationError(f"cannot read {path}: {error}; {folder} is the folder that `{command}` wrote") from error
    missing = [column for column in columns if column not in table.column_names]
    if missing:
        raise EvaluationError(f"{path} lacks the columns {', '.join(missing)}: write it again with `{command}`")
    return table


def _observations(table: pa.Table, id_column: str) -> Observations:
    frame_index, ids = (np.asarray(table[name].to_numpy(), np.int64) for name in ("frame_index", id_column))
    points_m = np.column_stack([np.asarray(table[name].to_numpy(), np.float64) for name in ("x_m", "z_m")])
    return Observations(frame_index, ids, points_m)
