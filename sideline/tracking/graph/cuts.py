"""Where a micro-track may have gone over to somebody else: it is cut there, and the graph joins what belongs together.

Knows places and times only. Pure pieces are worth more than long ones: a wrong join can never be undone.
"""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s


@dataclass(frozen=True, slots=True)
class CutSettings:
    """Where a micro-track is cut.

    Attributes:
        longest_step_frames: A micro-track is cut where it was not seen for so many frames or more between two
            detections plus one: players swap places while one of them is hidden.
        jump_m, jump_m_per_frame: It is cut where it moves farther than the first plus the second times the frames
            between: 0.3 m a frame is 7.5 m/s at 25 fps, and 0.3 m is twice the noise of a foot-point.
        crowded_m: A detection that has another one nearer than this is a piece by itself: labels are swapped where
            people meet, and there the graph decides frame by frame. 1.2 m does equally well (docs/experiments.md).
    """

    longest_step_frames: int = 3
    jump_m: float = 0.3
    jump_m_per_frame: float = 0.3
    crowded_m: float = 0.8


def cut_micro_tracks(frames: Int64s, micro_track_ids: Int64s, points_m: Float32s, settings: CutSettings) -> Int64s:
    """Say which piece of which micro-track each detection belongs to.

    Args:
        frames: (D,) frame_index, in any order.
        micro_track_ids: (D,), each at most once a frame.
        points_m: (D,2) metres.
        settings: Where to cut.

    Returns:
        (D,) numbers of the pieces, 0 … pieces - 1, by micro-track and time.
    """
    if not len(frames):
        return np.empty(0, np.int64)
    order = np.lexsort((frames, micro_track_ids))
    ids, times, points = micro_track_ids[order], frames[order], points_m[order].astype(np.float64)
    crowded = measure_nearest(frames, points_m)[order] < settings.crowded_m
    starts = np.concatenate([[True], ids[1:] != ids[:-1]])
    starts[1:] |= _find_breaks(np.diff(times), np.diff(points, axis=0), settings) | crowded[1:] | crowded[:-1]
    pieces = np.empty(len(frames), np.int64)
    pieces[order] = np.cumsum(starts) - 1
    return pieces


def _find_breaks(steps: Int64s, offsets_m: Float64s, settings: CutSettings) -> Bools:
    """(S,) bool: a micro-track that moves by offsets_m (S,2) in steps (S,) frames may have become somebody else."""
    way_m = np.hypot(offsets_m[:, 0], offsets_m[:, 1])
    jumps = way_m > settings.jump_m + settings.jump_m_per_frame * steps
    return np.asarray(jumps | (steps > settings.longest_step_frames), np.bool_)


def measure_nearest(frames: Int64s, points_m: Float32s) -> Float64s:
    """(D,) metres to the nearest other detection of the same frame; infinite for one alone."""
    nearest_m = np.full(len(frames), np.inf)
    order = np.argsort(frames, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(frames[order])) + 1):
        offsets = points_m[rows, None].astype(np.float64) - points_m[rows]
        distances_m = np.hypot(offsets[..., 0], offsets[..., 1])
        np.fill_diagonal(distances_m, np.inf)
        nearest_m[rows] = distances_m.min(axis=1)
    return nearest_m
