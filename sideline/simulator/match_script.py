"""The course of a match: attacks, rebounds, fast breaks, steals, baskets and fouls, without end."""

from typing import Final

import numpy as np

from sideline.simulator.dead_balls import inbound_side, shoot_free_throws, stop_play
from sideline.simulator.match_state import MatchState
from sideline.simulator.plays import Script, finish_break, run_half_court, take_formation, wait, wait_until
from sideline.simulator.shots import nearest_to_hoop, shoot

LONGEST_LIVE_S: Final = 17.0
"""After this time without a whistle the next attack ends with a foul."""


def play_match(state: MatchState) -> Script:
    """Play on and on; each yield is one frame."""
    state.ball.give_to(int(state.attackers[0]))
    while True:
        yield from play_attack(state)


def play_attack(state: MatchState) -> Script:
    """One attack up to the moment when a team has the ball for the next one."""
    if state.is_fast_break:
        yield from finish_break(state)
    else:
        yield from run_half_court(state)
    state.is_fast_break = False
    is_overdue = state.clock_s - state.live_since_s > LONGEST_LIVE_S
    ending = state.rng.random()
    if is_overdue or ending < 0.15:
        yield from play_foul(state)
    elif ending < 0.30:
        yield from lose_ball(state)
    else:
        yield from shoot(state)
        yield from settle_shot(state, is_made=state.rng.random() < 0.4)


def play_foul(state: MatchState) -> Script:
    """A foul, mostly on a shot or its rebound; substitutions; then free throws or an inbound from the side."""
    if state.rng.random() < 0.65:
        yield from shoot(state)
        yield from wait(state, 0.5)
    yield from stop_play(state)
    if state.rng.random() < 0.5:
        yield from inbound_side(state)
        return
    yield from shoot_free_throws(state)
    yield from settle_shot(state, is_made=state.rng.random() < 0.6)


def settle_shot(state: MatchState, *, is_made: bool) -> Script:
    """After the ball reached the rim: a basket and its inbound, or a fight for the rebound."""
    if is_made:
        state.ball.throw_at(np.array([state.hoop_m[0], 0.3, 0.0]), 0.5, 0.0)
        yield from wait(state, 0.7)
        yield from inbound_baseline(state)
        return
    crowd = nearest_to_hoop(state, 4)
    for person in crowd[:3]:
        state.jump(int(person))
    rebounder = int(state.rng.choice(crowd))
    state.ball.throw_to(rebounder, 0.55, 0.5)
    yield from wait(state, 0.8)
    if rebounder in state.attackers:
        state.is_guarding = True
    else:
        yield from turn_over(state, rebounder, is_fast=state.rng.random() < 0.7)


def turn_over(state: MatchState, handler: int, *, is_fast: bool) -> Script:
    """The other team runs to the other end, in a sprint or at a jog; the former attackers run back."""
    state.offence = 1 - state.offence
    state.ball.give_to(handler)
    state.is_guarding, state.is_fast_break = True, is_fast
    take_formation(state, 7.8 if is_fast else 4.2)
    state.paces_m_s[handler] = 7.2 if is_fast else 3.8
    yield from carry_ball_up(state, 0.0 if is_fast else 4.0)


def carry_ball_up(state: MatchState, line_x_m: float) -> Script:
    """Run on until the ball's holder has passed a line, metres beyond the centre towards the attacked hoop."""
    yield from wait_until(state, lambda: state.side * state.ball.position_m[0] > line_x_m, 9.0)


def lose_ball(state: MatchState) -> Script:
    """A steal: a defender has the ball and everybody turns round."""
    thief = int(state.rng.choice(state.defenders))
    state.ball.throw_to(thief, 0.5)
    yield from wait_until(state, lambda: not state.ball.is_flying, 1.5)
    yield from turn_over(state, thief, is_fast=True)


def inbound_baseline(state: MatchState) -> Script:
    """The team that was scored on takes the ball behind its baseline and brings it up."""
    behind = state.hoop_m + np.array([state.side * 1.9, state.rng.choice([-1.6, 1.6])])
    state.offence = 1 - state.offence
    order = np.argsort(np.linalg.norm(state.positions_m[state.attackers] - behind, axis=1))
    passer, handler = (int(person) for person in state.attackers[order[:2]])
    state.is_guarding = True
    take_formation(state, 3.6)
    state.send(passer, behind, 4.5)
    state.send(handler, state.positions_m[passer] * 0.75, 3.0)
    state.ball.throw_to(passer, 0.8)
    yield from wait_until(state, lambda: state.distance_to(passer, behind) < 0.4, 3.0)
    state.ball.throw_to(handler, 0.5)
    yield from wait(state, 0.7)
    take_formation(state, 3.6)
    yield from carry_ball_up(state, 3.0)
