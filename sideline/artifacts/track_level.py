"""The track level of a match: which detections of its frame level are one person, by the graph tracker of path A.

Numbers take no part: the jersey classifier is not called, so its engine may change without a track being computed anew.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sideline.artifacts.entries import Arrays
from sideline.engines import OnnxEngine
from sideline.tensors import NO_TRACK, FrameStatus
from sideline.tracking.graph.arena_graph import ArenaGraph
from sideline.tracking.graph.engines import GraphEngines, read_no_numbers
from sideline.tracking.graph.frames import GraphFrame
from sideline.tracking.graph.immediate_executor import ImmediateExecutor
from sideline.tracking.graph.settings import GraphSettings


def compute_tracks(_match_dir: Path, frames: Arrays, repository: Path) -> Arrays:
    """Track a frame level.

    Args:
        frames: Arrays as ``sideline.artifacts.frame_level`` gives them.
        repository: Model repository with the graph tracker.

    Returns:
        track_ids [N] int64: track of each detection, NO_TRACK where it has none.
    """
    engines = GraphEngines(score_pairs=OnnxEngine("graph_tracker", 1, repository), read_numbers=read_no_numbers)
    graph = ArenaGraph(engines, ImmediateExecutor(), GraphSettings())
    track_ids = np.full(len(frames["scores"]), NO_TRACK, np.int64)
    for frame in _replay(frames):
        windows = graph.update(frame).windows
        track_ids[windows.window_micro_track_ids - 1] = windows.window_track_ids
    return {"track_ids": track_ids}


def _replay(frames: Arrays) -> Iterator[GraphFrame]:
    """The frames as the graph takes them, each detection a micro-track of its own counted from 1, and END."""
    ends = np.cumsum(frames["detections"])
    crop_ends = np.searchsorted(frames["crop_rows"], ends)
    start = crop_start = 0
    for place, index in enumerate(frames["frame_index"].tolist()):
        rows, crops = slice(start, int(ends[place])), slice(crop_start, int(crop_ends[place]))
        yield _frame(frames, index, FrameStatus(int(frames["status"][place])), rows, crops)
        start, crop_start = rows.stop, crops.stop
    last = int(frames["frame_index"].max(initial=-1)) + 1
    yield _frame(frames, last, FrameStatus.END_OF_STREAM, slice(start, start), slice(crop_start, crop_start))


def _frame(frames: Arrays, index: int, status: FrameStatus, rows: slice, crops: slice) -> GraphFrame:
    return GraphFrame(
        frame_index=index,
        status=status,
        match_sheet=b"",
        foot_points_m=frames["foot_points_m"][rows],
        scores=frames["scores"][rows],
        micro_track_ids=np.arange(rows.start + 1, rows.stop + 1),
        crop_rows=frames["crop_rows"][crops] - rows.start,
        is_end=status is FrameStatus.END_OF_STREAM,
        **{name: frames[name][crops].astype(np.float32) for name in ("appearance", "jersey", "team", "crop_features")},
    )
