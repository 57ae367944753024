"""What a team with the ball does in the half court: passes, cuts, screens, hand-offs and drives.

A play is a generator: each yield is one frame of the match. It sets goals and moves the ball; the bodies follow by
themselves (steering.py) and so do defenders and referees (roles.py).
"""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from sideline.arrays import Float64s
from sideline.simulator.match_state import MatchState, attack_point

Script = Iterator[None]

FORMATIONS: Final = (
    ((8.6, 0.0), (6.4, -5.2), (6.4, 5.2), (1.3, -6.7), (1.3, 6.7)),
    ((8.8, 0.5), (7.0, -5.0), (6.0, 5.4), (1.6, -6.6), (2.6, 2.6)),
    ((8.6, -2.6), (8.4, 2.8), (2.0, -6.6), (5.6, 2.2), (2.4, -2.4)),
    ((9.0, 0.0), (5.6, -2.4), (5.6, 2.4), (1.4, -6.6), (1.4, 6.6)),
    ((8.0, -4.0), (7.6, 4.2), (1.8, 6.6), (2.6, -2.7), (2.4, 2.7)),
)
"""Five places each: distance from the attacked baseline and z, metres."""


def wait(state: MatchState, seconds: float) -> Script:
    """Let the match run on for some seconds."""
    for _ in range(max(1, round(seconds / state.dt_s))):
        yield


def wait_until(state: MatchState, is_done: Callable[[], bool], at_most_s: float) -> Script:
    """Let the match run on until something holds, but no longer than at_most_s."""
    for _ in range(round(at_most_s / state.dt_s)):
        if is_done():
            return
        yield


def take_formation(state: MatchState, pace_m_s: float) -> None:
    """Send the attackers to the nearest free places of a formation."""
    places = [attack_point(state.side, *place) for place in FORMATIONS[state.rng.integers(len(FORMATIONS))]]
    for person in state.rng.permutation(state.attackers):
        nearest = min(range(len(places)), key=lambda index: state.distance_to(person, places[index]))
        state.send(person, places.pop(nearest), pace_m_s)
    state.gaps_m = state.rng.uniform(0.6, 1.2, 5)


def run_half_court(state: MatchState) -> Script:
    """One set attack, without its shot."""
    take_formation(state, 4.0)
    ends_s = state.clock_s + state.rng.uniform(4.0, 10.0)
    yield from wait(state, 0.8)
    while state.clock_s < ends_s:
        yield from ACTIONS[state.rng.choice(len(ACTIONS), p=_ACTION_WEIGHTS)](state)


def finish_break(state: MatchState) -> Script:
    """The end of a fast break: the handler sprints to the hoop, perhaps with a pass to a runner beside."""
    if state.rng.random() < 0.5:
        runner = min(mates_of(state), key=lambda mate: state.distance_to(mate, state.hoop_m))
        state.send(runner, state.hoop_m - [state.side * 1.0, 0.0], 7.6)
        state.ball.throw_to(runner, 0.7)
        yield from wait_until(state, lambda: not state.ball.is_flying, 2.0)
    handler = state.ball.holder
    state.send(handler, state.hoop_m - [state.side * 0.9, state.rng.uniform(-1.0, 1.0)], 7.4)
    yield from _until_near(state, handler, 1.2, 3.0)


def pass_ball(state: MatchState) -> Script:
    """Pass to a teammate, mostly a near one."""
    mates = mates_of(state)
    distance = np.array([state.distance_to(mate, state.positions_m[state.ball.holder]) for mate in mates])
    weights = np.exp(-distance / 5.0)
    receiver = int(state.rng.choice(mates, p=weights / weights.sum()))
    state.ball.throw_to(receiver, 0.15 + float(distance[mates.index(receiver)]) / 12.0)
    yield from wait_until(state, lambda: not state.ball.is_flying, 2.0)
    yield from wait(state, state.rng.uniform(0.2, 0.8))


def cut(state: MatchState) -> Script:
    """Someone without the ball runs through the lane and out to the other side; a teammate fills their place."""
    cutter, filler = (int(mate) for mate in state.rng.permutation(mates_of(state))[:2])
    left = state.goals_m[cutter].copy()
    state.send(cutter, attack_point(state.side, state.rng.uniform(1.6, 3.5), state.rng.uniform(-1.0, 1.0)), 5.8)
    yield from wait(state, 0.6)
    state.send(filler, left, 3.8)
    yield from _until_near(state, cutter, 1.0, 2.0)
    state.send(cutter, left * [1.0, -1.0] if abs(left[1]) > 2.0 else state.hoop_m - [state.side, 5.0], 4.8)
    yield from wait(state, state.rng.uniform(0.4, 1.0))


