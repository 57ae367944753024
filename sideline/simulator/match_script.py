"""The course of a match: attacks, rebounds, fast breaks, fouls, free throws, inbounds, substitutions, without end."""

from typing import Final

import numpy as np

from sideline.simulator.match_state import HALF_WIDTH_M, RIM_M, MatchState, attack_point
from sideline.simulator.plays import Script, crowd_hoop, run_half_court, shoot, take_formation, wait, wait_until

LONGEST_LIVE_S: Final = 24.0
"""After this time without a whistle the next attack ends with a foul."""
_LANE: Final = ((2.6, -2.9), (2.6, 2.9), (3.6, -2.9), (3.6, 2.9), (4.6, -2.9), (4.6, 2.9))
_LINE_M: Final = 5.8


def play_match(state: MatchState) -> Script:
    """Play on and on; each yield is one frame."""
    state.ball.give_to(int(state.attackers[0]))
    while True:
        yield from play_attack(state)


def play_attack(state: MatchState) -> Script:
    """One attack up to the moment when a team has the ball for the next one."""
    yield from run_half_court(state)
    is_overdue = state.clock_s - state.dead_at_s > LONGEST_LIVE_S
    ending = state.rng.random()
    if is_overdue or ending < 0.25:
        yield from call_foul(state)
    elif ending < 0.33:
        yield from lose_ball(state)
    else:
        yield from shoot(state)
        yield from settle_shot(state, state.rng.random() < 0.45)


def settle_shot(state: MatchState, is_made: bool) -> Script:
    """After the ball reached the rim: a basket and its inbound, or a fight for the rebound."""
    if is_made:
        state.ball.throw_at(np.array([state.hoop_m[0], 0.3, 0.0]), 0.5, 0.0)
        yield from wait(state, 0.7)
        yield from inbound_baseline(state)
        return
    rebounder = int(state.rng.choice(_nearest(state, 4)))
    for person in _nearest(state, 3):
        state.jump(int(person))
    state.ball.throw_to(rebounder, 0.55, 0.5)
    yield from wait(state, 0.8)
    if rebounder in state.attackers:
        state.is_guarding = True
        return
    yield from turn_over(state, rebounder, is_fast=state.rng.random() < 0.5)


def turn_over(state: MatchState, handler: int, *, is_fast: bool) -> Script:
    """The other team runs to the other end, in a sprint or at a jog; the former attackers run back."""
    state.offence = 1 - state.offence
    state.ball.give_to(handler)
    state.is_guarding = True
    state.gaps_m = state.rng.uniform(0.6, 1.3, 5)
    take_formation(state, 7.8 if is_fast else 4.2)
    state.paces_m_s[handler] = 6.8 if is_fast else 3.8
    yield from wait_until(state, lambda: state.side * state.positions_m[state.ball.holder, 0] > 4.0, 9.0)


def lose_ball(state: MatchState) -> Script:
    """A steal: a defender has the ball and everybody turns round."""
    thief = int(state.rng.choice(state.defenders))
    state.ball.throw_to(thief, 0.5)
    yield from wait_until(state, lambda: not state.ball.is_flying, 1.5)
    yield from turn_over(state, thief, is_fast=True)


def inbound_baseline(state: MatchState) -> Script:
    """The team that was scored on takes the ball behind its baseline and brings it up."""
    behind = state.hoop_m + [state.side * 1.9, state.rng.choice([-1.6, 1.6])]
    state.offence = 1 - state.offence
    passer, handler = state.attackers[np.argsort(np.linalg.norm(state.positions_m[state.attackers] - behind, axis=1))][
        :2
    ]
    state.is_guarding = True
    take_formation(state, 3.6)
    state.send(passer, behind, 4.5)
    state.send(handler, state.positions_m[passer] * 0.75, 3.0)
    state.ball.throw_to(int(passer), 0.8)
    yield from wait_until(state, lambda: state.distance_to(int(passer), behind) < 0.4, 3.0)
    state.ball.throw_to(int(handler), 0.5)
    yield from wait(state, 0.7)
    take_formation(state, 3.6)
    yield from wait_until(state, lambda: state.side * state.positions_m[state.ball.holder, 0] > 3.0, 9.0)


def call_foul(state: MatchState) -> Script:
    """The whistle: walking, a huddle, substitutions, then free throws or an inbound from the side."""
    state.is_live, state.is_guarding = False, False
    holder = state.ball.holder
    on_court = state.lineup.ravel()
    state.send(on_court, state.positions_m[on_court] + state.rng.normal(0.0, 1.2, (10, 2)), 1.4)
    yield from wait(state, state.rng.uniform(0.8, 1.6))
    substitute(state, state.rng.integers(1, 3))
    state.ball.throw_to(int(state.attackers[0]) if holder not in state.attackers else holder, 0.6)
    huddle(state)
    yield from wait(state, state.rng.uniform(2.0, 4.0))
    is_shooting = state.rng.random() < 0.5
    yield from shoot_free_throws(state) if is_shooting else inbound_side(state)


