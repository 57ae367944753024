"""What the graph takes with every frame and what it answers; fields are named as the tensors in `sideline.tensors`."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sideline.arrays import Float32s, Int64s
from sideline.tensors import Category, FrameStatus

Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class GraphFrame:
    """One request: N detections, M crops.

    Attributes:
        frame_index: 0-based, rises.
        status: What became of the frame; of END, END_OF_STREAM.
        match_sheet: TOML as UTF-8 with START; empty for none and on all later frames.
        foot_points_m: (N,2) f32, arena, metres.
        scores: (N,) f32 in (0,1).
        micro_track_ids: (N,) i64, distinct.
        crop_rows: (M,) detection of each crop; negative for the blank crop of a frame without any.
        appearance, jersey, team, crop_features: (M,64), (M,133), (M,8), (M,128) f32 of the crop encoder.
        is_end: The stream ends: every window is to be answered now.
    """

    frame_index: int
    status: FrameStatus
    match_sheet: bytes
    foot_points_m: Float32s
    scores: Float32s
    micro_track_ids: Int64s
    crop_rows: npt.NDArray[np.signedinteger[Any]]
    appearance: Float32s
    jersey: Float32s
    team: Float32s
    crop_features: Float32s
    is_end: bool


@dataclass(frozen=True, slots=True, eq=False)
class WindowResult:
    """Windows solved: K detections, T tracks, R revisions. Fields as the tensors of these names.

    Attributes:
        window_frames, window_micro_track_ids, window_track_ids: (K,) i64; NO_TRACK (-1) for a wrong detection.
        solved_track_ids: (T,) i64, distinct.
        solved_team_probabilities: (T,3) f32, rows sum to 1.
        solved_jersey_numbers: (T,) i32, -1 for none.
        solved_jersey_probabilities: (T,) f32, 0 with -1.
        revised_track_ids: (R,2) i64, a track and the earlier one that it turned out to be, NO_TRACK for nobody; in the
            order in which that was found out.
    """

    window_frames: Int64s
    window_micro_track_ids: Int64s
    window_track_ids: Int64s
    solved_track_ids: Int64s
    solved_team_probabilities: Float32s
    solved_jersey_numbers: Int32s
    solved_jersey_probabilities: Float32s
    revised_track_ids: Int64s


@dataclass(frozen=True, slots=True, eq=False)
class GraphAnswer:
    """One answer: N detections in the order of the request, and the windows finished since the last answer.

    Attributes:
        message: What went wrong with the match sheet or a window and what to do; empty when all is well.
        track_ids: (N,) i64, NO_TRACK (-1) while no solved window holds the micro-track.
        team_probabilities: (N,3) f32, rows sum to 1.
        jersey_numbers, jersey_probabilities: (N,) i32 and f32; -1 and 0 while nothing legible was seen.
        teams_named: Whether home and away are those of the match sheet.
        windows: The windows.
        window_solve_s: How long each of them took that the solver answered.
        failed_windows: How many of them were answered without it.
    """

    message: str
    track_ids: Int64s
    team_probabilities: Float32s
    jersey_numbers: Int32s
    jersey_probabilities: Float32s
    teams_named: bool
    windows: WindowResult
    window_solve_s: tuple[float, ...] = ()
    failed_windows: int = 0


NO_WINDOWS: Final = WindowResult(
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    np.empty((0, len(Category)), np.float32),
    np.empty(0, np.int32),
    np.empty(0, np.float32),
    np.empty((0, 2), np.int64),
)


def join_results(results: Sequence[WindowResult]) -> WindowResult:
    """Several windows' results as one, oldest first; of a track that is in many, the last word."""
    if not results:
        return NO_WINDOWS
    columns = {field.name: [getattr(each, field.name) for each in results] for field in fields(WindowResult)}
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    _, from_the_end = np.unique(joined["solved_track_ids"][::-1], return_index=True)
    rows = len(joined["solved_track_ids"]) - 1 - from_the_end
    return WindowResult(**{name: part[rows] if name.startswith("solved_") else part for name, part in joined.items()})
