"""Poses: from a person's place, heading, gait and posture to joints in the arena.

Forward kinematics of a body with proportions relative to its height; the lowest foot stands on the floor (or as high
above it as the person jumps), and the feet of a posture without its steps lie around the foot-point. Knows nothing
about clothes or cameras.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from sideline.arrays import Float64s


class Joint(IntEnum):
    """Points of a body, in the order of every joint array; "hem", "sock" and "cuff" are where clothes end."""

    PELVIS = 0
    WAIST = 1
    CHEST = 2
    NECK = 3
    HEAD = 4
    CROWN = 5
    NAPE = 6
    HIP_L = 7
    KNEE_L = 8
    ANKLE_L = 9
    TOE_L = 10
    HEM_L = 11
    SOCK_L = 12
    SHOULDER_L = 13
    ELBOW_L = 14
    WRIST_L = 15
    HAND_L = 16
    CUFF_L = 17
    HIP_R = 18
    KNEE_R = 19
    ANKLE_R = 20
    TOE_R = 21
    HEM_R = 22
    SOCK_R = 23
    SHOULDER_R = 24
    ELBOW_R = 25
    WRIST_R = 26
    HAND_R = 27
    CUFF_R = 28
    BROW = 29


JOINTS: Final = len(Joint)

_THIGH, _SHIN, _ANKLE_UP, _FOOT = 0.242, 0.236, 0.042, 0.105
_UPPER_ARM, _FOREARM, _HAND = 0.178, 0.15, 0.055
_SPINE: Final = {Joint.WAIST: 0.10, Joint.CHEST: 0.225, Joint.NECK: 0.315, Joint.HEAD: 0.40, Joint.CROWN: 0.445}
_SHOULDER_UP = 0.288
_SEAT_M: Final = 0.46

#            hip   knee  spread lean  arm    arm out elbow  legs' gait, arms' gait
_POSTURES: Final = np.array(
    [
        [0.06, 0.12, 0.06, 0.03, 0.02, 0.16, 0.28, 1.0, 1.0],  # walk, run, stand
        [0.78, 1.25, 0.30, 0.45, 0.55, 0.85, 0.55, 0.45, 0.2],  # defensive stance
        [0.12, 0.28, 0.08, -0.04, 2.70, 0.18, 0.30, 0.35, 0.1],  # arms up
        [1.50, 1.50, 0.14, 0.12, 0.45, 0.14, 0.85, 0.0, 0.0],  # sitting
        [0.36, 0.66, 0.12, 0.24, 0.40, 0.30, 0.75, 0.9, 0.3],  # dribbling
    ]
)
_SITTING: Final = 3


@dataclass(frozen=True, slots=True)
class Stance:
    """How P people stand at one instant; arrays with P rows.

    Attributes:
        feet_m: (P, 2) foot-points, x and z.
        headings_rad: (P,) they face (cos, sin) in x and z.
        speeds_m_s: (P,).
        gait_rad: (P,) phase of the step cycle.
        postures: (P, 5) weight of each posture, rows sum to 1.
        airborne_m: (P,) height of the feet above the floor.
        heights_m: (P,) body heights.
        builds: (P,) factors of the body's width.
    """

    feet_m: Float64s
    headings_rad: Float64s
    speeds_m_s: Float64s
    gait_rad: Float64s
    postures: Float64s
    airborne_m: Float64s
    heights_m: Float64s
    builds: Float64s


@dataclass(frozen=True, slots=True)
class Bodies:
    """Posed bodies.

    Attributes:
        joints_m: (P, JOINTS, 3) x, y, z in the arena.
        forward, left: (P, 3) unit vectors of the torso; its third axis runs along the spine.
        spine: (P, 3) unit vector from pelvis to neck.
    """

    joints_m: Float64s
    forward: Float64s
    left: Float64s
    spine: Float64s


def pose_bodies(stance: Stance) -> Bodies:
    """Pose P bodies."""
    angles = stance.postures @ _POSTURES
    hip, knee, spread, lean, arm, arm_out, elbow, leg_gait, arm_gait = angles.T
    pace = np.clip(stance.speeds_m_s / 6.0, 0.0, 1.0)
    moving = np.clip(stance.speeds_m_s / 0.6, 0.0, 1.0)
    swing = moving * (0.22 + 0.5 * pace)
    lean = lean + 0.16 * pace * leg_gait
    local = np.zeros((len(hip), JOINTS, 3))
    for side, sign, phase in ((Joint.HIP_L, 1.0, 0.0), (Joint.HIP_R, -1.0, np.pi)):
        sine, cosine = np.sin(stance.gait_rad + phase), np.cos(stance.gait_rad + phase)
        thigh = hip + leg_gait * swing * sine + 0.12 * pace
        bend = knee + leg_gait * moving * (0.12 + (0.35 + 1.15 * pace) * np.clip(cosine - 0.2 * sine, 0, 1))
        _place_leg(local, side, sign, thigh, bend, spread)
        upper = arm - arm_gait * swing * 1.1 * sine
        _place_arm(local, side, sign, upper, elbow + 1.1 * pace * arm_gait, arm_out, lean, stance.builds)
    _place_spine(local, lean)
    ahead = _THIGH * np.sin(hip) + _SHIN * np.sin(hip - knee) + _FOOT / 2
    local[..., 0] -= (ahead * (1 - stance.postures[:, _SITTING]))[:, None]  # the middle of the feet, not the pelvis
    local *= stance.heights_m[:, None, None]
    return _to_arena(local, lean, stance)


def _place_leg(local: Float64s, hip: int, sign: float, thigh: Float64s, bend: Float64s, spread: Float64s) -> None:
    """Fill hip, knee, ankle, toe, hem and sock; local axes are forward, up, left, origin at the pelvis."""
    start = np.array([0.0, -0.005, sign * 0.05])
    outwards = sign * np.sin(spread)
    upper = np.stack([np.sin(thigh), -np.cos(thigh), outwards], axis=1)
    lower = np.stack([np.sin(thigh - bend), -np.cos(thigh - bend), outwards * 0.6], axis=1)
    pitch = np.clip(thigh - bend, -1.0, 0.2)
    foot = np.stack([np.cos(pitch * 0.6), np.sin(pitch * 0.6), np.full_like(pitch, sign * 0.15)], axis=1)
    local[:, hip] = start
    local[:, hip + 1] = start + _THIGH * upper
    local[:, hip + 2] = local[:, hip + 1] + _SHIN * lower
    local[:, hip + 3] = local[:, hip + 2] + _FOOT * foot - [0.0, 0.6 * _ANKLE_UP, 0.0]
    local[:, hip + 4] = start + 0.86 * _THIGH * upper
    local[:, hip + 5] = local[:, hip + 2] - 0.42 * _SHIN * lower


def _place_arm(
    local: Float64s,
    hip: int,
    sign: float,
    upper_angle: Float64s,
    elbow: Float64s,
    arm_out: Float64s,
    lean: Float64s,
    builds: Float64s,
) -> None:
    """Fill shoulder, elbow, wrist, hand and cuff of the hip's side."""
    shoulder = hip + 6
    width = sign * 0.108 * builds
    start = np.stack([_SHOULDER_UP * np.sin(lean), _SHOULDER_UP * np.cos(lean), width], axis=1)
    lower_angle = upper_angle + elbow
    upper = _arm_direction(upper_angle, sign * arm_out)
    lower = _arm_direction(lower_angle, sign * (arm_out * 0.55 - 0.08))
    local[:, shoulder] = start
    local[:, shoulder + 1] = start + _UPPER_ARM * upper
    local[:, shoulder + 2] = local[:, shoulder + 1] + _FOREARM * lower
    local[:, shoulder + 3] = local[:, shoulder + 2] + _HAND * lower
    local[:, shoulder + 4] = start + 0.6 * _UPPER_ARM * upper


