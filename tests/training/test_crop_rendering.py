"""Crops of a simulated match show whom they say they show."""

from pathlib import Path

import numpy as np
import pytest

from sideline.crops.boxes import choose_boxes
from sideline.errors import TrainingError
from sideline.simulator.match import Match
from sideline.simulator.render import Renderer
from sideline.tensors import NO_NUMBER
from sideline.training.crop_rendering import choose_frames, disturb, fill_with_crops, render_crops
from sideline.training.crop_shards import CropShard

_SEED, _VENUE, _SECONDS = 40, "oak_arena", 4.0


@pytest.fixture(scope="module")
def shard() -> CropShard:
    return render_crops(_SEED, _VENUE, _SECONDS, bursts=1, burst_frames=2)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(Match.create(_SEED, _VENUE, _SECONDS))


def test_everybody_on_the_floor_who_can_be_seen_is_cut_out(shard: CropShard, renderer: Renderer) -> None:
    for frame in np.unique(shard.rows.frames):
        truth = renderer.truth(int(frame))
        expected = np.flatnonzero(truth.on_floor & (truth.visibility > 0.12))
        found = shard.rows.person_ids[shard.rows.frames == frame]
        assert set(found) <= set(expected)
        assert len(found) >= len(expected) - 1, "the other camera may show a little more of somebody"
        assert len(found) >= 8


def test_visibility_and_legibility_are_those_of_the_camera_that_the_crop_is_from(
    shard: CropShard, renderer: Renderer
) -> None:
    frame = int(shard.rows.frames[0])
    truth = renderer.truth(frame)
    # Without the detector's error the camera is the same for all who are not on the brink between both.
    cameras = choose_boxes(Match.create(_SEED, _VENUE, _SECONDS).rig, truth.foot_points_m).cameras
    sides = [renderer.camera_truth(frame, side) for side in (0, 1)]
    rows = np.flatnonzero(shard.rows.frames == frame)
    people = shard.rows.person_ids[rows]
    chosen = cameras[people]
    same = np.abs(shard.rows.visibility[rows] - np.stack([s[0] for s in sides])[chosen, people]) < 1e-6
    legible = np.stack([s[1].legible for s in sides])[chosen, people] & (shard.numbers[people] != NO_NUMBER)
    assert same.mean() >= 0.8
    np.testing.assert_array_equal(shard.rows.legible[rows][same], legible[same])


def test_a_crop_holds_colours_of_the_kit_that_it_names(shard: CropShard) -> None:
    # Kits of this match are far apart; the shirt fills the middle of the crop.
    people = Match.create(_SEED, _VENUE, _SECONDS).people
    kits = np.array([people.home_kit.shirt_rgb, people.away_kit.shirt_rgb], np.float64)
    rows = np.flatnonzero((shard.categories[shard.rows.person_ids] < 2) & (shard.rows.visibility > 0.95))
    nearest = []
    for row in rows:
        middle = shard.image(int(row))[70:130, 48:80].reshape(-1, 3).astype(np.float64)
        distances = np.linalg.norm(middle[:, None] - kits, axis=2)
        nearest.append(int((distances < 60).sum(0).argmax()) == shard.categories[shard.rows.person_ids[row]])
    assert len(nearest) > 3
    assert np.mean(nearest) > 0.8


def test_the_same_seed_gives_the_same_crops(shard: CropShard) -> None:
    again = render_crops(_SEED, _VENUE, _SECONDS, bursts=1, burst_frames=2)
    np.testing.assert_array_equal(again.jpegs, shard.jpegs)


@pytest.fixture(scope="module")
def shuffled() -> CropShard:
    return render_crops(_SEED, _VENUE, _SECONDS, bursts=1, burst_frames=2, shuffle_numbers=True)


def test_shuffled_numbers_change_from_frame_to_frame(shard: CropShard, shuffled: CropShard) -> None:
    np.testing.assert_array_equal(shuffled.numbers, shard.numbers)
    np.testing.assert_array_equal(shard.rows.shown_numbers, shard.numbers[shard.rows.person_ids])
    first, second = np.unique(shuffled.rows.frames)
    shown = [
        dict(zip(shuffled.rows.person_ids[rows], shuffled.rows.shown_numbers[rows], strict=True))
        for rows in (shuffled.rows.frames == first, shuffled.rows.frames == second)
    ]
    players = [person for person in shown[0].keys() & shown[1].keys() if shard.numbers[person] != NO_NUMBER]
    assert len(players) > 4
    assert np.mean([shown[0][person] != shown[1][person] for person in players]) > 0.7


def test_only_the_numbers_change_and_their_places_are_where_the_pictures_differ(
    shard: CropShard, shuffled: CropShard
) -> None:
    np.testing.assert_array_equal(shuffled.rows.person_ids, shard.rows.person_ids)
    np.testing.assert_array_equal(shuffled.rows.number_places, shard.rows.number_places)
    distances = []
    for row in np.flatnonzero(shard.rows.legible & (shard.rows.shown_numbers != shuffled.rows.shown_numbers)):
        difference = np.abs(shard.image(int(row)).astype(int) - shuffled.image(int(row))).max(axis=2)
        offsets = np.argwhere(difference > 25)[:, ::-1] - shard.rows.number_places[row, 0]
        near = offsets[np.abs(offsets).max(axis=1) < 25]  # farther away are the numbers of others
        distances.append(np.linalg.norm(np.median(near, axis=0)) if len(near) else np.inf)
    assert len(distances) > 3
    assert np.median(distances) < 6


def test_bursts_are_every_third_frame_a_second_apart_and_within_the_match() -> None:
    frames = choose_frames(np.random.default_rng(0), 60.0, bursts=5, burst_frames=8)
    assert (np.diff(frames, axis=1) == 3).all()
    assert (frames[1:, 0] - frames[:-1, -1] >= 25).all()
    assert frames.min() >= 0
    assert frames.max() < 1500


def test_foot_points_are_disturbed_as_a_detector_errs() -> None:
    errors = np.linalg.norm(disturb(np.zeros((20_000, 2)), np.random.default_rng(0)), axis=1)
    # Of a Rayleigh distribution with 0.08 m: median 0.094 m; a tenth with 0.25 m raises it a little.
    assert np.median(errors) == pytest.approx(0.1, abs=0.01)
    assert (errors > 0.3).mean() == pytest.approx(0.1 * np.exp(-0.5 * (0.3 / 0.25) ** 2), abs=0.01)


def test_matches_that_are_kept_for_judging_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="seeds from 900000 on are for judging"):
        fill_with_crops(tmp_path, 899_999, 2, shuffle_numbers=False)
    assert not list(tmp_path.iterdir())
