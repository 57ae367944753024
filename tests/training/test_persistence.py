"""Training of track persistence: labels, drawn batches, the area under the curve, end to end."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sideline.errors import TrainingError
from sideline.training.loop import Schedule
from sideline.training.persistence import (
    clip_pieces,
    draw_batch,
    load_pieces,
    measure_auc,
    train_persistence,
    validate_persistence,
)
from sideline.training.short_video_files import LabelledTracks, fill_with_short_videos
from sideline.training.sighted_matches import SightedMatch, save_sighted_match
from sideline.training.sightings import NOBODY, Sightings


@pytest.mark.parametrize(
    ("scores", "positive", "expected"),
    [
        ([0.1, 0.9], [False, True], 1.0),
        ([0.9, 0.1], [False, True], 0.0),
        ([0.5, 0.5], [False, True], 0.5),
        ([0.2, 0.4, 0.6, 0.3], [False, True, True, True], 1.0),
        ([0.2, 0.4, 0.6, 0.4], [True, False, True, True], (0 + 1 + 0.5) / 3),
    ],
)
def test_the_area_under_the_curve_counts_pairs(scores: list[float], positive: list[bool], expected: float) -> None:
    assert measure_auc(np.array(scores), np.array(positive)) == pytest.approx(expected)


def test_without_both_kinds_there_is_no_area() -> None:
    assert np.isnan(measure_auc(np.array([0.1]), np.array([True])))


def _match() -> SightedMatch:
    """Person 4 walks for 30 frames; a false detection of 10 frames 5 m off; one of 3 frames 9 m off."""
    parts = [(4, 1, range(30), 0.0), (NOBODY, 2, range(5, 15), 5.0), (NOBODY, 3, range(20, 23), 9.0)]
    rows = sorted((frame, who, track, x + 0.05 * frame) for who, track, frames, x in parts for frame in frames)
    frames, persons, tracks, x = (np.array(column) for column in zip(*rows, strict=True))
    count = len(rows)
    points_m = np.stack([x, np.zeros(count)], axis=1).astype(np.float32)
    ones = np.ones(count, np.float32)
    seen = Sightings(frames, persons, np.maximum(persons, 0), points_m, ones, 0.9 * ones, tracks)
    return SightedMatch(seen, np.zeros((30, 23, 2), np.float32), np.zeros((30, 23), np.bool_))


def test_pieces_are_labelled_by_whether_they_are_anybodys_and_specks_are_left_out(tmp_path: Path) -> None:
    save_sighted_match(_match(), tmp_path / "000001.npz")
    pieces = load_pieces(tmp_path)
    assert sorted(zip(map(len, pieces.sightings), pieces.stays.tolist(), strict=True)) == [(10, False), (30, True)]
    clips = clip_pieces(pieces)
    assert sorted(zip(clips.mask.sum(axis=1).tolist(), clips.stays.tolist(), strict=True)) == [
        (5, True),
        (10, False),
        (25, True),
    ]


def test_a_batch_is_half_of_each_turned_but_of_the_same_shape() -> None:
    points = np.zeros((2, 25, 2), np.float32)
    points[:, :, 0] = np.arange(25) * 0.1
    tracks = LabelledTracks(points, np.ones((2, 25), np.bool_), np.array([True, False]))
    drawn, mask, stays = draw_batch(tracks, 40, np.random.default_rng(0))
    assert (drawn.shape, int(stays.sum())) == ((40, 25, 2), 20)
    steps_m = np.linalg.norm(np.diff(drawn, axis=1), axis=2)[mask[:, 1:] & mask[:, :-1]]
    assert np.allclose(steps_m, 0.1, atol=1e-4)
    assert len({round(float(each), 3) for each in drawn[:, 1, 0] - drawn[:, 0, 0]}) > 10


def test_training_goes_from_folders_to_figures(tmp_path: Path) -> None:
    videos, sightings = tmp_path / "videos", tmp_path / "sightings"
    fill_with_short_videos(videos, seed=3, videos=8)
    sightings.mkdir()
    save_sighted_match(_match(), sightings / "000001.npz")
    schedule = Schedule(steps=2, learning_rate=1e-3)
    train_persistence(videos, sightings, tmp_path / "out", schedule, 8, torch.device("cpu"))
    scores = validate_persistence(tmp_path / "out" / "last.pt", videos, sightings)
    assert 0 <= scores.videos_auc <= 1 and 0 <= scores.pieces_auc <= 1
    assert np.isnan(validate_persistence(tmp_path / "out" / "last.pt", videos, None).pieces_auc)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no short videos"):
        train_persistence(tmp_path, None, tmp_path / "out", Schedule(steps=1), 8, torch.device("cpu"))
