"""How bodies move: towards a goal, within the limits of legs, around and against each other.

Anticipatory avoidance after Karamouzas et al., "Universal power law governing pedestrian interactions" (2014), in a
simple form: the shorter the time to the closest approach and the closer it is, the stronger the sidestep.
"""

from typing import Final

import numpy as np

from sideline.arrays import Float64s
from sideline.simulator.match_state import AISLE_Z_M, DEFEND, JUMP_S, MatchState

ACCELERATION_M_S2: Final = 5.0
BRAKE_M_S2: Final = 3.5
CONTACT_M: Final = 0.42
"""No two bodies' foot-points come closer."""
_REACTION_S: Final = 0.18
_PERSONAL_M: Final = 0.55
_HORIZON_S: Final = 0.9
_AVOID_M_S2: Final = 9.0
_GIVE_M_S2: Final = 8.0
"""Closing speed that two people lose together when they are about to touch."""
_TURN_RAD_S: Final = 7.0
_WANDER_M: Final = 0.16
_WANDER_S: Final = 0.8


def advance_bodies(state: MatchState) -> None:
    """Move everybody by one frame and turn them."""
    _wander(state)
    wish = _wish_velocities(state)
    acceleration = (wish - state.velocities_m_s) / _REACTION_S + _avoid(state.positions_m, state.velocities_m_s)
    acceleration = _clip_norm(acceleration, ACCELERATION_M_S2)
    velocities = _clip_norm(state.velocities_m_s + acceleration * state.dt_s, state.top_speeds_m_s)
    velocities = _soften_contacts(state.positions_m, velocities)
    before = state.positions_m
    state.positions_m = _separate(before + velocities * state.dt_s)
    state.velocities_m_s = _clip_norm((state.positions_m - before) / state.dt_s, state.top_speeds_m_s)
    _turn(state)
    flying = state.airborne_s >= 0.0
    state.airborne_s[flying] += state.dt_s
    state.airborne_s[state.airborne_s > JUMP_S] = -1.0


def _wander(state: MatchState) -> None:
    """Nobody stands like a statue: goals drift (Ornstein–Uhlenbeck)."""
    rate = state.dt_s / _WANDER_S
    noise = state.rng.normal(0.0, _WANDER_M * np.sqrt(2.0 * rate), state.wander_m.shape)
    state.wander_m += noise - rate * state.wander_m


def _wish_velocities(state: MatchState) -> Float64s:
    """(P, 2) velocity each person would like: full pace, slowing down early enough to stop at the goal."""
    is_seated = state.goals_m[:, 1] <= AISLE_Z_M
    offset = state.goals_m + np.where(is_seated[:, None], 0.0, state.wander_m) - state.positions_m
    distance = np.linalg.norm(offset, axis=1)
    stoppable = np.minimum(np.sqrt(2.0 * BRAKE_M_S2 * distance), distance / 0.3)
    speed = np.minimum(state.paces_m_s, stoppable)
    return np.asarray(offset * (speed / np.maximum(distance, 1e-6))[:, None])


def _avoid(positions_m: Float64s, velocities_m_s: Float64s) -> Float64s:
    """(P, 2) acceleration that turns people away from those they would run into."""
    offset = positions_m[None, :, :] - positions_m[:, None, :]
    closing = velocities_m_s[:, None, :] - velocities_m_s[None, :, :]
    square = np.maximum((closing**2).sum(2), 1e-6)
    when_s = np.clip((offset * closing).sum(2) / square, 0.0, _HORIZON_S)
    miss = offset - closing * when_s[:, :, None]
    miss_m = np.linalg.norm(miss, axis=2)
    strength = np.clip(1.0 - miss_m / _PERSONAL_M, 0.0, 1.0) * (1.0 - when_s / _HORIZON_S)
    np.fill_diagonal(strength, 0.0)
    away = miss / np.maximum(miss_m, 1e-6)[:, :, None]
    return np.asarray(-_AVOID_M_S2 * (strength[:, :, None] * away).sum(1))


def _soften_contacts(positions_m: Float64s, velocities_m_s: Float64s) -> Float64s:
    """(P, 2) velocities with which any two people can still stop before they touch; each gives in by half."""
    offset = positions_m[None, :, :] - positions_m[:, None, :]
    distance = np.sqrt((offset**2).sum(2)) + np.eye(len(positions_m)) * 9.0
    normal = offset / np.maximum(distance, 1e-6)[:, :, None]
    closing = ((velocities_m_s[:, None, :] - velocities_m_s[None, :, :]) * normal).sum(2)
    allowed = np.sqrt(2.0 * _GIVE_M_S2 * np.clip(distance - CONTACT_M, 0.0, None))
    excess = np.clip(closing - allowed, 0.0, None)
    return np.asarray(velocities_m_s - 0.5 * (excess[:, :, None] * normal).sum(1))


def _separate(positions_m: Float64s) -> Float64s:
    """Push overlapping bodies apart, each by half (a few Jacobi rounds)."""
    positions = positions_m
    for _ in range(4):
        offset = positions[None, :, :] - positions[:, None, :]
        distance = np.sqrt((offset**2).sum(2)) + np.eye(len(positions)) * 9.0
        overlap = np.clip(CONTACT_M - distance, 0.0, None)
        if not overlap.any():
            break
        push = (overlap / np.maximum(distance, 1e-6))[:, :, None] * offset
        positions = positions - 0.55 * push.sum(1)
    return positions


def _turn(state: MatchState) -> None:
    """Face where one runs, or, while slow, what one looks at; no faster than a body turns."""
    speed = np.linalg.norm(state.velocities_m_s, axis=1)
    runs_from_s = np.where(state.arms == DEFEND, 3.2, 1.6)
    look = state.look_at_m - state.positions_m
    facing = np.where((speed > runs_from_s)[:, None], state.velocities_m_s, look)
    error = np.arctan2(facing[:, 1], facing[:, 0]) - state.headings_rad
    error = (error + np.pi) % (2.0 * np.pi) - np.pi
    limit = _TURN_RAD_S * state.dt_s
    state.headings_rad = state.headings_rad + np.clip(error, -limit, limit)


def _clip_norm(vectors: Float64s, limit: float | Float64s) -> Float64s:
    norm = np.linalg.norm(vectors, axis=1)
    return np.asarray(vectors * np.minimum(1.0, limit / np.maximum(norm, 1e-9))[:, None])
