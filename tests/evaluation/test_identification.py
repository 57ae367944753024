"""Team, number and GS-HOTA per track, reckoned by hand; ten frames that last 1.8 s."""

import numpy as np
import pytest
from pytest import approx

from sideline.evaluation.identification import IdentificationFigures, measure_identification
from sideline.evaluation.naming import Naming
from sideline.tensors import Category
from tests.evaluation.scenes import Row, final_tracks, name, observations, stand

HOME, AWAY, REFEREE, STAFF = *map(int, Category), -1
FRAMES = np.arange(10)
PEOPLE = stand(1, 0) + stand(2, 10) + stand(3, 20)
WHO = name({1: (HOME, 4), 2: (AWAY, 23), 3: (REFEREE, -1)})


def judge(
    rows: list[Row], said: Naming, *, people: list[Row] = PEOPLE, who: Naming = WHO, teams_named: bool = True
) -> IdentificationFigures:
    tracks = final_tracks(rows, said, teams_named=teams_named)
    return measure_identification(observations(people), who, tracks, FRAMES)


def test_everything_right_is_one_everywhere() -> None:
    figures = judge(stand(5, 0) + stand(6, 10) + stand(7, 20), name({5: (HOME, 4), 6: (AWAY, 23), 7: (REFEREE, -1)}))
    assert (figures.team_accuracy, figures.jersey_coverage, figures.jersey_accuracy) == (1.0, 1.0, 1.0)
    assert figures.player_tracks == 2
    assert figures.gs_hota == approx(1.0)


def test_a_wrong_team_is_one_track_of_three() -> None:
    figures = judge(stand(5, 0) + stand(6, 10) + stand(7, 20), name({5: (HOME, 4), 6: (HOME, 23), 7: (REFEREE, -1)}))
    assert figures.team_accuracy == approx(2 / 3)
    assert (figures.jersey_coverage, figures.jersey_accuracy) == (1.0, 1.0)
    # GS-HOTA: 20 of 30 people found, 10 detections false: DetA = 20/(20+10+10), AssA = 1.
    assert figures.gs_hota == approx(np.sqrt(0.5))


def test_a_track_that_changes_people_belongs_to_whom_it_followed_longer() -> None:
    rows = stand(5, 0, range(6)) + stand(5, 10, range(6, 10))
    assert judge(rows, name({5: (HOME, 4)})).team_accuracy == 1.0
    assert judge(rows, name({5: (AWAY, 23)})).team_accuracy == 0.0
    assert judge(rows, name({5: (HOME, 23)})).jersey_accuracy == 0.0


def test_the_category_is_that_of_most_people_though_nobody_was_followed_longer_than_another() -> None:
    people = stand(1, 0, range(4)) + stand(2, 0, range(4, 7)) + stand(3, 0, range(7, 10))
    who = name({1: (HOME, 4), 2: (AWAY, 5), 3: (AWAY, 6)})
    assert judge(stand(9, 0), name({9: (AWAY, 4)}), people=people, who=who).team_accuracy == 1.0


def test_a_detection_further_than_half_a_metre_has_no_say() -> None:
    rows = stand(5, 0, range(3)) + stand(5, 9.4, range(3, 10))
    assert judge(rows, name({5: (HOME, 4)})).team_accuracy == 1.0


def test_tracks_that_found_nobody_or_only_staff_are_left_out() -> None:
    rows = stand(5, 0) + stand(6, 50) + stand(7, 30)
    people = PEOPLE + stand(4, 30)
    who = name({1: (HOME, 4), 2: (AWAY, 23), 3: (REFEREE, -1), 4: (STAFF, -1)})
    said = name({5: (HOME, 4), 6: (HOME, 4), 7: (HOME, 4)})
    figures = judge(rows, said, people=people, who=who)
    assert (figures.team_accuracy, figures.player_tracks) == (1.0, 1)


def test_a_detection_without_a_track_is_no_track_to_judge() -> None:
    figures = judge(stand(5, 0) + stand(-3, 10), name({5: (HOME, 4)}))
    assert (figures.team_accuracy, figures.player_tracks) == (1.0, 1)


