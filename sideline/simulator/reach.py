"""Hands to the ball: bends the arms of whoever has it, as a two-bone chain from shoulder to ball."""

from typing import Final

import numpy as np

from sideline.arrays import Float64s
from sideline.simulator.skeleton import Bodies, Joint

_REACH_M: Final = 0.75
_HAND_FROM_BALL_M: Final = 0.11
_LOWEST_HAND_M: Final = 0.8
_WRIST_SHARE, _CUFF_SHARE = 0.73, 0.6
_LIMBS: Final = ((Joint.SHOULDER_L, 1.0), (Joint.SHOULDER_R, -1.0))


def reach_ball(bodies: Bodies, dribbling: Float64s, ball_m: Float64s) -> None:
    """Bring the hands of the nearest person to the ball when it is within reach; changes the joints in place.

    Args:
        bodies: P posed bodies.
        dribbling: (P,) 0..1, how much a person dribbles; a dribbler uses the right hand only.
        ball_m: (3,) x, y, z.
    """
    chests = bodies.joints_m[:, Joint.CHEST]
    distances = np.linalg.norm(chests[:, [0, 2]] - ball_m[[0, 2]], axis=1)
    holder = int(np.argmin(distances))
    if distances[holder] > _REACH_M or ball_m[1] > bodies.joints_m[holder, Joint.CROWN, 1] + _REACH_M:
        return
    left, joints = bodies.left[holder], bodies.joints_m[holder]
    for shoulder, sign in _LIMBS[1:] if dribbling[holder] > 0.5 else _LIMBS:
        target = ball_m + sign * _HAND_FROM_BALL_M * left
        if dribbling[holder] > 0.5:
            target = np.array([ball_m[0], max(ball_m[1] + _HAND_FROM_BALL_M, _LOWEST_HAND_M), ball_m[2]])
        _bend_arm(joints, shoulder, target, sign * left)


def _bend_arm(joints: Float64s, shoulder: int, target_m: Float64s, outwards: Float64s) -> None:
    """Place elbow, wrist, hand and cuff so that the hand is at the target, or as near as the arm is long."""
    elbow, wrist, hand, cuff = (shoulder + step for step in range(1, 5))
    start = joints[shoulder].copy()
    upper = float(np.linalg.norm(joints[elbow] - start))
    lower = float(np.linalg.norm(joints[hand] - joints[elbow]))
    way = target_m - start
    distance = float(np.clip(np.linalg.norm(way), abs(upper - lower) + 0.02, 0.99 * (upper + lower)))
    ahead = way / max(float(np.linalg.norm(way)), 1e-6)
    aside = outwards - np.array([0.0, 0.8, 0.0])
    aside -= (aside @ ahead) * ahead
    aside /= max(float(np.linalg.norm(aside)), 1e-6)
    along = (upper**2 + distance**2 - lower**2) / (2 * distance)
    joints[elbow] = start + along * ahead + np.sqrt(max(upper**2 - along**2, 0.0)) * aside
    joints[hand] = start + distance * ahead
    joints[wrist] = joints[elbow] + _WRIST_SHARE * (joints[hand] - joints[elbow])
    joints[cuff] = start + _CUFF_SHARE * (joints[elbow] - start)
