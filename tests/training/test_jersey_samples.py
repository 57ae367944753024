"""Tracks drawn from appearance banks: what is in them, and what their labels say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.crops.jersey import number_log_probabilities
from sideline.errors import TrainingError
from sideline.tensors import JERSEY_CROPS, NO_NUMBER, NUMBERS, Category
from sideline.training.appearance_bank import STAFF, AppearanceBank
from sideline.training.jersey_samples import JerseyTracks, JerseyTrackSampler, TrackDraw, change_digits
from tests.training.jersey_banks import make_bank, make_match, say_jerseys

PLAIN = TrackDraw(nameless=0.0, illegible=0.0, foreign=0.0, digits_changed=0.0)


def _marked(bank: AppearanceBank) -> AppearanceBank:
    """The bank with each crop's row as its first logit."""
    jersey = bank.jersey.copy()
    jersey[:, 0] = np.arange(len(jersey))
    return replace(bank, jersey=jersey)


def _rows(tracks: JerseyTracks, track: int) -> np.ndarray:
    return tracks.jersey_sequence[track][tracks.jersey_mask[track]][:, 0].astype(int)


def _draw(bank: AppearanceBank, how: TrackDraw, tracks: int = 200, seed: int = 0) -> JerseyTracks:
    return JerseyTrackSampler([bank], np.random.default_rng(seed), how).draw(tracks)


def test_a_batch_has_the_engines_shapes_and_zeros_where_masked() -> None:
    tracks = _draw(make_match(0), TrackDraw(), tracks=5)
    assert tracks.jersey_sequence.shape == (5, JERSEY_CROPS, 133)
    assert tracks.jersey_sequence.dtype == np.float32
    assert tracks.jersey_mask.any(axis=1).all()
    assert not tracks.jersey_sequence[~tracks.jersey_mask].any()


def test_a_plain_track_holds_crops_of_one_person_each_once_and_out_of_order() -> None:
    bank = _marked(make_match(0))
    tracks = _draw(bank, PLAIN)
    disorder = 0
    for track in range(200):
        rows = _rows(tracks, track)
        assert len(set(bank.person_ids[rows])) == 1
        assert len(set(rows)) == len(rows)
        disorder += int((np.diff(rows) < 0).any())
    assert disorder > 100


def test_a_track_is_labelled_by_its_person_if_any_crop_is_legible_and_else_with_nothing() -> None:
    bank = _marked(make_match(1, legible_share=0.08))
    tracks = _draw(bank, PLAIN)
    for track, number in enumerate(tracks.numbers):
        rows = _rows(tracks, track)
        person = bank.person_ids[rows[0]]
        assert number == (bank.numbers[person] if bank.legible[rows].any() else NUMBERS)
    assert 0.1 < (tracks.numbers == NUMBERS).mean() < 0.9


def test_tracks_of_illegible_crops_alone_are_drawn_on_purpose() -> None:
    tracks = _draw(make_match(2, legible_share=0.5), replace(PLAIN, illegible=1.0))
    assert (tracks.numbers == NUMBERS).mean() > 0.8


def test_people_without_a_number_give_tracks_with_nothing_legible_and_staff_give_none() -> None:
    bank = _marked(make_bank(3, (5, NO_NUMBER, NO_NUMBER), (Category.HOME, Category.REFEREE, STAFF)))
    tracks = _draw(bank, replace(PLAIN, nameless=1.0))
    assert (tracks.numbers == NUMBERS).all()
    assert {int(bank.person_ids[_rows(tracks, track)[0]]) for track in range(200)} == {1}


def test_foreign_crops_are_fewer_than_half_and_do_not_change_the_label() -> None:
    bank = _marked(make_bank(4, (5, 77), (Category.HOME, Category.AWAY), legible_share=1.0))
    tracks = _draw(bank, replace(PLAIN, foreign=1.0))
    mixed = 0
    for track, number in enumerate(tracks.numbers):
        worn = bank.numbers[bank.person_ids[_rows(tracks, track)]]
        assert (worn == number).sum() > (worn != number).sum()
        mixed += int(len(set(worn)) == 2)
    assert mixed > 100


def test_numbers_are_as_likely_whether_many_or_few_wear_them() -> None:
    bank = make_bank(5, (9, 9, 9, 9, 30), (Category.HOME,) * 5, legible_share=1.0)
    tracks = _draw(bank, PLAIN, tracks=400)
    assert (tracks.numbers == 30).mean() == pytest.approx(0.5, abs=0.1)


def test_with_digits_changed_numbers_that_nobody_wears_occur_and_crops_still_show_their_label() -> None:
    bank = make_bank(6, (23,), (Category.HOME,), legible_share=1.0, noise=0.1)
    tracks = _draw(bank, replace(PLAIN, digits_changed=1.0), tracks=100)
    assert len(set(tracks.numbers)) > 30
    for sequence, mask, number in zip(tracks.jersey_sequence, tracks.jersey_mask, tracks.numbers, strict=True):
        assert (number_log_probabilities(sequence[mask]).argmax(axis=-1) == number).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 99), st.permutations(range(1, 10)))
def test_changing_digits_and_changing_them_back_is_no_change(number: int, places: list[int]) -> None:
    crops = say_jerseys(np.array([number]), np.random.default_rng(number))
    there = np.array([0, *places])
    changed, other = change_digits(crops, number, there)
    back, same = change_digits(changed, other, np.argsort(there))
    assert same == number
    np.testing.assert_array_equal(back, crops)


def test_changed_digits_are_those_asked_for() -> None:
    places = np.array([0, 2, 1, 3, 4, 5, 6, 7, 8, 9])
    crops = say_jerseys(np.array([12]), np.random.default_rng(0), strength=20.0)
    changed, number = change_digits(crops, 12, places)
    assert number == 21
    assert number_log_probabilities(changed).argmax() == 21
    assert change_digits(crops, NUMBERS, places)[1] == NUMBERS


def test_a_track_comes_with_the_numbers_of_its_team() -> None:
    bank = _marked(make_bank(8, (5, 6, NO_NUMBER), (Category.HOME, Category.AWAY, Category.REFEREE)))
    tracks = _draw(bank, replace(PLAIN, nameless=0.3))
    for track in range(200):
        person = bank.person_ids[_rows(tracks, track)[0]]
        expected = {0: [98.02, 0.02, 1], 1: [0.02, 98.02, 1], 2: [0.02, 0.02, 1]}[person]
        assert tracks.weights[track, [5, 6, NUMBERS]] == pytest.approx(expected)


def test_banks_where_nobody_wears_a_number_say_what_to_do() -> None:
    bank = make_bank(7, (NO_NUMBER,), (Category.REFEREE,))
    with pytest.raises(TrainingError, match=r"nobody .* wears a number; make banks of whole matches"):
        JerseyTrackSampler([bank], np.random.default_rng(0))