def substitute(state: MatchState, most: int) -> None:
    """Exchange up to `most` players of each team, at least one in all, for others from the bench."""
    first = int(state.rng.integers(2))
    for team, count in ((first, int(most)), (1 - first, int(state.rng.integers(0, 2)))):
        for column in state.rng.choice(5, count, replace=False):
            waiting = np.setdiff1d(state.squads[team], state.lineup[team])
            leaving, entering = state.lineup[team, column], int(state.rng.choice(waiting))
            state.lineup[team, column] = entering
            state.seats_m[leaving], state.goals_m[entering] = state.seats_m[entering], state.positions_m[leaving]
            state.paces_m_s[entering] = 2.8


def huddle(state: MatchState) -> None:
    """Each team stands together in a narrow circle for a few words."""
    for team in range(2):
        centre = state.positions_m[state.lineup[team]].mean(0) * [0.9, 0.6] + [0.0, 2.5 * (2 * team - 1)]
        angles = state.rng.uniform(0, 2 * np.pi) + np.arange(5) * 2 * np.pi / 5
        circle = centre + 0.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        state.send(state.lineup[team], circle, 2.6)


def shoot_free_throws(state: MatchState) -> Script:
    """Line up along the lane, shoot twice, fight for the second rebound."""
    shooter = int(state.ball.holder if state.ball.holder >= 0 else state.attackers[0])
    rows = [
        *state.defenders[:2],
        *[person for person in state.attackers if person != shooter][:2],
        *state.defenders[2:4],
    ]
    state.send(state.lineup.ravel(), attack_point(state.side, 9.5, 0.0), 2.2)
    others = np.setdiff1d(state.lineup.ravel(), [*rows, shooter])
    for person, across in zip(others, (-2.0, 0.0, 2.0), strict=True):
        state.send(int(person), attack_point(state.side, 9.0, across), 2.2)
    for person, place in zip(rows, _LANE, strict=True):
        state.send(int(person), attack_point(state.side, *place), 2.2)
    state.send(shooter, attack_point(state.side, _LINE_M, 0.0), 2.0)
    yield from wait_until_placed(state)
    state.ball.give_to(shooter)
    state.is_live, state.dead_at_s = True, state.clock_s
    yield from wait(state, 1.5)
    hoop = np.array([state.hoop_m[0], RIM_M, 0.0])
    state.ball.throw_at(hoop, 1.0, 1.3)
    yield from wait(state, 1.2)
    state.ball.throw_to(shooter, 1.0)
    yield from wait(state, 2.5)
    state.ball.throw_at(hoop, 1.0, 1.3)
    yield from wait(state, 0.5)
    yield from crowd_hoop(state, 0.6)
    yield from settle_shot(state, state.rng.random() < 0.6)


def inbound_side(state: MatchState) -> Script:
    """The ball comes in from a sideline of the attacked half."""
    take_formation(state, 2.4)
    passer = int(state.rng.choice(state.attackers))
    spot = attack_point(state.side, state.rng.uniform(3.0, 9.0), state.rng.choice([-1.0, 1.0]) * (HALF_WIDTH_M + 0.3))
    state.send(passer, spot, 2.4)
    state.is_guarding = True
    yield from wait_until_placed(state)
    state.ball.give_to(passer)
    state.is_live, state.dead_at_s = True, state.clock_s
    yield from wait(state, 0.8)
    receiver = min(
        (int(mate) for mate in state.attackers if mate != passer), key=lambda mate: state.distance_to(mate, spot)
    )
    state.ball.throw_to(receiver, 0.6)
    yield from wait_until(state, lambda: not state.ball.is_flying, 2.0)


def wait_until_placed(state: MatchState) -> Script:
    """Wait until those who left have left the floor and those who entered are in their places."""
    resting = np.setdiff1d(state.squads.ravel(), state.lineup.ravel())

    def is_placed() -> bool:
        off = state.positions_m[resting, 1] < -8.6
        far = np.linalg.norm(state.positions_m - state.goals_m, axis=1)[state.attackers]
        on = state.positions_m[state.lineup.ravel(), 1] > -8.4
        return bool(off.all() and on.all() and (far < 1.0).all())

    yield from wait_until(state, is_placed, 14.0)


def _nearest(state: MatchState, count: int) -> np.ndarray:  # type: ignore[type-arg]
    """The people on court nearest to the hoop."""
    people = state.lineup.ravel()
    return people[np.argsort(np.linalg.norm(state.positions_m[people] - state.hoop_m, axis=1))[:count]]
