"""Crops of drawn shards: image and points stay together, whatever is cut, mirrored and recoloured."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.training.crops import HEIGHT_PX, WIDTH_PX, Crop, sample_group
from sideline.training.panoramas import Shard
from tests.training.shards import PEOPLE, draw_shard, metres_per_px

SHARDS = [draw_shard(seed) for seed in range(3)]


def _pair(seed: int, shards: list[Shard] = SHARDS) -> list[Crop]:
    return sample_group(shards, np.random.default_rng(seed), 2)


def _centre_of_light(crop: Crop, point: np.ndarray) -> np.ndarray:
    """Centre of brightness within 4 px of a point, in pixels of the crop."""
    x, y = np.rint(point).astype(int)
    left, top = max(0, x - 4), max(0, y - 4)
    window = crop.image[top : y + 5, left : x + 5].astype(float).mean(2)
    light = np.maximum(window - np.median(window) - 20, 0)
    assert light.sum() > 100, "no mark at the foot-point"
    rows, columns = np.indices(light.shape)
    return np.array([(light * columns).sum(), (light * rows).sum()]) / light.sum() + [left, top]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_every_foot_point_lies_on_its_mark_mirrored_or_not(seed: int) -> None:
    for crop in _pair(seed):
        for point in crop.points_px:
            assert _centre_of_light(crop, point) == pytest.approx(point, abs=0.35)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_both_crops_show_one_match_and_share_a_required_person(seed: int) -> None:
    first, second = _pair(seed)
    assert len(set((first.labels // 1000).tolist() + (second.labels // 1000).tolist())) == 1
    shared = set(first.labels[first.required].tolist()) & set(second.labels[second.required].tolist())
    assert shared


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_a_crop_holds_who_is_inside_and_keeps_required_and_ignored_apart(seed: int) -> None:
    for crop in _pair(seed):
        assert crop.image.shape == (HEIGHT_PX, WIDTH_PX, 3)
        assert crop.image.dtype == np.uint8
        assert ((crop.points_px > 2) & (crop.points_px < [WIDTH_PX - 3, HEIGHT_PX - 3])).all()
        assert np.array_equal(crop.required, crop.labels % 1000 != PEOPLE - 1), "the last person is the ignored one"
        assert len(crop.visibility) == len(crop.labels) == len(crop.points_px)


@pytest.mark.parametrize("seed", range(10))
def test_everybody_keeps_the_pixel_size_of_their_row(seed: int) -> None:
    # A crop's rows start anywhere in the panorama, which scales all sizes alike.
    for crop in _pair(seed):
        scales = crop.metres_per_px / metres_per_px(crop.points_px[:, 1])
        assert scales == pytest.approx(np.full(scales.shape, scales[0, 0]), rel=1e-4)
        assert scales[0, 0] <= 1.0001


def test_crops_come_mirrored_about_half_of_the_time_and_never_one_of_a_pair_alone() -> None:
    # Each pair's crops are compared with the shard: unmirrored, two people differ by the same vector as in the truth.
    mirrored = []
    for seed in range(60):
        kinds = [_is_mirrored(crop) for crop in _pair(seed, SHARDS[:1])]
        decided = {kind for kind in kinds if kind is not None}
        assert len(decided) <= 1
        mirrored += list(decided)
    assert 0.25 < np.mean(mirrored) < 0.75


def _is_mirrored(crop: Crop) -> bool | None:
    """Whether the crop's people stand in a frame of the first shard the other way round; None if both fit."""
    differences = crop.points_px[1:] - crop.points_px[:1]
    fits = []
    for sign in (1, -1):
        frames = SHARDS[0].truth.points_px[:, crop.labels]
        expected = (frames[:, 1:] - frames[:, :1]) * [sign, 1]
        fits.append(bool(np.isclose(expected, differences, atol=1e-3).all((1, 2)).any()))
    return None if fits[0] == fits[1] else fits[1]


def test_a_person_of_one_match_is_nobody_of_another() -> None:
    labels = np.concatenate([crop.labels for seed in range(40) for crop in _pair(seed)])
    assert set((labels // 1000).tolist()) == {0, 1, 2}


def test_people_that_are_neither_required_nor_ignored_are_not_in_a_crop() -> None:
    shard = draw_shard(0)
    shard.truth.required[:, 1] = False
    labels = np.concatenate([crop.labels for seed in range(20) for crop in _pair(seed, [shard])])
    assert 1 not in labels
    assert 0 in labels


def test_a_match_in_which_nobody_is_seen_gives_crops_without_people() -> None:
    shard = draw_shard(0)
    shard.truth.required[:], shard.truth.ignored[:] = False, False
    assert [len(crop.labels) for crop in _pair(0, [shard])] == [0, 0]


def test_the_shard_itself_is_left_as_it_was() -> None:
    shard = draw_shard(4)
    for seed in range(10):
        _pair(seed, [shard])
    assert np.array_equal(shard.images, draw_shard(4).images)
    assert np.array_equal(shard.truth.points_px, draw_shard(4).truth.points_px)
