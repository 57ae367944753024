"""The motion of everybody in a simulated match, and of the ball.

Plays decide (match_script.py, plays.py, roles.py), bodies obey (steering.py), and this module records. It knows
nothing about cameras or looks. World: x along the court, z across towards the cameras, y up, metres, origin at the
centre of the floor.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sideline.arrays import Bools, Float32s, Float64s
from sideline.errors import SimulationError
from sideline.simulator.match_script import play_match
from sideline.simulator.match_state import (
    ARMS_UP,
    DRIBBLE,
    HALF_LENGTH_M,
    HALF_WIDTH_M,
    SIT,
    MatchState,
    hands_of,
    jump_heights,
    start_state,
)
from sideline.simulator.people import People
from sideline.simulator.plays import Script
from sideline.simulator.roles import follow_roles
from sideline.simulator.steering import advance_bodies

FLOOR_MARGIN_M: Final = 1.0
_WARM_UP_S: Final = (3.0, 20.0)
_SMOOTH_S: Final = 0.07
_BOUNCE_HZ: Final = 1.8


@dataclass(frozen=True, slots=True)
class Motion:
    """A match of T frames and P people (axis order T, P).

    Attributes:
        fps: Frames per second.
        positions_m: (T, P, 2) float32, foot-points x, z on the floor, also of people at the bench.
        headings_rad: (T, P) float32, angle a of the body: it faces (cos a, sin a) in (x, z); [-π, π).
        speeds_m_s: (T, P) float32.
        gait_phase: (T, P) float32, radians, 2π a stride (two steps); advances with the distance covered,
            starts anywhere in [0, 2π).
        posture: (T, P) uint8: 0 stand/walk/run, 1 defensive stance, 2 arms up, 3 sitting, 4 dribbling.
        airborne_m: (T, P) float32, height of the feet above the floor.
        on_floor: (T, P) bool, within a metre of the court's lines.
        ball_m: (T, 3) float32, x, y, z.
        is_live: (T,) bool, play runs; then five of each team are on court.
    """

    fps: float
    positions_m: Float32s
    headings_rad: Float32s
    speeds_m_s: Float32s
    gait_phase: Float32s
    posture: npt.NDArray[np.uint8]
    airborne_m: Float32s
    on_floor: Bools
    ball_m: Float32s
    is_live: Bools


def simulate_motion(people: People, seconds: float, fps: float, rng: np.random.Generator) -> Motion:
    """Play a match from a random moment on; the same generator state and arguments give the same match.

    Args:
        people: Who takes part.
        seconds: Length; the result has round(seconds * fps) frames.
        fps: Frames per second, 10–120.
        rng: Source of all chance.

    Raises:
        SimulationError: The length or the frame rate is out of range.
    """
    frames = round(seconds * fps)
    if frames < 1 or not 10.0 <= fps <= 120.0:
        raise SimulationError(f"{seconds} s at {fps} fps cannot be simulated; ask for one frame or more at 10–120 fps")
    state = start_state(people, fps, rng)
    script = play_match(state)
    for _ in range(round(rng.uniform(*_WARM_UP_S) * fps)):
        _advance(state, script)
    recording = _Recording(frames, len(people.persons))
    for frame in range(frames):
        _advance(state, script)
        recording.store(frame, state)
    return recording.to_motion(people, fps, rng.uniform(0.0, 2.0 * np.pi, len(people.persons)))


def _advance(state: MatchState, script: Script) -> None:
    next(script)
    follow_roles(state)
    advance_bodies(state)
    is_dribbling = state.ball.holder >= 0 and state.arms[state.ball.holder] == DRIBBLE
    bounce = abs(np.cos(np.pi * _BOUNCE_HZ * state.clock_s)) if is_dribbling else 1.0
    state.ball.advance(state.dt_s, hands_of(state), float(bounce))
    state.clock_s += state.dt_s


class _Recording:
    """Arrays that fill up frame by frame."""

    def __init__(self, frames: int, people: int) -> None:
        self._positions = np.zeros((frames, people, 2))
        self._velocities = np.zeros((frames, people, 2))
        self._headings = np.zeros((frames, people))
        self._airborne_s = np.zeros((frames, people))
        self._posture = np.zeros((frames, people), np.uint8)
        self._ball = np.zeros((frames, 3))
        self._is_live = np.zeros(frames, bool)

    def store(self, frame: int, state: MatchState) -> None:
        """Keep one frame."""
        self._positions[frame] = state.positions_m
        self._velocities[frame] = state.velocities_m_s
        self._headings[frame] = state.headings_rad
        self._airborne_s[frame] = state.airborne_s
        self._posture[frame] = np.where(state.airborne_s >= 0.0, ARMS_UP, state.arms)
        seated = np.linalg.norm(state.positions_m - state.seats_m, axis=1) < 0.25
        self._posture[frame, seated] = SIT
        self._ball[frame] = state.ball.position_m
        self._is_live[frame] = state.is_live

    def to_motion(self, people: People, fps: float, first_phase: Float64s) -> Motion:
        """Smooth the paths as a body's inertia does and derive speeds and strides; first_phase is (P,) radians."""
        positions = smooth_paths(self._positions, fps)
        speeds = np.linalg.norm(smooth_paths(self._velocities, fps), axis=2)
        heights_m = np.array([person.height_m for person in people.persons])
        strides_m = (1.0 + 0.35 * speeds) * heights_m / 1.9
        limits = np.array([HALF_LENGTH_M, HALF_WIDTH_M]) + FLOOR_MARGIN_M
        return Motion(
            fps=fps,
            positions_m=positions.astype(np.float32),
            headings_rad=((self._headings + np.pi) % (2 * np.pi) - np.pi).astype(np.float32),
            speeds_m_s=speeds.astype(np.float32),
            gait_phase=(first_phase + np.cumsum(2 * np.pi * speeds / fps / strides_m, axis=0)).astype(np.float32),
            posture=self._posture,
            airborne_m=jump_heights(self._airborne_s).astype(np.float32),
            on_floor=(np.abs(positions) <= limits).all(2),
            ball_m=self._ball.astype(np.float32),
            is_live=self._is_live,
        )


def smooth_paths(positions_m: Float64s, fps: float) -> Float64s:
    """Gaussian smoothing over time, sigma _SMOOTH_S; positions_m is (T, P, 2), and so is the result."""
    reach = max(1, round(2.0 * _SMOOTH_S * fps))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (_SMOOTH_S * fps)) ** 2)
    padded = np.pad(positions_m, ((reach, reach), (0, 0), (0, 0)), mode="reflect", reflect_type="odd")
    frames = len(positions_m)
    return np.asarray(sum(weight * padded[k : k + frames] for k, weight in enumerate(weights / weights.sum())))
