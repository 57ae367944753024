"""Identity accuracy per player-second, reckoned by hand: ten frames, people ten metres apart."""

import numpy as np
from pytest import approx

from sideline.evaluation.named_seconds import NamedSeconds, measure_named_seconds
from sideline.evaluation.naming import Naming
from sideline.tensors import Category
from tests.evaluation.scenes import Row, final_tracks, name, observations, stand

HOME, AWAY, REFEREE = map(int, Category)
PEOPLE = stand(1, 0) + stand(2, 10) + stand(3, 20)
WHO = name({1: (HOME, 4), 2: (AWAY, 23), 3: (REFEREE, -1)})


def judge(rows: list[Row], said: Naming, *, teams_named: bool = True) -> NamedSeconds | None:
    tracks = final_tracks(rows, said, teams_named=teams_named)
    return measure_named_seconds(observations(PEOPLE), WHO, tracks, said, np.arange(10))


def test_both_players_named_all_the_time_is_one_whatever_is_said_of_the_referee() -> None:
    rows = stand(5, 0) + stand(6, 10) + stand(7, 20)
    assert judge(rows, name({5: (HOME, 4), 6: (AWAY, 23), 7: (HOME, 9)})) == NamedSeconds(1.0, 0.0)


def test_a_player_who_is_not_found_or_has_no_number_is_neither_right_nor_wrong() -> None:
    # Player 1 has the right name in 6 of 10 frames, player 2 none at all: 6 of 20.
    figures = judge(stand(5, 0, range(6)) + stand(6, 10), name({5: (HOME, 4), 6: (AWAY, -1)}))
    assert figures == NamedSeconds(approx(0.3), 0.0)


def test_the_right_number_in_the_wrong_team_is_wrong() -> None:
    assert judge(stand(5, 0) + stand(6, 10), name({5: (AWAY, 4), 6: (AWAY, 23)})) == NamedSeconds(0.5, 0.5)


def test_a_track_that_goes_over_to_somebody_else_is_right_as_long_as_it_is_on_its_person() -> None:
    rows = stand(5, 0, range(7)) + stand(5, 10, range(7, 10))
    assert judge(rows, name({5: (HOME, 4)})) == NamedSeconds(approx(7 / 20), approx(3 / 20))


def test_a_player_taken_for_a_referee_or_of_no_track_that_was_named_has_no_name() -> None:
    assert judge(stand(5, 0) + stand(6, 10), name({5: (REFEREE, 4)})) == NamedSeconds(0.0, 0.0)


def test_a_detection_further_than_half_a_metre_names_nobody() -> None:
    assert judge(stand(5, 0.51), name({5: (HOME, 4)})) == NamedSeconds(0.0, 0.0)


def test_teams_that_are_not_named_are_judged_by_the_better_naming() -> None:
    rows, swapped = stand(5, 0) + stand(6, 10), name({5: (AWAY, 4), 6: (HOME, 23)})
    assert judge(rows, swapped, teams_named=False) == NamedSeconds(1.0, 0.0)
    assert judge(rows, swapped) == NamedSeconds(0.0, 1.0)


def test_a_run_without_tracks_names_nobody_and_without_numbers_there_is_nothing_to_name() -> None:
    people, frames = observations(PEOPLE), np.arange(10)
    assert measure_named_seconds(people, WHO, None, None, frames) == NamedSeconds(0.0, 0.0)
    tracks = final_tracks(stand(5, 0), WHO)
    assert measure_named_seconds(people, name({3: (REFEREE, -1)}), tracks, WHO, frames) is None