def exchange(state: MatchState) -> Script:
    """Two attackers swap places and pass shoulder to shoulder, their defenders with them."""
    one, other = (int(mate) for mate in state.rng.permutation(mates_of(state))[:2])
    goals = state.goals_m[[one, other]].copy()
    state.send(one, goals[1], 4.6)
    state.send(other, goals[0], 4.6)
    yield from wait(state, state.rng.uniform(1.2, 2.0))


def screen_ball(state: MatchState) -> Script:
    """A big stands body to body with the handler's defender; the handler drives past, the defenders may switch."""
    handler = state.ball.holder
    screener = _nearest_mate(state, state.positions_m[handler])
    victim = guard_of(state, handler)
    way = state.rng.choice([-1.0, 1.0])
    for _ in range(round(1.5 / state.dt_s)):
        state.send(screener, state.positions_m[victim] + [0.1 * state.side, 0.44 * way], 5.0)
        yield
    state.send(handler, state.positions_m[victim] + [state.side * 0.8, 1.6 * way], 5.5)
    yield from wait(state, 0.6)
    state.send(handler, state.hoop_m - [state.side * 4.5, -2.5 * way], 5.5)
    if state.rng.random() < 0.4:
        switch_guards(state, handler, screener)
    yield from wait(state, 0.3)
    state.send(screener, state.hoop_m - [state.side * 1.0, 0.8 * way], 5.2)
    yield from wait(state, state.rng.uniform(0.6, 1.2))


def screen_away(state: MatchState) -> Script:
    """A screen for someone without the ball, who curls around it to the top."""
    shooter, screener = (int(mate) for mate in state.rng.permutation(mates_of(state))[:2])
    victim = guard_of(state, shooter)
    for _ in range(round(1.3 / state.dt_s)):
        state.send(screener, state.positions_m[victim] + [-0.3 * state.side, 0.33], 5.0)
        yield
    place = state.goals_m[screener].copy()
    state.send(shooter, attack_point(state.side, 7.8, state.rng.uniform(-4.0, 4.0)), 5.6)
    yield from wait(state, 0.9)
    if state.rng.random() < 0.3:
        switch_guards(state, shooter, screener)
    state.send(screener, place + state.rng.normal(0.0, 1.0, 2), 3.5)
    yield from wait(state, 0.4)


def hand_off(state: MatchState) -> Script:
    """A teammate runs past the handler shoulder to shoulder and takes the ball along."""
    handler = state.ball.holder
    runner = _nearest_mate(state, state.positions_m[handler])
    away = state.goals_m[runner].copy()
    for _ in range(round(2.0 / state.dt_s)):
        state.send(runner, state.positions_m[handler] + [-0.4 * state.side, 0.0], 5.4)
        if state.distance_to(runner, state.positions_m[handler]) < 0.75:
            break
        yield
    state.ball.throw_to(runner, 0.1, 0.0)
    state.send(runner, 2.0 * state.positions_m[handler] - away, 5.4)
    yield from wait(state, 0.5)
    state.send(handler, away, 4.0)
    yield from wait(state, state.rng.uniform(0.5, 1.0))


def drive(state: MatchState) -> Script:
    """The handler attacks the hoop and, unless close enough to finish, passes out of it."""
    handler = state.ball.holder
    state.send(handler, state.hoop_m - [state.side * 1.0, state.rng.uniform(-1.2, 1.2)], 6.4)
    helper = int(state.rng.choice(state.defenders))
    yield from _until_near(state, handler, 2.6, 1.6)
    state.send(helper, state.hoop_m, 6.0)
    yield from wait(state, 0.25)
    if state.rng.random() < 0.6:
        yield from pass_ball(state)
        state.send(handler, attack_point(state.side, state.rng.uniform(1.2, 7.5), state.rng.choice([-6.2, 6.2])), 3.8)


ACTIONS: Final = (pass_ball, cut, exchange, screen_ball, screen_away, hand_off, drive)
_ACTION_WEIGHTS: Final = (0.22, 0.14, 0.12, 0.2, 0.1, 0.1, 0.12)


def switch_guards(state: MatchState, one: int, other: int) -> None:
    """Two defenders swap the attackers they guard."""
    team = 1 - state.offence
    columns = [int(np.flatnonzero(state.attackers == person)[0]) for person in (one, other)]
    state.lineup[team, columns] = state.lineup[team, columns[::-1]]


def mates_of(state: MatchState) -> list[int]:
    """The attackers without the ball."""
    return [int(person) for person in state.attackers if person != state.ball.holder]


def _nearest_mate(state: MatchState, point_m: Float64s) -> int:
    return min(mates_of(state), key=lambda mate: state.distance_to(mate, point_m))


def guard_of(state: MatchState, attacker: int) -> int:
    """The defender of one attacker."""
    return int(state.defenders[np.flatnonzero(state.attackers == attacker)[0]])


def _until_near(state: MatchState, person: int, metres: float, at_most_s: float) -> Script:
    goal = state.goals_m[person].copy()
    yield from wait_until(state, lambda: state.distance_to(person, goal) < metres, at_most_s)
