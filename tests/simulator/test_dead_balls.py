"""Substitutions and the guards they leave behind."""

import numpy as np
import pytest

from sideline.simulator.dead_balls import huddle, substitute
from sideline.simulator.match_state import MatchState, start_state
from sideline.simulator.people import make_people
from sideline.simulator.plays import guard_of, switch_guards


@pytest.fixture
def state() -> MatchState:
    rng = np.random.default_rng(2)
    return start_state(make_people(rng), 25.0, rng)


def test_substitutions_keep_five_different_players_of_the_same_team(state: MatchState) -> None:
    for _ in range(30):
        substitute(state, 2)
        for team in range(2):
            assert len(set(state.lineup[team])) == 5
            assert set(state.lineup[team]) <= set(state.squads[team])
            assert set(state.bench_order[team]) == set(state.squads[team]) - set(state.lineup[team])


def test_everybody_at_the_bench_has_a_seat_of_their_own(state: MatchState) -> None:
    for _ in range(30):
        substitute(state, 2)
    resting = [*state.bench_order[0], *state.bench_order[1], *state.staff]
    seats = state.seats_m[resting]
    assert np.isfinite(seats).all()
    assert len(np.unique(seats, axis=0)) == 14


def test_home_sits_at_negative_x_and_away_at_positive_x(state: MatchState) -> None:
    assert (state.seats_m[state.bench_order[0]][:, 0] < -4.0).all()
    assert (state.seats_m[state.bench_order[1]][:, 0] > 4.0).all()


def test_a_substitute_takes_the_place_of_the_one_who_leaves(state: MatchState) -> None:
    before = state.lineup.copy()
    substitute(state, 1)
    team, column = np.argwhere(state.lineup != before)[0]
    left, came = before[team, column], state.lineup[team, column]
    assert state.goals_m[came] == pytest.approx(state.positions_m[left])
    assert state.bench_order[team][-1] == left


def test_a_huddle_is_a_circle_of_half_a_metre(state: MatchState) -> None:
    centres = np.array([[-3.0, 1.0], [3.0, 1.0]])
    huddle(state, centres)
    for team in range(2):
        radii = np.linalg.norm(state.goals_m[state.lineup[team]] - centres[team], axis=1)
        assert radii == pytest.approx(np.full(5, 0.5))


def test_a_switch_swaps_the_guards_of_two_attackers(state: MatchState) -> None:
    one, other = int(state.attackers[0]), int(state.attackers[3])
    guards = guard_of(state, one), guard_of(state, other)
    switch_guards(state, one, other)
    assert (guard_of(state, other), guard_of(state, one)) == guards
