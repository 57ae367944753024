"""The vote of a track's crops about its number, the roster's word, and abstention."""

import numpy as np
import pytest

from sideline.arrays import Float64s
from sideline.crops.jersey import JERSEY_DIMS, number_log_probabilities, split_jersey
from sideline.match_sheet import KitColours, MatchSheet, Player, Team
from sideline.tensors import NO_NUMBER, NUMBERS
from sideline.tracking.jersey_votes import (
    NumberVerdict,
    decide_number,
    expect_numbers,
    sum_votes,
    weigh_numbers,
)

ABSTAINED = NumberVerdict(NO_NUMBER, 0.0)


def _crop(number: int | None, strength: float = 5.0) -> Float64s:
    """[133] of a crop that shows a number of two digits, or nothing."""
    jersey = np.zeros(JERSEY_DIMS)
    parts = split_jersey(jersey)
    if number is None:
        parts.legibility[0] = strength
        return jersey
    parts.legibility[2] = strength
    parts.tens_digit[number // 10] = parts.ones_digit[number % 10] = parts.whole_number[number] = strength
    return jersey


def _read(*crops: Float64s, weights: Float64s | None = None) -> NumberVerdict:
    return decide_number(sum_votes(np.stack(crops), np.ones(len(crops), np.bool_)), weights)


def _sheet(home: tuple[int, ...], away: tuple[int, ...]) -> MatchSheet:
    kit = KitColours((0, 0, 0), (0, 0, 0))
    teams = [Team(kit, tuple(Player(number, str(number), "x") for number in numbers)) for numbers in (home, away)]
    return MatchSheet(*teams)


def test_legible_crops_that_agree_give_their_number() -> None:
    verdict = _read(_crop(23), _crop(None), _crop(23), _crop(23))
    assert verdict.number == 23
    assert verdict.probability > 0.9


def test_one_crop_votes_as_its_log_probabilities_say() -> None:
    crop = _crop(40, 4.0)
    legible = np.exp(number_log_probabilities(crop)[:NUMBERS].astype(np.float64))
    expected = np.maximum(legible / legible.sum(), 0.01)
    votes = np.exp(sum_votes(crop[None], np.array([True])))
    assert votes.sum() == pytest.approx(1)
    np.testing.assert_allclose(votes[:NUMBERS] / votes[:NUMBERS].sum(), expected / expected.sum(), rtol=1e-5)
    assert votes[NUMBERS] == pytest.approx(np.exp(number_log_probabilities(crop)[NUMBERS]))


def test_the_more_crops_agree_the_surer_the_number() -> None:
    probabilities = [_read(*[_crop(7, 3.0)] * count).probability for count in (4, 8, 16, 64)]
    assert probabilities == sorted(probabilities)
    assert len(set(probabilities)) == 4


def test_a_minority_of_foreign_crops_does_not_turn_the_number_however_sure_it_is() -> None:
    assert _read(*[_crop(23)] * 6, *[_crop(50, 30.0)] * 2).number == 23


@pytest.mark.parametrize(
    "crops", [[_crop(None)], [_crop(None)] * 5, [_crop(12), _crop(34)], [np.zeros(JERSEY_DIMS)]], ids=range(4)
)
def test_nothing_is_said_of_illegible_or_contradicting_crops(crops: list[Float64s]) -> None:
    assert _read(*crops) == ABSTAINED


def test_masked_crops_have_no_vote_and_a_track_without_crops_no_number() -> None:
    jersey = np.stack([_crop(23), np.full(JERSEY_DIMS, np.nan)])
    assert decide_number(sum_votes(jersey, np.array([True, False]))) == _read(_crop(23))
    assert decide_number(sum_votes(jersey, np.array([False, False]))) == ABSTAINED
    assert decide_number(sum_votes(np.empty((0, JERSEY_DIMS)), np.empty(0, np.bool_))) == ABSTAINED


def test_a_number_is_said_from_the_threshold_on() -> None:
    scores = np.full(NUMBERS + 1, -50.0)
    scores[[8, NUMBERS]] = np.log([0.7, 0.3])
    assert decide_number(scores, least=0.69) == NumberVerdict(8, pytest.approx(0.7))
    assert decide_number(scores, least=0.71) == ABSTAINED
    scores[NUMBERS] = np.log(0.8)
    assert decide_number(scores, least=0.0) == ABSTAINED


def test_logits_that_are_not_finite_say_nothing() -> None:
    assert decide_number(np.full(NUMBERS + 1, np.nan)) == ABSTAINED


def test_the_roster_weighs_numbers_by_the_teams_that_wear_them() -> None:
    weights = weigh_numbers(_sheet((4, 5), (5, 6)), np.array([0.75, 0.25, 0.0]))
    # Of a team's players 98 in 100 wear one of its two numbers, 49 times what one number of a hundred has.
    assert weights[[4, 5, 6, 7, NUMBERS]] == pytest.approx([0.75 * 49 + 0.02, 49.02, 0.25 * 49 + 0.02, 0.02, 1.0])
    assert weights[:NUMBERS].mean() == pytest.approx(1.0)
    assert len(weights) == NUMBERS + 1


def test_a_player_is_expected_to_wear_a_number_of_either_roster() -> None:
    expected = expect_numbers(_sheet((4, 5), (5, 6)))
    # 98 in 100 wear one of their team's two; 5 is on both rosters.
    assert expected[[4, 5, 6, 7]] == pytest.approx([0.245 + 2e-4, 0.49 + 2e-4, 0.245 + 2e-4, 2e-4])
    assert expected.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(expect_numbers(None), np.full(NUMBERS, 0.01))


def test_a_referee_has_no_number() -> None:
    sheet = _sheet((4,), (5,))
    weights = weigh_numbers(sheet, np.array([0.0, 0.0, 1.0]))
    assert weights[[4, 6, NUMBERS]] == pytest.approx([0.02, 0.02, 1.0])
    assert _read(_crop(4, 3.0), weights=weights) == ABSTAINED
    assert _read(_crop(4, 3.0), weights=weigh_numbers(sheet, np.array([1.0, 0.0, 0.0]))).number == 4


def test_without_a_sheet_or_without_players_on_it_all_numbers_are_alike() -> None:
    evenly = np.array([0.5, 0.5, 0.0])
    np.testing.assert_array_equal(weigh_numbers(None, evenly), np.ones(NUMBERS + 1))
    np.testing.assert_allclose(weigh_numbers(_sheet((), ()), evenly), np.ones(NUMBERS + 1))
    assert weigh_numbers(_sheet((), (5,)), evenly)[[4, 5]] == pytest.approx([0.49 + 0.02, 0.49 + 49 + 0.02])


def test_the_roster_settles_a_doubt_and_what_contradicts_it_is_not_said() -> None:
    torn = (_crop(13) + _crop(18)) / 2 + np.where(np.arange(JERSEY_DIMS) < 3, 1.0, 0.0)
    home = np.array([1.0, 0.0, 0.0])
    assert _read(torn, torn) == ABSTAINED
    assert _read(torn, torn, weights=weigh_numbers(_sheet((18,), ()), home)).number == 18
    clear = [_crop(13, 12.0)] * 20
    assert _read(*clear).number == 13
    assert _read(*clear, weights=weigh_numbers(_sheet((18,), ()), home)) == ABSTAINED
    assert _read(*clear, weights=weigh_numbers(_sheet((18, 13), ()), home)).number == 13
