"""Who is who, on tracklets whose answer is plain to the eye."""

from dataclasses import replace

import numpy as np
import pytest

from sideline.errors import IdentityError
from sideline.evaluation.identities import measure_identities
from sideline.identity.resolver import Identities, resolve
from sideline.identity.settings import ResolverSettings
from sideline.identity.tracklets import Tracklets
from sideline.identity.verdicts import IdentityVerdict, give_verdicts
from sideline.match_sheet import MatchSheet
from sideline.simulator.motion import simulate_motion
from sideline.simulator.people import make_people
from sideline.simulator.roster import roster_toml
from sideline.simulator.tracklets import track_match
from sideline.tensors import NO_NUMBER, Category
from tests.identity.scenes import ANY, AWAY, HOME, REFEREE, make_tracklets, roster

ALONE = ResolverSettings(exclusive=False)


def who(identities: Identities) -> list[str]:
    return [verdict.global_id for verdict in give_verdicts(identities)]


def test_number_and_kit_name_the_player() -> None:
    tracklets = make_tracklets([(0, 9), (0, 9), (0, 9)], [HOME, AWAY, REFEREE], {0: (4, 0.9), 1: (4, 0.9)})
    assert who(resolve(tracklets, roster())) == ["home-4", "away-4", "referee"]


def test_two_tracklets_of_one_time_are_two_people() -> None:
    tracklets = make_tracklets([(0, 9), (0, 9)], [AWAY, AWAY], {0: (7, 0.95), 1: (7, 0.55)})
    assert who(resolve(tracklets, roster(), ALONE)) == ["away-7", "away-7"]
    assert who(resolve(tracklets, roster())) == ["away-7", "away-4"]


def test_of_two_tracklets_the_probabilities_are_those_of_all_pairs_counted() -> None:
    teams = [(0.7, 0.2, 0.1), (0.5, 0.3, 0.2)]
    tracklets = make_tracklets([(0, 9), (0, 9)], teams, {0: (4, 0.8), 1: (4, 0.6)})
    beliefs = resolve(tracklets, roster(), ResolverSettings(presence=False, rounds=20)).beliefs
    single = np.exp(beliefs.prior + beliefs.team + beliefs.number)
    pairs = single[0][:, None] * single[1]
    np.fill_diagonal(pairs[:5, :5], 0.0)  # two people; of officials (2 more may be there) a third of the pairs is lost
    pairs[5, 5] *= 2 / 3
    expected = np.stack([pairs.sum(axis=1), pairs.sum(axis=0)]) / pairs.sum()
    assert beliefs.probabilities == pytest.approx(expected, abs=2e-3)


def test_three_officials_may_be_on_the_floor_and_a_fourth_is_unknown() -> None:
    tracklets = make_tracklets([(0, 9)] * 4, [REFEREE] * 4)
    assert sorted(who(resolve(tracklets, roster()))) == ["referee", "referee", "referee", "unknown"]


def test_who_was_named_once_is_known_by_looks_later() -> None:
    looks = [[1.0, 0.0], [0.0, 1.0], [0.96, 0.05], [0.05, 0.96]] * 6
    times = [(20.0 * row, 20.0 * row + 9) for row in range(24)]
    read = {row: ((4, 5)[row % 2], 0.95) for row in range(12)}
    identities = resolve(make_tracklets(times, [HOME] * 24, read, looks), roster())
    assert who(identities) == ["home-4", "home-5"] * 12


def test_a_tracklet_that_begins_where_another_one_ended_is_the_same_person() -> None:
    places = [((0.0, 0.0), (5.0, 1.0)), ((5.3, 1.2), (9.0, 0.0)), ((-9.0, 3.0), (-9.0, 3.0))]
    tracklets = make_tracklets([(0, 9), (9.4, 20), (9.4, 20)], [HOME] * 3, {0: (6, 0.95)}, places_m=places)
    identities = resolve(tracklets, roster())
    assert who(identities)[:2] == ["home-6", "home-6"]
    assert "goes on from or to track 100" in give_verdicts(identities)[1].reason


def test_a_substitute_takes_over_and_the_first_returns() -> None:
    times = [(0.0, 60.0), (60.5, 120.0), (120.5, 180.0)]
    tracklets = make_tracklets(times, [HOME] * 3, {0: (4, 0.95), 1: (5, 0.95), 2: (4, 0.95)})
    assert who(resolve(tracklets, roster())) == ["home-4", "home-5", "home-4"]


