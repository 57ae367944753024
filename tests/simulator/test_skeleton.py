"""Poses keep their promise to the truth: feet on the floor around the foot-point."""

import numpy as np
import pytest

from sideline.simulator.skeleton import Joint, Stance, pose_bodies

WALK, DEFEND, ARMS_UP, SIT, DRIBBLE = range(5)


def _stance(
    posture: int, *, heading: float = 0.7, speed: float = 0.0, phase: float = 0.0, airborne: float = 0.0
) -> Stance:
    return Stance(
        feet_m=np.array([[3.0, -2.0]]),
        headings_rad=np.array([heading]),
        speeds_m_s=np.array([speed]),
        gait_rad=np.array([phase]),
        postures=np.eye(5)[[posture]],
        airborne_m=np.array([airborne]),
        heights_m=np.array([2.0]),
        builds=np.array([1.0]),
    )


@pytest.mark.parametrize("posture", [WALK, DEFEND, ARMS_UP, DRIBBLE])
def test_a_standing_person_has_the_foot_point_midway_between_the_feet(posture: int) -> None:
    joints = pose_bodies(_stance(posture)).joints_m[0]
    middle = joints[[Joint.ANKLE_L, Joint.TOE_L, Joint.ANKLE_R, Joint.TOE_R]][:, [0, 2]].mean(axis=0)
    assert np.linalg.norm(middle - [3.0, -2.0]) < 0.05


@pytest.mark.parametrize("phase", np.linspace(0, 2 * np.pi, 7))
@pytest.mark.parametrize("speed", [1.5, 7.0])
def test_a_moving_person_touches_the_floor_and_keeps_the_pelvis_near_the_foot_point(phase: float, speed: float) -> None:
    joints = pose_bodies(_stance(WALK, speed=speed, phase=phase)).joints_m[0]
    assert 0.0 < joints[:, 1].min() < 0.1
    assert np.linalg.norm(joints[Joint.PELVIS, [0, 2]] - [3.0, -2.0]) < 0.15


def test_a_jump_lifts_every_joint_by_its_height() -> None:
    standing, jumping = (pose_bodies(_stance(ARMS_UP, airborne=height)).joints_m[0] for height in (0.0, 0.4))
    np.testing.assert_allclose(jumping - standing, np.tile([0.0, 0.4, 0.0], (len(Joint), 1)), atol=1e-12)


def test_arms_up_reach_above_the_head_and_hanging_arms_do_not() -> None:
    up, down = (pose_bodies(_stance(posture)).joints_m[0] for posture in (ARMS_UP, WALK))
    assert up[Joint.HAND_L, 1] > up[Joint.CROWN, 1]
    assert down[Joint.HAND_L, 1] < down[Joint.WAIST, 1]


def test_the_left_shoulder_is_on_the_left_of_who_faces_the_far_side() -> None:
    joints = pose_bodies(_stance(WALK, heading=-np.pi / 2)).joints_m[0]
    assert joints[Joint.SHOULDER_L, 0] < 3.0 < joints[Joint.SHOULDER_R, 0]
    assert joints[Joint.TOE_L, 2] < joints[Joint.ANKLE_L, 2]


def test_who_sits_is_lower_than_who_stands() -> None:
    sitting, standing = (pose_bodies(_stance(posture)).joints_m[0] for posture in (SIT, WALK))
    assert sitting[Joint.CROWN, 1] < standing[Joint.CROWN, 1] - 0.3
