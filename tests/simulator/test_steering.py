"""How bodies move: stopping, passing each other, contact, turning, jumping."""

import numpy as np
import pytest

from sideline.simulator.match_state import JUMP_S, MatchState, jump_heights, start_state
from sideline.simulator.people import make_people
from sideline.simulator.steering import ACCELERATION_M_S2, CONTACT_M, advance_bodies


@pytest.fixture
def state() -> MatchState:
    """A match at 25 fps in which everybody wants to stay where they are."""
    rng = np.random.default_rng(1)
    return start_state(make_people(rng), 25.0, rng)


def advance(state: MatchState, seconds: float) -> None:
    for _ in range(round(seconds * 25)):
        advance_bodies(state)


def test_a_person_alone_reaches_their_goal_and_stays_there(state: MatchState) -> None:
    goal = np.array([-8.0, 3.0])
    state.send(0, goal, 6.0)
    advance(state, 6.0)
    assert state.distance_to(0, goal) < 0.7
    assert np.linalg.norm(state.velocities_m_s[0]) < 1.0


def test_a_start_from_rest_gains_no_more_speed_than_legs_give(state: MatchState) -> None:
    state.send(0, np.array([-13.0, 0.0]), 8.0)
    advance(state, 0.4)
    speed = np.linalg.norm(state.velocities_m_s[0])
    assert 1.0 < speed <= 0.4 * ACCELERATION_M_S2 + 1e-6


def test_two_who_run_at_each_other_pass_without_touching(state: MatchState) -> None:
    state.positions_m[[0, 1]] = [[-12.0, 0.0], [-4.0, 0.05]]
    state.send(0, np.array([-4.0, 0.0]), 5.0)
    state.send(1, np.array([-12.0, 0.0]), 5.0)
    nearest = 9.0
    for _ in range(100):
        advance_bodies(state)
        nearest = min(nearest, state.distance_to(0, state.positions_m[1]))
    assert nearest >= CONTACT_M - 0.02
    assert state.distance_to(0, np.array([-4.0, 0.0])) < 1.0


def test_bodies_that_overlap_are_pushed_apart(state: MatchState) -> None:
    state.positions_m[[0, 1]] = [[-8.0, 0.0], [-7.9, 0.0]]
    advance_bodies(state)
    assert CONTACT_M - 0.02 < state.distance_to(0, state.positions_m[1]) < 0.5


def test_nobody_turns_faster_than_seven_radians_a_second(state: MatchState) -> None:
    before = state.headings_rad.copy()
    state.look_at_m[:] = state.positions_m - np.array([0.0, 5.0])
    advance_bodies(state)
    assert np.abs(state.headings_rad - before).max() == pytest.approx(7.0 / 25.0)


def test_a_jump_peaks_at_half_time_and_ends(state: MatchState) -> None:
    state.jump(3)
    assert jump_heights(np.array([0.0, JUMP_S / 2, JUMP_S])) == pytest.approx([0.0, 9.81 * JUMP_S**2 / 8, 0.0])
    advance(state, JUMP_S + 0.08)
    assert state.airborne_s[3] < 0.0
