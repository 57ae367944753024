"""Shards: what is rendered, what is written, what is read again."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from sideline.arena.panorama import Panorama
from sideline.simulator.match import Match
from sideline.training.panoramas import Shard, Truth, open_shards, render_shard, save_shard
from tests.training.shards import draw_shard

FRAMES = np.array([3, 20])


@pytest.fixture(scope="module")
def rendered() -> Shard:
    return render_shard(5, "grey_centre", FRAMES, 2.0)


@pytest.fixture(scope="module")
def panorama() -> Panorama:
    return Panorama.of(Match.create(5, "grey_centre", 2.0).rig)


def test_a_saved_shard_is_read_as_it_was_with_its_images_left_on_disk(tmp_path: Path) -> None:
    shard = draw_shard(0)
    save_shard(shard, tmp_path / "new" / "000001")
    (found,) = open_shards(tmp_path / "new")
    assert isinstance(found.images, np.memmap)
    assert np.array_equal(found.images, shard.images)
    for field in fields(Truth):
        mine, theirs = getattr(found.truth, field.name), getattr(shard.truth, field.name)
        assert mine.dtype == theirs.dtype
        assert np.array_equal(mine, theirs)


def test_shards_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, frames in (("000010", 2), ("000002", 3), ("000007", 4)):
        save_shard(draw_shard(0, frames), tmp_path / name)
    assert [len(shard.images) for shard in open_shards(tmp_path)] == [3, 4, 2]


def test_shards_that_are_still_being_written_are_left_out(tmp_path: Path) -> None:
    save_shard(draw_shard(0), tmp_path / "000001")
    np.save(tmp_path / "000002.npy", draw_shard(1).images)
    (tmp_path / "000002.partial.npz").write_bytes(b"half")
    assert len(list(open_shards(tmp_path))) == 1
    assert list(open_shards(tmp_path / "nowhere")) == []


def test_a_rendered_shard_has_panoramas_and_a_truth_row_for_each_frame_and_person(rendered: Shard) -> None:
    people = len(rendered.truth.person_ids)
    assert rendered.images.shape == (2, 512, 1024, 3)
    assert rendered.images.dtype == np.uint8
    assert rendered.truth.frame_index.tolist() == FRAMES.tolist()
    assert rendered.truth.points_px.shape == rendered.truth.metres_per_px.shape == (2, people, 2)
    assert (rendered.truth.required.sum(1) >= 10).all(), "ten players and the referees are on the floor"
    assert not (rendered.truth.required & rendered.truth.ignored).any()


def test_required_people_are_visible_and_in_the_picture(rendered: Shard) -> None:
    truth = rendered.truth
    assert (truth.visibility[truth.required] > 0.12).all()
    points = truth.points_px[truth.required | truth.ignored]
    assert ((points > -0.5) & (points < [1023.5, 511.5])).all()


def test_a_pixel_is_as_many_metres_as_the_floor_says_along_both_axes(rendered: Shard, panorama: Panorama) -> None:
    points = rendered.truth.points_px[rendered.truth.required].astype(float)
    for axis, step in enumerate(([0.5, 0.0], [0.0, 0.5])):
        ends = [panorama.floor_from_uv((points + 0.5 + sign * np.array(step)) / [1024, 512]) for sign in (-1, 1)]
        measured = np.linalg.norm(ends[1] - ends[0], axis=1)
        assert rendered.truth.metres_per_px[rendered.truth.required][:, axis] == pytest.approx(measured, rel=1e-3)


def test_the_layout_is_the_floor_turned_about_the_cameras(rendered: Shard, panorama: Panorama) -> None:
    # As complex numbers, laid-out points are the floor's, seen from the cameras, times one number of length 1.
    points = np.random.default_rng(0).uniform([0, 0], [1023, 511], (200, 2))
    laid_out = rendered.truth.lay_out(points) @ [1, 1j]
    floor = (panorama.floor_from_uv((points + 0.5) / [1024, 512]) - panorama.centre_m[[0, 2]]) @ [1, 1j]
    turn = laid_out / floor
    assert np.abs(turn) == pytest.approx(np.ones(200), rel=1e-4)
    assert turn == pytest.approx(np.full(200, turn[0]), rel=1e-4)


def test_distances_of_the_layout_are_metres(rendered: Shard, panorama: Panorama) -> None:
    points = np.random.default_rng(1).uniform([0, 0], [1023, 511], (50, 2))
    floor = panorama.floor_from_uv((points + 0.5) / [1024, 512])
    assert pdist(rendered.truth.lay_out(points)) == pytest.approx(pdist(floor), abs=1e-3)


def test_the_layout_of_no_points_is_empty(rendered: Shard) -> None:
    assert rendered.truth.lay_out(np.zeros((0, 2))).shape == (0, 2)


def test_people_stand_where_their_foot_points_are(rendered: Shard) -> None:
    # Between two instants a place changes where somebody stood or stands now; the empty floor does not.
    difference = np.abs(rendered.images[0].astype(float) - rendered.images[1]).mean(2)
    moved = np.linalg.norm(rendered.truth.points_px[0] - rendered.truth.points_px[1], axis=1) > 12
    chosen = rendered.truth.required[0] & rendered.truth.required[1] & moved & (rendered.truth.visibility[0] > 0.8)
    assert chosen.sum() >= 3
    for x, y in np.rint(rendered.truth.points_px[0, chosen]).astype(int):
        assert difference[max(0, y - 50) : y + 2, max(0, x - 3) : x + 4].mean() > 2 * np.median(difference) + 3


def test_the_same_seed_gives_the_same_shard(rendered: Shard) -> None:
    again = render_shard(5, "grey_centre", FRAMES, 2.0)
    assert np.array_equal(again.images, rendered.images)
    assert np.array_equal(again.truth.points_px, rendered.truth.points_px)
