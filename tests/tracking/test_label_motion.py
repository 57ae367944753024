"""The motion behind a label against an independent reference: Van Loan's integral of the same process, step by step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from sideline.arrays import Float64s
from sideline.tracking.label_motion import UNREACHABLE, LabelMotion, MotionSettings

FRAME_S = 0.04
FAR = MotionSettings(reach_slack_m=1e6, foot_point_error_m=0.1, speed_m_per_s=3.0, speed_memory_s=0.8)
LABEL = np.array([7])


class ReferenceFilter:
    """One axis of a Kalman filter whose transition and noise come out of a matrix exponential (Van Loan, 1978)."""

    def __init__(self, place_m: float) -> None:
        self.mean = np.array([place_m, 0.0])
        self.covariance = np.diag([FAR.foot_point_error_m**2, FAR.speed_m_per_s**2])

    def predict(self, frames: int) -> None:
        drift = np.array([[0.0, 1.0], [0.0, -1.0 / FAR.speed_memory_s]])
        noise = np.diag([0.0, 2 * FAR.speed_m_per_s**2 / FAR.speed_memory_s])
        block: Float64s = expm(np.block([[-drift, noise], [np.zeros((2, 2)), drift.T]]) * frames * FRAME_S)
        step = block[2:, 2:].T
        self.mean = step @ self.mean
        self.covariance = step @ self.covariance @ step.T + step @ block[:2, 2:]

    def update(self, place_m: float) -> None:
        spread = self.covariance[0, 0] + FAR.foot_point_error_m**2
        gain = self.covariance[:, 0] / spread
        self.mean = self.mean + gain * (place_m - self.mean[0])
        self.covariance = self.covariance - np.outer(gain, self.covariance[0])

    def cost(self, way_m: float) -> float:
        error = FAR.foot_point_error_m**2
        spread = self.covariance[0, 0] + error
        return float(way_m**2 / (2 * spread) + np.log(spread / (2 * error)))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.floats(-10, 10), st.floats(-5, 5)), min_size=1, max_size=12),
    st.integers(1, 100),
)
def test_place_and_doubt_are_those_of_the_reference_filter(
    sightings: list[tuple[int, float, float]], wait: int
) -> None:
    motion, axes, frame = LabelMotion(FAR), [ReferenceFilter(1.0), ReferenceFilter(2.0)], 5
    motion.observe(frame, LABEL, np.array([[1.0, 2.0]]))
    for step, *place_m in sightings:
        frame += step
        motion.observe(frame, LABEL, np.array([place_m]))
        for axis, coordinate in zip(axes, place_m, strict=True):
            axis.predict(step)
            axis.update(coordinate)
    for axis in axes:
        axis.predict(wait)
    expected_m = np.array([axes[0].mean[0], axes[1].mean[0]])
    there, away = motion.penalise(frame + wait, np.array([expected_m, expected_m + np.array([0.3, 0.4])]))[:, 7]
    assert there == pytest.approx(axes[0].cost(0.0), abs=1e-6)
    assert away == pytest.approx(axes[0].cost(0.5), rel=1e-6, abs=1e-6)


def test_a_runner_is_expected_ahead_and_slows_down_when_nobody_looks() -> None:
    motion = LabelMotion(FAR)
    for frame in range(50):
        motion.observe(frame, LABEL, np.array([[0.2 * frame, 0.0]]))  # 5 m/s
    grid_m = np.column_stack([np.linspace(9.8, 20.0, 2041), np.zeros(2041)])

    def expected_x_m(frames: int) -> float:
        return float(grid_m[motion.penalise(49 + frames, grid_m)[:, 7].argmin(), 0])

    at_rest_m = 9.8 + 5 * FAR.speed_memory_s
    assert expected_x_m(1) == pytest.approx(10.0, abs=0.1)
    assert expected_x_m(1) + 1.5 < expected_x_m(25) < at_rest_m
    assert expected_x_m(250) == expected_x_m(500) == pytest.approx(at_rest_m, abs=0.6)


@pytest.mark.parametrize(("way_m", "reached"), [(0.76, True), (0.77, False)])
def test_nobody_is_believed_beyond_reach(way_m: float, reached: bool) -> None:
    motion = LabelMotion(MotionSettings(reach_slack_m=0.4, reach_m_per_frame=0.3651))
    motion.observe(0, LABEL, np.array([[0.0, 0.0]]))
    assert (motion.penalise(1, np.array([[0.0, way_m]]))[0, 7] < UNREACHABLE) == reached


def test_the_weight_scales_the_cost_and_nothing_leaves_the_gate_alone() -> None:
    point_m = np.array([[0.5, 0.0]])
    costs = []
    for weight in (0.0, 0.5, 1.0):
        motion = LabelMotion(MotionSettings(weight=weight))
        motion.observe(0, LABEL, np.array([[0.0, 0.0]]))
        costs.append(motion.penalise(3, point_m)[0, 7])
    assert costs[0] == 0
    assert costs[1] == pytest.approx(costs[2] / 2)


def test_whoever_takes_over_a_label_starts_without_speed() -> None:
    motion, fresh = LabelMotion(FAR), LabelMotion(FAR)
    for frame in range(5):
        motion.observe(frame, LABEL, np.array([[0.3 * frame, 0.0]]))
    motion.forget(7)
    for one in (motion, fresh):
        one.observe(9, LABEL, np.array([[4.0, 4.0]]))
    points_m = np.random.default_rng(0).normal(4, 1, (6, 2))
    np.testing.assert_allclose(motion.penalise(12, points_m)[:, 7], fresh.penalise(12, points_m)[:, 7])


def test_no_points_and_no_labels_are_fine() -> None:
    motion = LabelMotion(FAR)
    assert motion.penalise(3, np.empty((0, 2))).shape == (0, 50)
    motion.observe(3, np.empty(0, np.int64), np.empty((0, 2)))
