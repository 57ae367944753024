"""Looks of tracklets: sums by hand, and parts against the whole."""

import numpy as np

from sideline.tensors import JERSEY_CROPS
from sideline.tracking.graph.looks import NO_LOOKS, add_looks, keep_most_legible, take_encoded
from tests.tracking.graph.pieces import crops_of, looks_like
from tests.tracking.graph.scenes import point_of


def test_looks_of_parts_add_up_to_the_looks_of_the_whole() -> None:
    table = crops_of([1, 1, 2, 3, 3], number=7, team=(1, 0, 0.5))
    whole = table.sum_up(np.arange(5))
    parts = add_looks([table.sum_up(np.array([0, 1])), NO_LOOKS, table.sum_up(np.array([2])), NO_LOOKS])
    assert parts.crops == 3
    np.testing.assert_allclose(parts.appearance, table.sum_up(np.arange(3)).appearance, atol=1e-6)
    np.testing.assert_allclose(parts.number_evidence * 5, whole.number_evidence * 3, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(parts.team, whole.team, atol=1e-6)


def test_the_mean_appearance_has_unit_length_and_lies_between() -> None:
    table = crops_of([1, 2])
    mean = table.sum_up(np.arange(2)).appearance
    assert abs(np.linalg.norm(mean) - 1) < 1e-6
    assert abs(mean @ point_of(1, 64) - mean @ point_of(2, 64)) < 1e-6


def test_nobody_has_no_looks() -> None:
    assert add_looks([]) is NO_LOOKS
    assert crops_of([1]).sum_up(np.empty(0, np.int64)) is NO_LOOKS
    assert not NO_LOOKS.appearance.any()


def test_crops_on_which_nothing_is_legible_say_nothing_of_the_number() -> None:
    looks = looks_like(1, crops=30, number=None)
    np.testing.assert_allclose(looks.number_evidence, 0, atol=0.01)
    assert looks.legible_crops < 0.01


def test_a_legible_number_is_the_likeliest_and_one_crop_rules_no_other_out() -> None:
    looks = looks_like(1, crops=1, number=23)
    assert looks.number_evidence.argmax() == 23
    assert looks.legible_crops > 0.99
    other = np.delete(looks.number_evidence, 23)
    # 0.3 · ln(0.05), where 0.05 is the doubt in a single crop
    np.testing.assert_allclose(other, 0.3 * np.log(0.05), atol=0.05)


def test_the_most_legible_crops_are_kept_in_order_of_time() -> None:
    legible = np.linspace(0, 1, 100).astype(np.float32)
    assert keep_most_legible(legible).tolist() == list(range(36, 100))
    joined = add_looks([looks_like(1, crops=60, number=5), looks_like(1, crops=60)])
    assert len(joined.jersey) == JERSEY_CROPS
    assert (joined.jersey_legible[:60] > 0.9).all()
    assert joined.crops == 120


def test_the_temporal_encoder_replaces_appearance_and_clothes_and_adds_a_reading() -> None:
    looks, encoded = looks_like(1, crops=4), crops_of([2], number=9, team=(0, 1, 0.3))
    changed = take_encoded(looks, encoded, 0)
    np.testing.assert_allclose(changed.appearance, point_of(2, 64), atol=1e-6)
    np.testing.assert_array_equal(changed.team, encoded.team[0])
    assert changed.number_evidence.argmax() == 9
    assert changed.crops == 4
