"""Truth of a match folder and results of a run folder, read and checked. Knows files, no metric."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sideline.arrays import Int64s
from sideline.errors import EvaluationError
from sideline.evaluation.identification import FinalTracks
from sideline.evaluation.naming import NO_CATEGORY, Naming
from sideline.evaluation.observations import Observations
from sideline.tensors import NO_NUMBER, NO_TRACK, Category, FrameStatus

_NO_FRAME = frozenset({FrameStatus.OUT_OF_ORDER, FrameStatus.END_OF_STREAM})
"""Answers that do not stand for a frame of the match."""
_CATEGORIES: Final = {
    "home": Category.HOME,
    "away": Category.AWAY,
    "referee": Category.REFEREE,
    "bench": NO_CATEGORY,
    "A": Category.HOME,
    "B": Category.AWAY,
}
_DIGITS: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The people of a match.

    Attributes:
        on_floor: Whoever a tracker has to find.
        off_floor: Whoever it may find without praise or blame: the bench.
        frames: (F,) frame indices from the first to the last of the match.
        naming: Who they are; None where the truth does not tell.
    """

    on_floor: Observations
    off_floor: Observations
    frames: Int64s
    naming: Naming | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The detections of a run.

    Attributes:
        micro: With their micro-tracks.
        tracks: Those that a solved window gave a track; None when the run has none.
    """

    micro: Observations
    tracks: FinalTracks | None


def read_run_of_match(run_dir: Path, match_dir: Path) -> tuple[Truth, Run, Int64s]:
    """Read a match's truth, a run of it, and (F,) the frames of the match that the run answered, rising.

    Raises:
        EvaluationError: a file cannot be used, or the run answered no frame of the match.
    """
    truth, run, answered = read_truth(match_dir), read_tracks(run_dir), read_answered_frames(run_dir)
    frames = np.intersect1d(answered, truth.frames)
    if not len(frames):
        raise EvaluationError(
            f"{run_dir} answered no frame of {match_dir}: give the match folder that was tracked, or track it again"
        )
    return truth, run, frames


def read_truth(match_dir: Path) -> Truth:
    """Read truth.parquet of a match folder; the columns category and number may be absent.

    Raises:
        EvaluationError: the file is absent or broken, lacks a column, has an unknown category or a number that is none,
            or nobody on the floor.
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
    return Truth(people.select(on_floor), people.select(~on_floor), frames, _read_people(table, people.ids, path))


def read_tracks(run_dir: Path) -> Run:
    """Read the detections of a run folder with their micro-tracks and final tracks: tracks.parquet, people.parquet.

    Raises:
        EvaluationError: a file is absent or broken, lacks a column, or has an ID twice in a frame.
    """
    path = run_dir / "tracks.parquet"
    table = _read_columns(path, ("frame_index", "micro_track_id", "x_m", "z_m"), "RUN_DIR", "sideline track")
    micro = _observations(table, "micro_track_id")
    micro.require_distinct_ids(str(path))
    tracked = micro.select(micro.ids > 0)
    if "track_id" not in table.column_names or not (_integers(table, "track_id") != NO_TRACK).any():
        return Run(tracked, None)
    tracks = _integers(table, "track_id")
    kept = tracks != NO_TRACK
    found = Observations(micro.frame_index, tracks, micro.points_m).select(kept)
    found.require_distinct_ids(str(path))
    naming, teams_named = _read_verdicts(run_dir / "people.parquet")
    return Run(tracked, FinalTracks(found, _integers(table, "captured_at_ns")[kept], naming, teams_named))


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
    """The answered frame of a line; None for a line about something else."""
    try:
        answer = json.loads(line)
        if "solved_windows" in answer:
            return None
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
    points_m = np.column_stack([np.asarray(table[name].to_numpy(), np.float64) for name in ("x_m", "z_m")])
    return Observations(_integers(table, "frame_index"), _integers(table, id_column), points_m)


def _integers(table: pa.Table, column: str) -> Int64s:
    return np.asarray(table[column].to_numpy(), np.int64)


def _read_people(table: pa.Table, ids: Int64s, path: Path) -> Naming | None:
    if not {"category", "number"} <= set(table.column_names):
        return None
    categories = _to_categories(table["category"].to_pylist(), path)
    numbers = table["number"].to_pylist()
    faults = {number for number in numbers if number and not (number.isdecimal() and len(number) <= _DIGITS)}
    if faults:
        raise EvaluationError(f"{path} has the number {min(faults)!r}: write numbers as 0 to 99, or nothing")
    known = [int(number) if number else NO_NUMBER for number in numbers]
    return Naming.of_rows(ids, categories, np.array(known, np.int64))


def _read_verdicts(path: Path) -> tuple[Naming, bool]:
    table = _read_columns(path, ("track_id", "category", "jersey_number"), "RUN_DIR", "sideline track")
    names = table["category"].to_pylist()
    naming = Naming.of_rows(
        _integers(table, "track_id"), _to_categories(names, path), _integers(table, "jersey_number")
    )
    return naming, not {"A", "B"} & set(names)


def _to_categories(names: list[str], path: Path) -> Int64s:
    unknown = set(names) - _CATEGORIES.keys()
    if unknown:
        raise EvaluationError(f"{path} has the category {min(map(str, unknown))!r}: known are {', '.join(_CATEGORIES)}")
    return np.array([_CATEGORIES[name] for name in names], np.int64)
