"""Where a micro-track may have gone over to somebody else: it is cut there, and the graph joins what belongs together.

Knows places and times only. Pure pieces are worth more than long ones: a wrong join can never be undone.
"""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s


@dataclass(frozen=True, slots=True)
class CutSettings:
    """Where a micro-track is cut.

    Measured on seed 800100, 700 frames: uncut micro-tracks are 24 pieces a window, and 11.5 % of their detections show
    another person than most do; these settings give 57 pieces and 1.2 %. A cut at the first and at the last frame of a
    contact, instead of one at its closest frame, gave 72 pieces and 1.3 %; 5 frames of quiet gave 72 and 1.1 %. Of the
    pieces of 5 detections and more, 1.4 % are wrong and 11 overlap with another piece of their person, so that the two
    cannot be joined; with the crowded ends off, 0.9 % and 1, and 32 pieces a window are left.

    Attributes:
        longest_step_frames: A micro-track is cut where it was not seen for so many frames or more between two
            detections plus one: players swap places while one of them is hidden.
        jump_m, jump_m_per_frame: It is cut where it moves farther than the first plus the second times the frames
            between: 0.3 m a frame is 7.5 m/s at 25 fps, and 0.3 m is twice the noise of a foot-point.
        contact_m: Two detections nearer than this are in contact, and their labels may be swapped: both are cut once,
            where they are closest. People have been seen to stand 0.35 m apart.
        contact_quiet_frames: A contact is over after so many frames apart, so that one that flickers is one contact.
        crowded_m, crowded_detections: Of a piece's first and last so many detections, those up to the innermost that
            has somebody nearer than this are cut off as pieces of their own.
    """

    longest_step_frames: int = 3
    jump_m: float = 0.3
    jump_m_per_frame: float = 0.3
    contact_m: float = 0.45
    contact_quiet_frames: int = 12
    crowded_m: float = 0.6
    crowded_detections: int = 4


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
    nearest_m = measure_nearest(frames, points_m)[order]
    starts = np.concatenate([[True], ids[1:] != ids[:-1]])
    starts[1:] |= find_breaks(np.diff(times), np.diff(points, axis=0), settings)
    starts = _cut_contacts(ids, times, nearest_m, starts, settings)
    starts = _cut_crowded_ends(nearest_m, starts, settings)
    pieces = np.empty(len(frames), np.int64)
    pieces[order] = np.cumsum(starts) - 1
    return pieces


def find_breaks(steps: Int64s, offsets_m: Float64s, settings: CutSettings) -> Bools:
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


def _cut_contacts(ids: Int64s, times: Int64s, nearest_m: Float64s, starts: Bools, settings: CutSettings) -> Bools:
    """Start a piece after the closest frame of every contact in which there is no cut yet; rows by ID and time."""
    touching = np.flatnonzero(nearest_m < settings.contact_m)
    apart = (np.diff(times[touching]) > settings.contact_quiet_frames) | (np.diff(ids[touching]) != 0)
    starts = starts.copy()
    for rows in np.split(touching, np.flatnonzero(apart) + 1):
        if len(rows) and not starts[rows[0] + 1 : rows[-1] + 1].any():
            closest = int(rows[np.argmin(nearest_m[rows])])
            starts[closest + 1 : closest + 2] = True
    return starts


def _cut_crowded_ends(nearest_m: Float64s, starts: Bools, settings: CutSettings) -> Bools:
    """Start a piece after the crowd at a piece's beginning and before that at its end."""
    crowded, most = nearest_m < settings.crowded_m, settings.crowded_detections
    firsts = np.flatnonzero(starts)
    starts = starts.copy()
    for first, end in zip(firsts, [*firsts[1:], len(starts)], strict=True):
        opening = np.flatnonzero(crowded[first : min(first + most, end)])
        closing = np.flatnonzero(crowded[max(end - most, first) : end])
        if len(opening) and first + opening[-1] + 1 < end:
            starts[first + opening[-1] + 1] = True
        if len(closing):
            starts[max(end - most, first) + closing[0]] = True
    return starts
