"""Which tracks are ghosts: cuts tracks into clips of 25 frames and sums up what the persistence engine says of them.

Knows frames, points and the engine as a function; what becomes of a ghost is for others to say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.tensors import CLIP_FRAMES

ScorePersistence: TypeAlias = Callable[[Float32s, Bools], Float32s]
"""track_points (B,25,2) f32 metres, track_mask (B,25) → persistence (B,25); B ≥ 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Clips:
    """C clips of tracks.

    Attributes:
        points_m: (C,25,2) f32, 0 where not seen.
        mask: (C,25) true where seen, at least once in each clip.
        owners: (C,) row of the track.
    """

    points_m: Float32s
    mask: Bools
    owners: Int64s


def cut_clips(frames: Sequence[Int64s], points_m: Sequence[Float32s]) -> Clips:
    """Cut tracks into clips of 25 frames in a row, from each one's first frame on; clips without a detection are none.

    Args:
        frames: Of each track, (T,) frame_index rising, T ≥ 1.
        points_m: Of each track, (T,2).
    """
    owners: list[int] = []
    points, masks = [np.zeros((0, CLIP_FRAMES, 2), np.float32)], [np.zeros((0, CLIP_FRAMES), np.bool_)]
    for owner, (times, places) in enumerate(zip(frames, points_m, strict=True)):
        clips, steps = np.divmod(times - times[0], CLIP_FRAMES)
        used, rows = np.unique(clips, return_inverse=True)
        clip_points = np.zeros((len(used), CLIP_FRAMES, 2), np.float32)
        clip_mask = np.zeros((len(used), CLIP_FRAMES), np.bool_)
        clip_points[rows, steps], clip_mask[rows, steps] = places, True
        points.append(clip_points)
        masks.append(clip_mask)
        owners += [owner] * len(used)
    return Clips(np.concatenate(points), np.concatenate(masks), np.array(owners, np.int64))


def score_tracks(frames: Sequence[Int64s], points_m: Sequence[Float32s], score: ScorePersistence) -> Float64s:
    """(N,) in [0, 1] how surely each track is somebody who stays: the mean over its detections.

    Args:
        frames, points_m: As in `cut_clips`.
        score: The engine.
    """
    if not frames:
        return np.empty(0)
    clips = cut_clips(frames, points_m)
    said = np.where(clips.mask, score(clips.points_m, clips.mask), 0.0).sum(axis=1)
    total = np.bincount(clips.owners, said, minlength=len(frames))
    return np.asarray(total / np.array([len(times) for times in frames]), np.float64)
