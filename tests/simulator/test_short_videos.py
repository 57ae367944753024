"""What the four kinds of short videos hold."""

import numpy as np
import pytest

from sideline.simulator.short_videos import MOST_TRACKS, ShortTracks, VideoKind, draw_tracks, render_video


def _longest_run(seen: np.ndarray) -> int:  # type: ignore[type-arg]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], seen.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max())


@pytest.mark.parametrize("seed", range(20))
def test_brief_things_are_seen_for_one_to_three_frames_in_a_row(seed: int) -> None:
    tracks = draw_tracks(VideoKind.BRIEF, np.random.default_rng(seed))
    for seen in tracks.mask:
        assert 1 <= seen.sum() == _longest_run(seen) <= 3


@pytest.mark.parametrize("seed", range(20))
def test_people_are_seen_for_eight_frames_and_move_no_faster_than_people_with_noise(seed: int) -> None:
    tracks = draw_tracks(VideoKind.PERSISTENT, np.random.default_rng(seed))
    assert (tracks.mask.sum(axis=1) >= 8).all()
    for points, seen in zip(tracks.points_m, tracks.mask, strict=True):
        both = seen[1:] & seen[:-1]
        steps_m = np.linalg.norm(np.diff(points, axis=0), axis=1)[both]
        assert np.median(steps_m) < 7 / 25 + 2 * 0.15 * np.sqrt(2)


def test_noise_jumps_farther_than_people_walk() -> None:
    rng = np.random.default_rng(0)
    noise = [draw_tracks(VideoKind.NOISE, rng) for _ in range(200)]
    steps = [
        np.linalg.norm(np.diff(points, axis=0), axis=1)[seen[1:] & seen[:-1]]
        for each in noise
        for points, seen in zip(each.points_m, each.mask, strict=True)
    ]
    assert np.median(np.concatenate(steps)) > 0.5


def test_a_mixed_video_holds_all_three_and_no_more_than_fit() -> None:
    for seed in range(20):
        tracks = draw_tracks(VideoKind.MIXED, np.random.default_rng(seed))
        assert set(tracks.kinds.tolist()) == {0, 1, 2}
        assert len(tracks.kinds) <= MOST_TRACKS


def test_what_is_not_seen_is_neither_placed_nor_painted() -> None:
    points, mask = np.zeros((1, 25, 2), np.float32), np.zeros((1, 25), np.bool_)
    points[0, 4], mask[0, 4] = (4.0, 4.0), True
    tracks = ShortTracks(points, mask, np.array([VideoKind.PERSISTENT], np.uint8))
    video = render_video(tracks, np.random.default_rng(0))
    assert video.shape == (25, 128, 128, 3)
    changed = np.flatnonzero((video != video[0]).any(axis=(1, 2, 3)))
    assert changed.tolist() == [4]
    rows = np.flatnonzero((video[4] != video[0]).any(axis=(1, 2)))
    assert 38 <= rows.min() < rows.max() <= 63  # stands on row 64 = 4 m, at most 2 · 12 · 1.2 px tall


def test_tracks_outside_of_the_picture_are_no_error() -> None:
    points, mask = np.full((1, 25, 2), -50, np.float32), np.ones((1, 25), np.bool_)
    tracks = ShortTracks(points, mask, np.array([VideoKind.NOISE], np.uint8))
    video = render_video(tracks, np.random.default_rng(0))
    assert (video == video[0]).all()
