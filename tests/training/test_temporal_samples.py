"""Tracklets hold crops of one person by time, and count as legible when one of them is."""

import numpy as np

from sideline.tensors import NO_NUMBER
from sideline.training.crop_samples import PERSONS_PER_MATCH
from sideline.training.temporal_samples import TRACKLETS_EACH, gather_tracklets, sample_tracklets
from tests.training.crop_matches import NUMBERS, PEOPLE, make_bank


def test_tracklets_are_gathered_with_their_mask_and_labels() -> None:
    banks = [make_bank(1), make_bank(2)]
    # Person 2 (number 23) is legible in bursts 0, 2 and 4; person 4 is a referee.
    legible, hidden = banks[1].bursts_of(2)[0], banks[1].bursts_of(2)[1]
    picked = [(1, legible[:2]), (1, hidden), (0, banks[0].bursts_of(4)[0]), (1, np.concatenate([hidden, legible]))]
    batch = gather_tracklets(banks, picked)
    assert batch.mask.sum(axis=1).tolist() == [2, 3, 3, 6]
    assert (batch.features[0, :2] == 3).all(), "the features of person 2 are 3"
    assert (batch.features[0, 2:] == 0).all()
    assert batch.labels.identities.tolist() == [PERSONS_PER_MATCH + 2, PERSONS_PER_MATCH + 2, 4, PERSONS_PER_MATCH + 2]
    assert batch.labels.jersey.whole_number.tolist() == [23, NO_NUMBER, NO_NUMBER, 23]
    assert batch.labels.categories.tolist() == [1, 1, 2, 1]


def test_samples_are_of_one_person_each_and_have_one_to_fifteen_crops() -> None:
    batch = sample_tracklets([make_bank(1), make_bank(2)], np.random.default_rng(0), matches=2)
    counts = batch.mask.sum(axis=1)
    assert counts.min() >= 1
    assert len(set(counts)) > 2
    people = batch.labels.identities % PERSONS_PER_MATCH
    for features, mask, person in zip(batch.features, batch.mask, people, strict=True):
        np.testing.assert_allclose(features[mask].mean(), person + 1, atol=0.1)
        assert (features[~mask] == 0).all()
        assert mask[: mask.sum()].all(), "absent crops come last"


def test_everybody_has_several_tracklets_from_different_bursts() -> None:
    batch = sample_tracklets([make_bank()], np.random.default_rng(0), matches=1)
    _, counts = np.unique(batch.labels.identities, return_counts=True)
    assert len(counts) == PEOPLE
    assert set(counts) <= {TRACKLETS_EACH - 1, TRACKLETS_EACH}
    assert set(batch.labels.jersey.whole_number) <= {NO_NUMBER, *NUMBERS[[0, 2]]}
