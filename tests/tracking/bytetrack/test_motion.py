"""The filter without matrices against the matrix form of the paper's code, written out here."""

import numpy as np
import pytest

from sideline.arrays import Float64s
from sideline.tracking.bytetrack.boxes import Box
from sideline.tracking.bytetrack.motion import BoxFilter

_TRANSITION = np.block([[np.eye(4), np.eye(4)], [np.zeros((4, 4)), np.eye(4)]])
_OBSERVATION = np.eye(4, 8)


def _matrix_start(state: Float64s) -> tuple[Float64s, Float64s]:
    h = state[3]
    deviations = np.array([h / 10, h / 10, 1e-2, h / 10, h / 16, h / 16, 1e-5, h / 16])
    return np.concatenate([state, np.zeros(4)]), np.diag(deviations**2)


def _matrix_predict(mean: Float64s, covariance: Float64s) -> tuple[Float64s, Float64s]:
    h = mean[3]
    deviations = np.array([h / 20, h / 20, 1e-2, h / 20, h / 160, h / 160, 1e-5, h / 160])
    return _TRANSITION @ mean, _TRANSITION @ covariance @ _TRANSITION.T + np.diag(deviations**2)


def _matrix_correct(mean: Float64s, covariance: Float64s, state: Float64s) -> tuple[Float64s, Float64s]:
    h = mean[3]
    noise = np.diag(np.array([h / 20, h / 20, 1e-1, h / 20]) ** 2)
    total = _OBSERVATION @ covariance @ _OBSERVATION.T + noise
    gain = covariance @ _OBSERVATION.T @ np.linalg.inv(total)
    return mean + gain @ (state - mean[:4]), covariance - gain @ total @ gain.T


def _box_of(state: Float64s) -> Box:
    x, y, aspect, height = state.tolist()
    return (x - aspect * height / 2, y - height / 2, x + aspect * height / 2, y + height / 2)


def test_five_frames_agree_with_the_matrix_form() -> None:
    rng = np.random.default_rng(0)
    state = np.array([300.0, 200.0, 0.4, 120.0])
    box, (mean, covariance) = BoxFilter(_box_of(state)), _matrix_start(state)
    for frame in range(5):
        box.predict()
        mean, covariance = _matrix_predict(mean, covariance)
        if frame != 2:  # a frame without a detection
            seen = state + rng.normal(0, [4, 4, 0.02, 3])
            box.correct(_box_of(seen))
            mean, covariance = _matrix_correct(mean, covariance, seen)
    assert [box.x, box.y, box.aspect, box.height] == pytest.approx(mean[:4])
    assert [box.x_speed, box.y_speed, box.aspect_speed, box.height_speed] == pytest.approx(mean[4:])
    diagonal, between = np.diag(covariance), np.diag(covariance[:4, 4:])
    assert [box.variance] * 2 + [box.aspect_variance, box.variance] == pytest.approx(diagonal[:4])
    assert [box.covariance] * 2 + [box.aspect_covariance, box.covariance] == pytest.approx(between)
    assert [box.spread] * 2 + [box.aspect_spread, box.spread] == pytest.approx(diagonal[4:])


def test_the_box_of_a_filter_is_the_one_that_it_began_with() -> None:
    assert BoxFilter((10, 20, 50, 120)).box == pytest.approx((10, 20, 50, 120))
