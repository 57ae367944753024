"""Shots and the crowd below the hoop that fights for the rebound."""

import numpy as np

from sideline.arrays import Float64s, Int64s
from sideline.simulator.match_state import RIM_M, MatchState, attack_point
from sideline.simulator.plays import Script, guard_of, wait


def shoot(state: MatchState) -> Script:
    """The handler jumps and shoots, the guard jumps too, and everyone near goes for the rebound."""
    shooter = state.ball.holder
    state.jump(shooter)
    if state.distance_to(guard_of(state, shooter), state.positions_m[shooter]) < 1.5 and state.rng.random() < 0.6:
        state.jump(guard_of(state, shooter))
    yield from wait(state, 0.25)
    far_m = state.distance_to(shooter, state.hoop_m)
    state.ball.throw_at(rim_of(state), 0.5 + 0.11 * far_m, 0.9 + 0.12 * far_m)
    yield from crowd_hoop(state, state.ball.flight_s)


def crowd_hoop(state: MatchState, seconds: float) -> Script:
    """Six to eight people box out below the hoop, each defender between an attacker and the ball."""
    state.is_guarding = False
    order = np.argsort(np.linalg.norm(state.positions_m[state.attackers] - state.hoop_m, axis=1))
    fighters = order[: state.rng.integers(3, 5)]
    angles = state.rng.permutation(np.linspace(-1.3, 1.3, len(fighters))) + np.pi * (state.side > 0)
    for column, angle in zip(fighters, angles, strict=True):
        _box_out(state, int(column), np.array([np.cos(angle), np.sin(angle)]))
    for column in order[len(fighters) :]:
        state.send(state.defenders[column], state.hoop_m - [state.side * state.rng.uniform(2.0, 4.5), 0.0], 4.5)
        state.send(state.attackers[column], attack_point(state.side, 9.5, state.rng.uniform(-3.0, 3.0)), 3.0)
    yield from wait(state, seconds)


def _box_out(state: MatchState, column: int, outward: Float64s) -> None:
    """A defender below the hoop with the attacker pressing from outside; outward is a unit vector (2,)."""
    radius_m = state.rng.uniform(0.5, 0.9)
    state.send(state.defenders[column], state.hoop_m + radius_m * outward, 6.0)
    state.send(state.attackers[column], state.hoop_m + (radius_m + 0.3) * outward, 6.5)


def rim_of(state: MatchState) -> Float64s:
    """(3,) centre of the attacked rim, x, y, z."""
    return np.array([state.hoop_m[0], RIM_M, state.hoop_m[1]])


def nearest_to_hoop(state: MatchState, count: int) -> Int64s:
    """IDs of the people on court nearest to the attacked hoop, nearest first."""
    people = state.lineup.ravel()
    distance = np.linalg.norm(state.positions_m[people] - state.hoop_m, axis=1)
    return np.asarray(people[np.argsort(distance)[:count]])
