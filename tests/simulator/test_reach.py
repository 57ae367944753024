"""Hands go to a ball within reach and stay away from one that is not; arms keep their length."""

import numpy as np

from sideline.simulator.reach import reach_ball
from sideline.simulator.skeleton import Bodies, Joint, Stance, pose_bodies


def _bodies() -> Bodies:
    one = np.ones(1)
    return pose_bodies(Stance(np.zeros((1, 2)), 0 * one, 0 * one, 0 * one, np.eye(5)[[0]], 0 * one, 2 * one, one))


def test_both_hands_hold_a_ball_before_the_chest() -> None:
    bodies, ball = _bodies(), np.array([0.4, 1.2, 0.0])
    reach_ball(bodies, np.zeros(1), ball)
    for hand in (Joint.HAND_L, Joint.HAND_R):
        assert np.linalg.norm(bodies.joints_m[0, hand] - ball) < 0.12


def test_a_dribbler_uses_the_right_hand_only() -> None:
    bodies, before = _bodies(), _bodies()
    reach_ball(bodies, np.ones(1), np.array([0.4, 1.0, 0.1]))
    np.testing.assert_array_equal(bodies.joints_m[0, Joint.HAND_L], before.joints_m[0, Joint.HAND_L])
    assert np.linalg.norm(bodies.joints_m[0, Joint.HAND_R] - [0.4, 1.11, 0.1]) < 0.02


def test_bending_keeps_the_length_of_the_upper_arm() -> None:
    bodies, before = _bodies(), _bodies()
    reach_ball(bodies, np.zeros(1), np.array([0.3, 1.6, 0.1]))
    lengths = [
        np.linalg.norm(joints[0, Joint.ELBOW_L] - joints[0, Joint.SHOULDER_L])
        for joints in (bodies.joints_m, before.joints_m)
    ]
    np.testing.assert_allclose(lengths[0], lengths[1])


def test_a_ball_out_of_reach_moves_nobody() -> None:
    bodies, before = _bodies(), _bodies()
    reach_ball(bodies, np.zeros(1), np.array([2.0, 1.2, 0.0]))
    np.testing.assert_array_equal(bodies.joints_m, before.joints_m)