def _arm_direction(angle: Float64s, outwards: Float64s) -> Float64s:
    flat = np.cos(outwards)
    return np.stack([np.sin(angle) * flat, -np.cos(angle) * flat, np.sin(outwards)], axis=1)


def _place_spine(local: Float64s, lean: Float64s) -> None:
    direction = np.stack([np.sin(lean), np.cos(lean), np.zeros_like(lean)], axis=1)
    for joint, up in _SPINE.items():
        local[:, joint] = up * direction
    for joint in (Joint.HEAD, Joint.CROWN):  # the head stays more upright than the spine
        local[:, joint, 0] -= 0.35 * (local[:, joint, 0] - local[:, Joint.NECK, 0])
    local[:, Joint.HEAD, 0] += 0.012
    local[:, Joint.NAPE] = local[:, Joint.HEAD] + [-0.04, -0.035, 0.0]
    local[:, Joint.BROW] = local[:, Joint.HEAD] + [-0.002, 0.026, 0.0]


def _to_arena(local: Float64s, lean: Float64s, stance: Stance) -> Bodies:
    """Turn, set the lowest foot on the floor and move to the foot-point."""
    soles = local[:, [Joint.ANKLE_L, Joint.ANKLE_R], 1] - _ANKLE_UP * stance.heights_m[:, None]
    toes = local[:, [Joint.TOE_L, Joint.TOE_R], 1] - 0.016 * stance.heights_m[:, None]
    standing = -np.minimum(soles, toes).min(axis=1) + stance.airborne_m
    sitting = stance.postures[:, _SITTING]
    pelvis_y = sitting * (_SEAT_M + 0.05 * stance.heights_m) + (1 - sitting) * standing
    cos, sin = np.cos(stance.headings_rad), np.sin(stance.headings_rad)
    zero = np.zeros_like(cos)
    ahead, left = np.stack([cos, zero, sin], axis=1), np.stack([sin, zero, -cos], axis=1)
    joints = local[..., :1] * ahead[:, None] + local[..., 2:] * left[:, None]
    joints[..., 1] = local[..., 1] + pelvis_y[:, None]
    joints[..., [0, 2]] += stance.feet_m[:, None]
    up = np.array([0.0, 1.0, 0.0])
    spine = np.sin(lean)[:, None] * ahead + np.cos(lean)[:, None] * up
    forward = np.cos(lean)[:, None] * ahead - np.sin(lean)[:, None] * up
    return Bodies(joints, forward, left, spine)
