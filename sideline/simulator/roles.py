"""What people do without being told by a play: guard, officiate, dribble, sit at the bench, look at the ball."""

from typing import Final

import numpy as np

from sideline.simulator.match_state import (
    AISLE_Z_M,
    ARMS_UP,
    DEFEND,
    DRIBBLE,
    HALF_LENGTH_M,
    WALK,
    MatchState,
    attack_point,
)

_FLOOR_M: Final = np.array([14.5, 7.9])
"""Nobody on court wants to be farther from the centre than this (x, z)."""
_LEAD_S: Final = 0.2


def follow_roles(state: MatchState) -> None:
    """Set the goals, looks and arms that follow from where everybody else is."""
    state.look_at_m[:] = state.ball.position_m[[0, 2]]
    state.arms[state.airborne_s < 0.0] = WALK
    _officiate(state)
    _keep_bench(state)
    if state.is_guarding:
        _guard(state)
    _dribble(state)
    state.arms[state.airborne_s >= 0.0] = ARMS_UP
    on_court = state.lineup.ravel()
    state.goals_m[on_court] = np.clip(state.goals_m[on_court], -_FLOOR_M, _FLOOR_M)


def _guard(state: MatchState) -> None:
    """Man-to-man: each defender between their attacker and the hoop, nearer to the one with the ball."""
    attackers, defenders = state.attackers, state.defenders
    men = state.positions_m[attackers] + _LEAD_S * state.velocities_m_s[attackers]
    to_hoop = state.hoop_m - men
    distance = np.maximum(np.linalg.norm(to_hoop, axis=1), 0.3)
    gap = np.where(attackers == state.ball.holder, 0.75 * state.gaps_m, state.gaps_m)
    reach = np.minimum(gap, 0.6 * distance)
    state.goals_m[defenders] = men + to_hoop * (reach / distance)[:, None]
    state.paces_m_s[defenders] = 7.2
    state.look_at_m[defenders] = state.positions_m[attackers]
    is_close = np.linalg.norm(state.positions_m[defenders] - state.positions_m[attackers], axis=1) < 2.0
    is_back = np.linalg.norm(state.positions_m[defenders] - state.hoop_m, axis=1) < 9.0
    state.arms[defenders[is_close & is_back]] = DEFEND


def _dribble(state: MatchState) -> None:
    holder = state.ball.holder
    if holder < 0 or not state.is_live:
        return
    state.look_at_m[holder] = state.hoop_m
    if np.linalg.norm(state.velocities_m_s[holder]) > 0.6:
        state.arms[holder] = DRIBBLE


def _officiate(state: MatchState) -> None:
    """Lead on the baseline, centre at the far sideline, trail behind play; lead and trail change with direction."""
    first, centre, second = (int(person) for person in state.referees)
    lead, trail = (first, second) if state.side > 0 else (second, first)
    ball_x, _, ball_z = state.ball.position_m
    depth_m = HALF_LENGTH_M - state.side * ball_x
    lead_z = 4.0 if ball_z > 0 else -4.0
    state.send(lead, attack_point(state.side, max(-0.4, min(depth_m - 7.0, 24.0)), lead_z), 5.8)
    state.send(centre, attack_point(state.side, float(np.clip(depth_m, 4.5, 22.0)), -7.6), 4.5)
    state.send(trail, attack_point(state.side, float(np.clip(depth_m + 3.5, 9.0, 27.0)), 5.5), 4.5)


def _keep_bench(state: MatchState) -> None:
    """Those who are not in the line-up walk to the aisle and along it to their seats; one coach a bench paces."""
    away = np.setdiff1d(state.squads.ravel(), state.lineup.ravel())
    places = state.seats_m[away]
    x_off = np.abs(state.positions_m[away, 0] - places[:, 0])
    aisle = np.stack([places[:, 0], np.full(len(away), AISLE_Z_M)], axis=1)
    in_aisle = np.where((x_off > 0.5)[:, None], aisle, places)
    state.goals_m[away] = in_aisle
    state.look_at_m[away] = places + np.array([0.0, 5.0])
    state.paces_m_s[away] = 2.6
    state.goals_m[state.staff] = state.seats_m[state.staff]
    coaches = state.staff[::2]
    phase = 0.25 * state.clock_s + np.arange(len(coaches)) * 2.0
    state.goals_m[coaches, 0] = state.seats_m[coaches, 0] + 0.9 * np.sin(phase)
    state.goals_m[coaches, 1] = AISLE_Z_M - 0.2
    state.paces_m_s[state.staff] = 1.1