def test_a_number_that_nobody_wears_leaves_the_person_unknown() -> None:
    tracklets = make_tracklets([(0, 9)], [HOME], {0: (88, 0.99)})
    verdict = give_verdicts(resolve(tracklets, roster(), ResolverSettings(unknown_share=0.2)))[0]
    assert (verdict.global_id, verdict.number, verdict.category) == ("unknown", 88, Category.HOME)
    assert verdict.reason == "fits none of the people known"


def test_without_evidence_players_stay_unknown() -> None:
    tracklets = make_tracklets([(0, 9)], [HOME])
    verdict = give_verdicts(resolve(tracklets, roster()))[0]
    assert (verdict.global_id, verdict.number, verdict.number_probability) == ("unknown", NO_NUMBER, 0.0)
    assert "nobody is probable enough" in verdict.reason


def test_times_alone_are_enough_to_answer_and_name_no_player() -> None:
    bare = Tracklets(np.array([7, 8]), np.array([0.0, 1.0]), np.array([5.0, 6.0]))
    assert not any("-" in person for person in who(resolve(bare, roster())))


def test_an_empty_match_has_no_identities() -> None:
    assert who(resolve(make_tracklets([], [], looks=[]), roster())) == []


def test_without_a_roster_numbers_that_were_read_often_are_people() -> None:
    times = [(10.0 * row, 10.0 * row + 9) for row in range(4)]
    tracklets = make_tracklets(times, [HOME] * 4, {0: (9, 0.9), 1: (9, 0.9), 2: (9, 0.9), 3: (8, 0.3)})
    identities = resolve(tracklets, None)
    assert [person.global_id for person in identities.persons] == ["home-9", "referee"]
    assert who(identities)[:3] == ["home-9"] * 3


def test_team_and_number_are_refined_by_who_it_is() -> None:
    unsure = (0.4, 0.55, 0.05)
    tracklets = make_tracklets([(0, 9)], [unsure], {0: (5, 0.97)})
    verdict: IdentityVerdict = give_verdicts(resolve(tracklets, roster()))[0]
    assert (verdict.global_id, verdict.category, verdict.number) == ("home-5", Category.HOME, 5)
    assert verdict.category_probability > 0.9
    assert 0.9 < verdict.probability < 1.0
    assert "number 5 was read" in verdict.reason


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ({"last_s": np.array([5.0, -1.0])}, "tracklet 101 ends before it starts"),
        ({"first_s": np.array([np.nan, 0.0])}, "tracklet 100 has a time that is not a number"),
        ({"ids": np.array([4, 4])}, "tracklet 4 stands there twice"),
        ({"team_probabilities": np.array([HOME, (0.9, 0.9, 0.9)])}, "tracklet 101 has team probabilities"),
        ({"team_probabilities": np.array([HOME, (np.nan, 0.5, 0.5)])}, "tracklet 101 has team probabilities"),
        ({"numbers": np.array([100, 0])}, "tracklet 100 has a number outside"),
        ({"number_probabilities": np.array([0.5, 1.5])}, "tracklet 101 has a number's probability"),
        ({"starts_m": np.zeros((1, 2))}, r"starts_m is \[1, 2\] for 2 tracklets"),
        ({"last_s": np.array([5e8, 6.0])}, "give first_s and last_s in seconds"),
    ],
)
def test_unusable_tracklets_are_refused_by_name(spoil: dict[str, np.ndarray], message: str) -> None:
    tracklets = replace(make_tracklets([(0, 9), (1, 8)], [HOME, ANY]), **spoil)
    with pytest.raises(IdentityError, match=message):
        resolve(tracklets, roster())


def test_on_ten_simulated_minutes_exclusivity_helps_and_nineteen_seconds_of_twenty_are_right() -> None:
    rng = np.random.default_rng(500)
    people = make_people(rng)
    tracked = track_match(simulate_motion(people, 600.0, 10.0, rng), people, rng)
    sheet = MatchSheet.parse(roster_toml(people))
    whole, alone = (
        measure_identities(resolve(tracked.tracklets, sheet, settings), people, tracked.truth).accuracy
        for settings in (ResolverSettings(), ALONE)
    )
    print(whole, alone)
    assert whole > 0.9
    assert whole > alone + 0.03