def test_numbers_are_asked_of_player_tracks_longer_than_a_second() -> None:
    # Frame 0 to 5 is exactly a second and too short; 0 to 6 is 1.2 s.
    said = name({5: (HOME, 4), 6: (AWAY, 99), 7: (REFEREE, 8)})
    figures = judge(stand(5, 0, range(7)) + stand(6, 10, range(6)) + stand(7, 20), said)
    assert (figures.player_tracks, figures.jersey_coverage, figures.jersey_accuracy) == (1, 1.0, 1.0)


def test_a_track_of_a_second_or_less_is_not_asked_for_its_team() -> None:
    said = name({5: (HOME, 4), 6: (HOME, 23)})
    assert judge(stand(5, 0) + stand(6, 10, range(6)), said).team_accuracy == 1.0
    assert judge(stand(5, 0) + stand(6, 10, range(7)), said).team_accuracy == 0.5


def test_a_track_without_a_number_costs_coverage_not_accuracy() -> None:
    people = PEOPLE + stand(4, 30) + stand(5, 40)
    who = name({1: (HOME, 4), 2: (AWAY, 23), 3: (REFEREE, -1), 4: (HOME, 5), 5: (AWAY, 0)})
    rows = stand(1, 0) + stand(2, 10) + stand(4, 30) + stand(5, 40)
    said = name({1: (HOME, 4), 2: (AWAY, -1), 4: (HOME, 6), 5: (AWAY, 0)})
    figures = judge(rows, said, people=people, who=who)
    assert (figures.player_tracks, figures.jersey_coverage) == (4, 0.75)
    assert figures.jersey_accuracy == approx(2 / 3)


@pytest.mark.parametrize("numbers", [{}, {5: (HOME, -1)}])
def test_without_a_number_there_is_no_accuracy(numbers: dict[int, tuple[int, int]]) -> None:
    figures = judge(stand(5, 0), name(numbers))
    assert (figures.jersey_coverage, figures.jersey_accuracy) == (0.0, None)


def test_without_tracks_that_found_somebody_there_is_nothing_to_judge() -> None:
    figures = judge(stand(5, 70), name({5: (HOME, 4)}))
    assert (figures.team_accuracy, figures.jersey_coverage, figures.player_tracks) == (None, None, 0)
    assert figures.gs_hota == 0.0


@pytest.mark.parametrize(("a", "b"), [(HOME, AWAY), (AWAY, HOME)])
def test_teams_a_and_b_are_judged_by_the_better_naming(a: int, b: int) -> None:
    said = name({5: (a, 4), 6: (b, 23), 7: (REFEREE, -1)})
    rows = stand(5, 0) + stand(6, 10) + stand(7, 20)
    figures = judge(rows, said, teams_named=False)
    assert (figures.team_accuracy, figures.teams_named) == (1.0, False)
    assert figures.gs_hota == approx(1.0)
    assert judge(rows, said, teams_named=True).team_accuracy == approx(1.0 if a == HOME else 1 / 3)


def test_the_better_naming_is_one_for_all_tracks() -> None:
    people = PEOPLE + stand(4, 30)
    who = name({1: (HOME, 4), 2: (AWAY, 23), 3: (REFEREE, -1), 4: (AWAY, 7)})
    said = name({1: (AWAY, 4), 2: (HOME, 23), 4: (AWAY, 7)})  # A and B swapped, and one of three wrong even so
    rows = stand(1, 0) + stand(2, 10) + stand(4, 30)
    assert judge(rows, said, people=people, who=who, teams_named=False).team_accuracy == approx(2 / 3)


def test_a_referees_number_does_not_count_in_gs_hota() -> None:
    assert judge(stand(7, 20), name({7: (REFEREE, 8)}), people=stand(3, 20)).gs_hota == approx(1.0)
    assert judge(stand(7, 0), name({7: (HOME, 8)}), people=stand(1, 0)).gs_hota == 0.0
