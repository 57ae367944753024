"""What happens while play is stopped: walking, huddles, substitutions, and the ways back into play."""

from typing import Final

import numpy as np

from sideline.arrays import Float64s
from sideline.simulator.match_state import HALF_WIDTH_M, MatchState, attack_point
from sideline.simulator.plays import Script, mates_of, take_formation, wait, wait_until
from sideline.simulator.shots import crowd_hoop, rim_of

_LANE: Final = ((2.6, -2.9), (2.6, 2.9), (3.6, -2.9), (3.6, 2.9), (4.6, -2.9), (4.6, 2.9))
"""Places along the lane at a free throw, defenders first: distance from the baseline and z, metres."""
_LINE_M: Final = 5.8
_STROLL_M_S: Final = 2.2
_RETURN_CHANCE: Final = 0.4


def stop_play(state: MatchState) -> Script:
    """The whistle: people stroll, some are replaced, the teams huddle; now and then a timeout at the benches."""
    state.is_live, state.is_guarding = False, False
    on_court = state.lineup.ravel()
    state.send(on_court, state.positions_m[on_court] + state.rng.normal(0.0, 1.2, (10, 2)), 1.4)
    yield from wait(state, state.rng.uniform(0.8, 1.6))
    substitute(state, int(state.rng.integers(1, 3)))
    if state.ball.holder not in state.attackers:
        state.ball.throw_to(int(state.attackers[0]), 0.6)
    if state.rng.random() < 0.15:
        huddle(state, np.array([[-6.5, -6.3], [6.5, -6.3]]))
        yield from wait(state, state.rng.uniform(5.0, 7.0))
    else:
        huddle(state, _team_centres(state))
        yield from wait(state, state.rng.uniform(2.0, 4.0))


def substitute(state: MatchState, most: int) -> None:
    """Exchange `most` players of one team and at most one of the other for players from the bench."""
    first = int(state.rng.integers(2))
    for team, count in ((first, most), (1 - first, int(state.rng.integers(0, 2)))):
        for column in state.rng.choice(5, count, replace=False):
            _exchange(state, team, int(column))


def _exchange(state: MatchState, team: int, column: int) -> None:
    """One player leaves for the seat of another; who left last returns more often than the others."""
    leaving = int(state.lineup[team, column])
    waiting = [person for person in state.bench_order[team] if person not in state.lineup[team]]
    returns = state.rng.random() < _RETURN_CHANCE
    entering = waiting[-1] if returns else waiting[int(state.rng.integers(len(waiting)))]
    state.lineup[team, column] = entering
    state.bench_order[team].remove(entering)
    state.bench_order[team].append(leaving)
    state.seats_m[[leaving, entering]] = state.seats_m[[entering, leaving]]
    state.send(entering, state.positions_m[leaving], 2.8)


def _team_centres(state: MatchState) -> Float64s:
    """(2, 2) a point for the huddle of each team near where it stands."""
    means = state.positions_m[state.lineup].mean(axis=1)
    return np.asarray(means * [0.9, 0.6] + [[0.0, -2.5], [0.0, 2.5]])


def huddle(state: MatchState, centres_m: Float64s) -> None:
    """Each team stands together in a narrow circle; centres_m is (2, 2), home then away."""
    for team in range(2):
        angles = state.rng.uniform(0, 2 * np.pi) + np.arange(5) * 2 * np.pi / 5
        circle = centres_m[team] + 0.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        state.send(state.lineup[team], circle, 2.6)


def shoot_free_throws(state: MatchState) -> Script:
    """Line up along the lane, shoot twice, crowd below the hoop for the second; ends with the ball at the rim."""
    shooter = state.ball.holder if state.ball.holder in state.attackers else int(state.attackers[0])
    _line_up(state, shooter)
    yield from resume(state, shooter)
    yield from wait(state, 1.5)
    state.ball.throw_at(rim_of(state), 1.0, 1.3)
    yield from wait(state, 1.2)
    state.ball.throw_to(shooter, 1.0)
    yield from wait(state, 2.5)
    state.ball.throw_at(rim_of(state), 1.0, 1.3)
    yield from wait(state, 0.5)
    yield from crowd_hoop(state, 0.6)


def _line_up(state: MatchState, shooter: int) -> None:
    mates = [int(person) for person in state.attackers if person != shooter]
    defenders = [int(person) for person in state.defenders]
    rows = [*defenders[:2], *mates[:2], *defenders[2:4]]
    behind = ((9.0, -2.0), (9.0, 0.0), (9.0, 2.0))
    order = [*rows, *mates[2:], defenders[4], shooter]
    for person, place in zip(order, (*_LANE, *behind, (_LINE_M, 0.0)), strict=True):
        state.send(person, attack_point(state.side, *place), _STROLL_M_S)


def inbound_side(state: MatchState) -> Script:
    """The ball comes in from a sideline of the attacked half."""
    take_formation(state, 2.4)
    passer = int(state.rng.choice(state.attackers))
    edge_z = state.rng.choice([-1.0, 1.0]) * (HALF_WIDTH_M + 0.3)
    spot = attack_point(state.side, state.rng.uniform(3.0, 9.0), edge_z)
    state.send(passer, spot, 2.4)
    state.is_guarding = True
    yield from resume(state, passer)
    yield from wait(state, 0.8)
    receiver = min(mates_of(state), key=lambda mate: state.distance_to(mate, spot))
    state.ball.throw_to(receiver, 0.6)
    yield from wait_until(state, lambda: not state.ball.is_flying, 2.0)


def resume(state: MatchState, holder: int) -> Script:
    """Wait until everybody is in their place, then give the ball to somebody and let play run."""
    yield from wait_until(state, lambda: _is_placed(state), 10.0)
    yield from wait_until(state, lambda: _is_exchanged(state), 30.0)
    state.ball.give_to(holder)
    state.is_live, state.live_since_s = True, state.clock_s


def _is_placed(state: MatchState) -> bool:
    """Whether those in the line-up stand near their goals."""
    offset = (state.positions_m - state.goals_m)[state.lineup.ravel()]
    return bool((np.linalg.norm(offset, axis=1) < 1.0).all())


def _is_exchanged(state: MatchState) -> bool:
    """Whether those who were replaced have left the floor and those who replace them have entered it."""
    resting = np.setdiff1d(state.squads.ravel(), state.lineup.ravel())
    has_left = state.positions_m[resting, 1] < -8.65
    has_entered = state.positions_m[state.lineup.ravel(), 1] > -8.35
    return bool(has_left.all() and has_entered.all())
