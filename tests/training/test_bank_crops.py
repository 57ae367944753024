"""Crops drawn from a bank: of the right person, of the right visibility, in bursts."""

import numpy as np
import pytest

from sideline.tensors import Category
from sideline.training.bank_crops import NO_CROP, BankCrops
from tests.training.random_banks import CATEGORIES, STEP, make_random_bank


@pytest.fixture(scope="module")
def crops() -> BankCrops:
    return BankCrops.of(make_random_bank(3))


def test_crops_are_the_persons_and_nearly_as_visible_as_the_detection(crops: BankCrops) -> None:
    persons = np.tile([4, 11, NO_CROP, 22], 100)
    visibility = np.random.default_rng(0).uniform(0.4, 1.0, 400).astype(np.float32)
    rows = crops.draw_rows(persons, visibility, np.random.default_rng(1))
    assert (rows[persons == NO_CROP] == NO_CROP).all()
    drawn = rows != NO_CROP
    assert drawn.sum() == 300
    assert (crops.bank.person_ids[rows[drawn]] == persons[drawn]).all()
    assert np.abs(crops.bank.visibility[rows[drawn]] - visibility[drawn]).mean() < 0.2


def test_crops_that_follow_each_other_are_of_one_burst(crops: BankCrops) -> None:
    rows = crops.draw_rows(np.full(400, 7), np.full(400, 0.9, np.float32), np.random.default_rng(0))
    steps = np.diff(crops.bank.frames[rows])
    assert np.mean(steps == STEP) > 0.4
    assert len(set(rows.tolist())) > 15


def test_doubles_have_the_same_category_and_nobody_stands_in_for_two(crops: BankCrops) -> None:
    doubles = crops.cast_doubles(np.arange(23), np.random.default_rng(0))
    assert sorted(doubles.tolist()) == list(range(23))
    assert (CATEGORIES[doubles] == CATEGORIES[:23]).all()
    assert (doubles != np.arange(23)).any()


def test_when_the_bank_has_seen_fewer_people_those_who_are_seen_least_go_without() -> None:
    bank = make_random_bank(3)
    bank.person_ids[bank.person_ids == 5] = 6
    seen = np.repeat(np.arange(23), np.where(np.arange(23) == 8, 1, 9))
    doubles = BankCrops.of(bank).cast_doubles(seen, np.random.default_rng(0))
    assert 5 not in doubles
    assert np.flatnonzero(doubles == NO_CROP).tolist() == [8]


@pytest.mark.parametrize("seed", range(6))
def test_evidence_calls_the_first_team_home_whichever_shirt_is_lighter(seed: int) -> None:
    crops = BankCrops.of(make_random_bank(seed))
    said = crops.evidence(crops.bank.team).argmax(axis=1)
    truth = CATEGORIES[crops.bank.person_ids]
    assert (said == truth).mean() > 0.9
    assert (said[truth == Category.REFEREE] == Category.REFEREE).all()
