"""Shards of short videos."""

from pathlib import Path

import numpy as np
import pytest

from sideline.errors import TrainingError
from sideline.simulator.short_videos import VideoKind
from sideline.training import short_video_files
from sideline.training.short_video_files import fill_with_short_videos, load_tracks, make_video


def test_shards_hold_videos_beside_their_tracks_and_are_not_made_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_video_files, "VIDEOS_PER_SHARD", 4)
    fill_with_short_videos(tmp_path, seed=1, videos=6)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["000000.npz", "000004.npz"]
    with np.load(tmp_path / "000004.npz") as shard:
        video, tracks = make_video(1, 5)
        assert shard["videos"].shape == (2, 25, 128, 128, 3)
        assert (shard["videos"][1] == video).all()
        assert shard["points_m"][1, : len(tracks.kinds)].tolist() == tracks.points_m.tolist()
        assert set(shard["kinds"][1].tolist()) == {int(VideoKind.BRIEF), 255}
    before = (tmp_path / "000000.npz").stat().st_mtime_ns
    fill_with_short_videos(tmp_path, seed=1, videos=6)
    assert (tmp_path / "000000.npz").stat().st_mtime_ns == before


def test_tracks_are_labelled_by_whether_they_stay(tmp_path: Path) -> None:
    fill_with_short_videos(tmp_path, seed=2, videos=4)
    tracks = load_tracks(tmp_path)
    kinds = np.concatenate([make_video(2, number)[1].kinds for number in range(4)])
    assert tracks.stays.tolist() == (kinds == VideoKind.PERSISTENT).tolist()
    assert tracks.points_m.shape == (len(kinds), 25, 2)


def test_judging_seeds_and_folders_without_videos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="for judging"):
        fill_with_short_videos(tmp_path, seed=900_000, videos=1)
    with pytest.raises(TrainingError, match="holds no short videos; make some with: sideline train short_videos"):
        load_tracks(tmp_path)
    (tmp_path / "000000.npz").write_bytes(b"cut off")
    with pytest.raises(TrainingError, match="delete it and make it again"):
        load_tracks(tmp_path)
