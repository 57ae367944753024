"""Scores of encodings made by hand."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from sideline.crops.jersey import split_jersey
from sideline.crops.kit import REFEREE, split_team
from sideline.tensors import NO_NUMBER
from sideline.training.appearance_bank import AppearanceBank
from sideline.training.encoder_scores import retrieve, score_banks
from tests.training.crop_matches import CATEGORIES, DIGITS, KITS, NUMBERS, make_bank


def _perfect() -> AppearanceBank:
    """A bank whose encoder says what is true."""
    bank = make_bank(bursts=2)
    jersey, team = bank.jersey.copy(), bank.team.copy()
    numbers, people = split_jersey(jersey), bank.person_ids
    rows = np.arange(len(people))
    said = np.where(bank.legible, DIGITS[people], 0)
    numbers.legibility[rows, said] = 9
    numbers.whole_number[rows, NUMBERS[people]] = 30
    numbers.single_digit[rows, NUMBERS[people] % 10] = 9
    numbers.tens_digit[rows, NUMBERS[people] // 10] = 9
    numbers.ones_digit[rows, NUMBERS[people] % 10] = 9
    clothes = split_team(team)
    clothes.category[CATEGORIES[people] == 2, REFEREE] = 5
    clothes.category[CATEGORIES[people] != 2, 1 - REFEREE] = 5
    clothes.shirt_lab[:] = KITS[CATEGORIES[people], :3]
    clothes.shorts_lab[:] = KITS[CATEGORIES[people], 3:] + np.array([0.03, 0.0, 0.04], np.float32)
    return replace(bank, jersey=jersey, team=team)


def test_a_perfect_encoder_has_perfect_scores() -> None:
    scores = asdict(score_banks([_perfect(), _perfect()]))
    assert scores.pop("crops") == 72
    assert scores.pop("shirt_error") == pytest.approx(0, abs=1e-4)
    assert scores.pop("shorts_error") == pytest.approx(5, abs=1e-4)  # 3 and 4 units at right angles
    assert set(scores.values()) == {1.0}


def test_retrieval_asks_the_people_of_each_other_burst() -> None:
    # Persons 0 and 1 (both home) swap their looks in the second burst; the other four keep theirs.
    bank = make_bank(bursts=2)
    looks = bank.person_ids.copy()
    swapped = (bank.frames >= 100) & (looks < 2)
    looks[swapped] = 1 - looks[swapped]
    bank = replace(bank, appearance=np.eye(64, dtype=np.float32)[looks])
    assert retrieve(bank, in_team=False).mean() == pytest.approx(4 / 6)
    assert retrieve(bank, in_team=True).mean() == pytest.approx(4 / 6)


def test_whoever_looks_like_an_opponent_is_found_among_their_own_team() -> None:
    # Person 0 (home) looks in the second burst nearly like person 2 (away).
    bank = make_bank(bursts=2)
    appearance = bank.appearance.copy()
    odd = (bank.frames >= 100) & (bank.person_ids == 0)
    appearance[odd] = 0.6 * np.eye(64)[0] + 0.8 * np.eye(64)[2]
    bank = replace(bank, appearance=appearance)
    # Of 12 pairs of a person and the other burst two ask with or for person 0; asking for it in burst 1 with its own
    # looks finds it (0.6 is the most that anybody has), asking with its odd looks finds person 2.
    assert retrieve(bank, in_team=False).mean() == pytest.approx(11 / 12)
    assert retrieve(bank, in_team=True).mean() == 1


def test_people_who_are_not_in_the_other_burst_are_not_asked_for() -> None:
    bank = make_bank(bursts=2)
    kept = (bank.person_ids == 0) | (bank.frames < 100)
    arrays = {name: getattr(bank, name)[kept] for name in ("person_ids", "frames", "appearance")}
    assert len(retrieve(replace(bank, **arrays), in_team=False)) == 3 + 3


def test_false_claims_lower_precision_and_missed_numbers_recall() -> None:
    # Rows of persons 0 to 3 count (12 a burst); persons 0 and 2 are legible in the first burst: 6 of 24 rows.
    bank = _perfect()
    jersey = bank.jersey.copy()
    legibility = split_jersey(jersey).legibility
    players = NUMBERS[bank.person_ids] != NO_NUMBER
    legibility[:] = 0
    claimed = players & (bank.person_ids != 2) & (bank.frames < 100)  # persons 0, 1, 3: 9 rows, 3 of them rightly
    legibility[claimed, 2] = 9
    legibility[~claimed, 0] = 9
    scores = score_banks([replace(bank, jersey=jersey)])
    assert scores.legibility_precision == pytest.approx(3 / 9)
    assert scores.legibility_recall == pytest.approx(3 / 6)
    assert scores.legibility == pytest.approx(1 - (6 + 3) / 24)
