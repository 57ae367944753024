"""Looks of tracks: from a file, and from a frame level by time and place."""

from pathlib import Path

import numpy as np
import pytest

from sideline.artifacts.entries import write_entry
from sideline.errors import StoreError
from sideline.matches.looks import collect_looks, read_frame_level, read_looks
from tests.matches.rows import detections

_RED, _BLUE = np.eye(64)[:2].astype(np.float16)


def frame_level(points_m: list[list[tuple[float, float]]], appearance: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Frames from 0 with the foot-points of each; every detection has a crop."""
    counts = [len(points) for points in points_m]
    return {
        "frame_index": np.arange(len(points_m)),
        "detections": np.array(counts),
        "foot_points_m": np.array([point for points in points_m for point in points], np.float32).reshape(-1, 2),
        "crop_rows": np.arange(sum(counts)),
        "appearance": np.array(appearance, np.float16).reshape(-1, 64),
    }


def test_a_crop_shows_the_track_that_stands_there_at_that_time() -> None:
    # Track t stands at z = t m and walks 0.1 m a frame along x.
    points = [[(0.1, 1.1), (0.0, 2.2)], [(0.1, 1.0), (0.1, 8.0)]]
    ids, looks = collect_looks(frame_level(points, [_RED, _BLUE, _RED, _BLUE]), detections(range(2)))
    assert ids.tolist() == [1, 2]
    assert looks @ np.array([_RED, _BLUE]).T == pytest.approx(np.eye(2))


def test_a_track_has_the_mean_of_its_crops_at_unit_length_and_one_without_crops_is_left_out() -> None:
    points = [[(0.0, 1.0)], [(0.1, 1.0)]]
    ids, looks = collect_looks(frame_level(points, [_RED, _BLUE]), detections(range(2)))
    assert ids.tolist() == [1]
    assert looks[0, :2] == pytest.approx([np.sqrt(0.5)] * 2)


def test_a_match_without_tracks_has_no_looks() -> None:
    ids, looks = collect_looks(frame_level([[(0.0, 1.0)]], [_RED]), detections(range(2), [-1]))
    assert (len(ids), looks.shape) == (0, (0, 64))


def test_a_frame_level_of_another_video_and_files_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "frames.npz"
    with pytest.raises(StoreError, match="is no frame level"):
        read_frame_level(path, detections(range(2)))
    write_entry(path, {"track_ids": np.zeros(3)})
    with pytest.raises(StoreError, match="is no frame level"):
        read_frame_level(path, detections(range(2)))
    write_entry(path, frame_level([[(9.0, 9.0)]], [_RED]))
    with pytest.raises(StoreError, match="is it of the same video"):
        read_frame_level(path, detections(range(2)))


def test_looks_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "looks.npz"
    with pytest.raises(StoreError, match="cannot read looks"):
        read_looks(path)
    np.savez(path, track_ids=[1])
    with pytest.raises(StoreError, match="give an npz with track_ids and appearance"):
        read_looks(path)
    np.savez(path, track_ids=[1], appearance=[0.5])
    with pytest.raises(StoreError, match=r"appearance \[1\]"):
        read_looks(path)
