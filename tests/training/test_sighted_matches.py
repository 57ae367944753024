"""Simulated matches as a detector and a micro-tracker see them, and their files."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from sideline.errors import TrainingError
from sideline.training.sighted_matches import (
    SightedMatch,
    fill_with_sighted_matches,
    load_sighted_matches,
    sight_match,
    watch_visibility,
)
from sideline.training.sighted_micro_tracks import follow_sightings
from sideline.training.sightings import CAST, NOBODY, Sightings
from tests.training.sighted_worlds import make_world


@pytest.fixture(scope="module")
def match() -> SightedMatch:
    return sight_match(800_500, 6.0)


def test_detections_are_where_their_people_are(match: SightedMatch) -> None:
    seen = match.sightings.select(match.sightings.persons != NOBODY)
    assert match.on_floor[seen.frames, seen.persons].all()
    errors_m = np.linalg.norm(seen.points_m - match.truth_m[seen.frames, seen.persons], axis=1)
    assert np.median(errors_m) < 0.25
    assert 0.75 < len(seen) / match.on_floor.sum() < 1.0


def test_micro_tracks_are_long_distinct_in_a_frame_and_mostly_one_persons(match: SightedMatch) -> None:
    seen = match.sightings
    assert (seen.micro_track_ids > 0).all()
    keys = seen.frames * 10_000 + seen.micro_track_ids
    assert len(np.unique(keys)) == len(keys)
    owners = [seen.persons[seen.micro_track_ids == track] for track in np.unique(seen.micro_track_ids)]
    right = sum(np.unique(owner, return_counts=True)[1].max() for owner in owners)
    assert right / len(seen) > 0.8
    assert len(seen) / len(owners) > 20


def test_the_same_seed_gives_the_same_match(match: SightedMatch) -> None:
    again = sight_match(800_500, 6.0)
    for field in fields(Sightings):
        assert np.array_equal(getattr(again.sightings, field.name), getattr(match.sightings, field.name))


def test_what_was_filled_is_loaded_and_made_only_once(tmp_path: Path) -> None:
    fill_with_sighted_matches(tmp_path, 800_500, 1, 2.0)
    made = (tmp_path / "800500.npz").stat().st_mtime_ns
    fill_with_sighted_matches(tmp_path, 800_500, 1, 2.0)
    assert (tmp_path / "800500.npz").stat().st_mtime_ns == made
    (loaded,) = load_sighted_matches(tmp_path)
    assert loaded.truth_m.shape == (50, CAST, 2)
    assert np.array_equal(loaded.sightings.points_m, sight_match(800_500, 2.0).sightings.points_m)


def test_judging_seeds_and_folders_without_matches_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="from 900000 on are for judging"):
        fill_with_sighted_matches(tmp_path, 899_999, 2, 10.0)
    with pytest.raises(TrainingError, match="make them with sideline train sightings"):
        load_sighted_matches(tmp_path)
    (tmp_path / "000001.npz").write_bytes(b"no zip")
    with pytest.raises(TrainingError, match=r"000001\.npz holds no sightings"):
        load_sighted_matches(tmp_path)


def test_visibility_is_a_share_of_the_cast_in_every_frame() -> None:
    from sideline.simulator.match import Match

    match = Match.create(800_501, "oak_arena", 0.4)
    shares = watch_visibility(match)
    assert shares.shape == (10, CAST)
    assert 0.0 <= shares.min() <= shares.max() <= 1.0
    assert np.median(shares[:, match.motion.on_floor[0, :CAST]]) > 0.5


def test_people_who_never_meet_keep_one_micro_track_each() -> None:
    seen = make_world(people=5, frames=60).sightings
    ids = follow_sightings(seen, np.random.default_rng(0))
    assert all(len(set(ids[seen.persons == person].tolist())) == 1 for person in range(5))


def test_rows_are_taken_by_frame() -> None:
    seen = make_world(people=3, frames=20).sightings
    part = seen.within(5, 9)
    assert sorted(set(part.frames.tolist())) == [5, 6, 7, 8]
    assert len(part) == 12
    assert len(seen.within(50, 60)) == 0
    assert [len(rows) for rows in part.split_by_frame()] == [3, 3, 3, 3]


def test_a_match_is_cut_to_its_first_frames() -> None:
    short = make_world(people=3, frames=20).until(7)
    assert short.truth_m.shape == (7, CAST, 2)
    assert len(short.on_floor) == 7
    assert set(short.sightings.frames.tolist()) == set(range(7))
