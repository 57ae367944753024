"""Cutting tracks into clips, and what is said of a whole track."""

import numpy as np

from sideline.arrays import Bools, Float32s
from sideline.tracking.persistence import cut_clips, score_tracks

_FRAMES = [np.array([100, 101, 124, 125, 180]), np.array([7])]
_POINTS = [np.arange(10, dtype=np.float32).reshape(5, 2), np.array([[3.0, 4.0]], np.float32)]


def test_clips_begin_at_a_tracks_first_frame_and_empty_ones_are_left_out() -> None:
    clips = cut_clips(_FRAMES, _POINTS)
    assert clips.owners.tolist() == [0, 0, 0, 1]
    assert [np.flatnonzero(seen).tolist() for seen in clips.mask] == [[0, 1, 24], [0], [5], [0]]
    assert clips.points_m[0, 24].tolist() == [4, 5]
    assert clips.points_m[2, 5].tolist() == [8, 9]
    assert clips.points_m[3, 1].tolist() == [0, 0]


def _by_place(points_m: Float32s, mask: Bools) -> Float32s:
    """A tenth of x where seen; 9 elsewhere, which must not count."""
    return np.where(mask, points_m[..., 0] / 10, 9.0).astype(np.float32)


def test_a_track_scores_the_mean_over_its_detections() -> None:
    scores = score_tracks(_FRAMES, _POINTS, _by_place)
    assert np.allclose(scores, [(0 + 2 + 4 + 6 + 8) / 50, 0.3])


def test_no_tracks_have_no_scores_and_the_engine_is_not_asked() -> None:
    def refuse(points_m: Float32s, mask: Bools) -> Float32s:
        raise AssertionError("asked for nothing")

    assert len(score_tracks([], [], refuse)) == 0
