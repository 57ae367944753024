"""Batches hold several crops of each person of a match, from different bursts, with the right labels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sideline.errors import TrainingError
from sideline.tensors import NO_NUMBER
from sideline.training.crop_samples import (
    CROPS_EACH,
    PERSONS_PER_MATCH,
    choose_rows,
    endless_batches,
    label_rows,
    sample_batch,
)
from sideline.training.crop_shards import save_shard
from tests.training.crop_matches import CATEGORIES, KITS, PEOPLE, draw_crops, level_of


def test_a_match_gives_as_many_crops_of_each_person_each_from_another_burst() -> None:
    shard = draw_crops()
    rows = choose_rows(shard, np.random.default_rng(0)).reshape(-1, CROPS_EACH)
    assert len(rows) == PEOPLE
    for group in rows:
        assert len(set(shard.rows.person_ids[group])) == 1
        assert len(set(shard.rows.bursts[group])) == CROPS_EACH
    assert len(set(shard.rows.person_ids[rows[:, 0]])) == PEOPLE


def test_people_of_one_burst_are_left_out() -> None:
    shard = draw_crops(bursts=2)
    rare = (shard.rows.person_ids == 3) & (shard.rows.bursts == 1)
    shard = replace(shard, rows=replace(shard.rows, person_ids=np.where(rare, 0, shard.rows.person_ids)))
    assert 3 not in shard.rows.person_ids[choose_rows(shard, np.random.default_rng(0))]


def test_people_who_can_hardly_be_seen_are_rarely_chosen() -> None:
    shard = draw_crops()
    hidden = shard.rows.frames % 100 == 0  # the first frame of each burst
    shard = replace(shard, rows=replace(shard.rows, visibility=np.where(hidden, 0.02, 1.0).astype(np.float32)))
    rng = np.random.default_rng(0)
    rows = np.concatenate([choose_rows(shard, rng) for _ in range(20)])
    assert hidden[rows].mean() < 0.05


def test_two_matches_have_identities_of_their_own_and_crops_fit_their_labels() -> None:
    batch = sample_batch([draw_crops(1), draw_crops(2)], np.random.default_rng(0), matches=2)
    assert batch.crops.shape == (2 * PEOPLE * CROPS_EACH, 256, 128, 3)
    identities = batch.labels.identities
    assert set(identities) == {*range(PEOPLE), *range(PERSONS_PER_MATCH, PERSONS_PER_MATCH + PEOPLE)}
    people = identities % PERSONS_PER_MATCH
    levels = batch.crops.mean(axis=(1, 2, 3))
    for match in (0, 1):  # one light a match: the order of grey levels stays
        group = identities // PERSONS_PER_MATCH == match
        means = [levels[group & (people == person)].mean() for person in range(PEOPLE)]
        assert np.argsort(means).tolist() == np.argsort([level_of(person) for person in range(PEOPLE)]).tolist()


def test_labels_are_those_of_the_row() -> None:
    shard = draw_crops()
    rows = np.array([0, 1, 2, 4, 5, 20])  # frame 0 of burst 0: persons 0–5; row 20: person 2 of burst 1
    labels = label_rows([draw_crops(1), shard], np.ones(len(rows), np.int64), rows)
    assert (labels.identities - PERSONS_PER_MATCH).tolist() == [0, 1, 2, 4, 5, 2]
    assert labels.jersey.whole_number.tolist() == [4, NO_NUMBER, 23, NO_NUMBER, NO_NUMBER, NO_NUMBER]
    assert labels.jersey.legibility.tolist() == [1, 0, 2, 0, 0, 0]
    assert labels.categories.tolist() == CATEGORIES[[0, 1, 2, 4, 5, 2]].tolist()
    np.testing.assert_array_equal(labels.kits[[0, 2, 3]], KITS)


def test_one_match_is_enough_for_a_batch_of_two() -> None:
    batch = sample_batch([draw_crops()], np.random.default_rng(0), matches=2)
    assert len(np.unique(batch.labels.identities)) == 2 * PEOPLE


def test_batches_come_from_the_shards_of_a_folder(tmp_path: Path) -> None:
    save_shard(draw_crops(), tmp_path / "000007.npz")
    batch = next(endless_batches(tmp_path, np.random.default_rng(0), 1))
    assert len(batch.crops) == PEOPLE * CROPS_EACH


def test_an_empty_folder_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="sideline train crops"):
        next(endless_batches(tmp_path, np.random.default_rng(0), 1))
