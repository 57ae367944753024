"""The state of a simulated match at one instant: where everybody is, wants to go and looks, who has the ball.

Written by the plays (what people want) and by the steering (what their bodies do); knows neither.
World: x along the court, z across towards the cameras, metres, origin at the centre. Home attacks +x.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from sideline.arrays import Float64s, Int64s
from sideline.simulator.ball import Ball
from sideline.simulator.people import People

HALF_LENGTH_M: Final = 14.0
HALF_WIDTH_M: Final = 7.5
HOOP_FROM_BASELINE_M: Final = 1.575
RIM_M: Final = 3.05
BENCH_Z_M: Final = -9.6
AISLE_Z_M: Final = -8.9
"""Line between the bench and the floor along which people walk."""
GRAVITY_M_S2: Final = 9.81
WALK, DEFEND, ARMS_UP, SIT, DRIBBLE = range(5)
"""Postures."""
_HAND_M: Final = 1.15


@dataclass(slots=True)
class MatchState:
    """Everything that changes from frame to frame. P people, indexed by person ID.

    Attributes:
        positions_m: (P, 2) foot-points x, z.
        velocities_m_s: (P, 2).
        goals_m: (P, 2) where each person wants to be.
        paces_m_s: (P,) the speed at which they go there.
        look_at_m: (P, 2) what they face while slow.
        headings_rad: (P,) facing is (cos, sin) in (x, z).
        airborne_s: (P,) seconds since take-off; negative on the floor.
        lineup: (2, 5) person IDs on court, home then away; column i guards column i of the other team.
        gaps_m: (5,) how far each defender stands from their attacker.
        seats_m: (P, 2) place at the bench of each player and staff member.
        bench_order: For home and away the players at the bench, who left the floor last at the end.
        offence: 0 home, 1 away.
        is_guarding: Whether the defenders follow their attackers on their own.
        is_live: Whether play runs.
        clock_s: Time since the start of the simulation.
        live_since_s: When play last resumed.
        is_fast_break: Whether the attack under way is a fast break.
    """

    rng: np.random.Generator
    dt_s: float
    positions_m: Float64s
    velocities_m_s: Float64s
    goals_m: Float64s
    paces_m_s: Float64s
    look_at_m: Float64s
    headings_rad: Float64s
    airborne_s: Float64s
    arms: npt.NDArray[np.uint8]
    top_speeds_m_s: Float64s
    wander_m: Float64s
    seats_m: Float64s
    lineup: Int64s
    squads: Int64s
    referees: Int64s
    staff: Int64s
    gaps_m: Float64s
    bench_order: tuple[list[int], list[int]]
    ball: Ball = field(default_factory=Ball)
    offence: int = 0
    is_guarding: bool = True
    is_live: bool = True
    clock_s: float = 0.0
    live_since_s: float = 0.0
    is_fast_break: bool = False

    @property
    def side(self) -> int:
        """+1 when the offence attacks the hoop at +x, else -1."""
        return 1 - 2 * self.offence

    @property
    def hoop_m(self) -> Float64s:
        """(2,) floor point below the hoop that the offence attacks."""
        return np.array([self.side * (HALF_LENGTH_M - HOOP_FROM_BASELINE_M), 0.0])

    @property
    def attackers(self) -> Int64s:
        """(5,) person IDs with the ball's team."""
        return np.asarray(self.lineup[self.offence])

    @property
    def defenders(self) -> Int64s:
        """(5,) person IDs of the other team, each beside the attacker they guard."""
        return np.asarray(self.lineup[1 - self.offence])

    def send(self, person: int | Int64s, goal_m: Float64s, pace_m_s: float) -> None:
        """Give one or more people a goal (x, z) on the floor or at the bench and a pace."""
        self.goals_m[person] = goal_m
        self.paces_m_s[person] = pace_m_s

    def jump(self, person: int) -> None:
        """Let a person who stands on the floor take off."""
        if self.airborne_s[person] < 0.0:
            self.airborne_s[person] = 0.0

    def distance_to(self, person: int, point_m: Float64s) -> float:
        """Metres from a person's foot-point to a floor point."""
        return float(np.linalg.norm(self.positions_m[person] - point_m))


def attack_point(side: int, depth_m: float, across_m: float) -> Float64s:
    """Floor point (2,) given by its distance from the attacked baseline and its z, metres."""
    return np.array([side * (HALF_LENGTH_M - depth_m), across_m])


def start_state(people: People, fps: float, rng: np.random.Generator) -> MatchState:
    """Everybody in their place: five of each team on court, the others at their benches."""
    count = len(people.persons)
    squads = np.array([people.indices_of("home"), people.indices_of("away")])
    staff, referees = np.array(people.indices_of("bench")), np.array(people.indices_of("referee"))
    seats = _assign_seats(count, squads, staff)
    positions = seats.copy()
    lineup = squads[:, :5].copy()
    positions[lineup[0]] = [[3.0, 0.0], [5.0, -4.0], [5.0, 4.0], [9.0, -6.0], [10.0, 3.0]]
    positions[lineup[1]] = positions[lineup[0]] + [1.0, 0.0]
    positions[referees] = [[14.3, 4.0], [8.0, -7.8], [2.0, 7.0]]
    return MatchState(
        rng=rng, dt_s=1.0 / fps, positions_m=positions, velocities_m_s=np.zeros((count, 2)), goals_m=positions.copy(),
        paces_m_s=np.full(count, 1.5), look_at_m=np.zeros((count, 2)), headings_rad=np.full(count, np.pi / 2),
        airborne_s=np.full(count, -1.0), arms=np.zeros(count, np.uint8),
        top_speeds_m_s=rng.uniform(6.9, 8.0, count), wander_m=np.zeros((count, 2)), seats_m=seats, lineup=lineup,
        squads=squads, referees=referees, staff=staff, gaps_m=np.full(5, 1.0),
        bench_order=(squads[0, 5:].tolist(), squads[1, 5:].tolist()),
    )  # fmt: skip


def hands_of(state: MatchState) -> Float64s:
    """(P, 3) where each person would hold the ball: half an arm before the body."""
    facing = np.stack([np.cos(state.headings_rad), np.sin(state.headings_rad)], axis=1)
    points = state.positions_m + 0.4 * facing
    lift = jump_heights(state.airborne_s)
    reach = _HAND_M + np.where(state.arms == ARMS_UP, 1.1, 0.0)
    return np.stack([points[:, 0], reach + lift, points[:, 1]], axis=1)


JUMP_S: Final = 0.62


def jump_heights(airborne_s: Float64s) -> Float64s:
    """Height of the feet above the floor, metres, for seconds since take-off (negative: standing)."""
    share = np.clip(airborne_s / JUMP_S, 0.0, 1.0)
    return np.asarray(0.5 * GRAVITY_M_S2 * JUMP_S**2 * share * (1.0 - share))


def _assign_seats(count: int, squads: Int64s, staff: Int64s) -> Float64s:
    """Seats (P, 2): the home bench at negative x, the away bench at positive x; the coach nearest the centre.

    Referees have none (inf).
    """
    seats = np.full((count, 2), np.inf)
    for team, sign in enumerate((-1.0, 1.0)):
        places = sign * np.linspace(4.2, 10.8, 7)
        sitters = [*staff[2 * team : 2 * team + 2], *squads[team, 5:]]
        for place, person in zip(places, sitters, strict=True):
            seats[person] = [place, BENCH_Z_M]
    return seats
