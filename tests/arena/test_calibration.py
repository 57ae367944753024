"""Calibration of simulated cameras, whose lenses have more numbers than the model that is fitted."""

from collections.abc import Callable

import numpy as np
import pytest

from sideline.arena.calibration import calibrate_camera
from sideline.arena.camera import Camera
from sideline.arena.court import Court
from sideline.arrays import Float64s
from sideline.errors import RigError
from sideline.simulator.rigs import draw_rig
from sideline.simulator.venues import TRAINING_VENUES
from tests.arena.marks import Marks, mark_landmarks

_CASES = [(seed, side) for seed in range(3) for side in ("left", "right")]


def _camera(seed: int, side: str = "left") -> Camera:
    return draw_rig(TRAINING_VENUES[seed], np.random.default_rng(seed)).camera(side)


def _floor_errors_m(found: Camera, true: Camera) -> Float64s:
    """Distance of foot-points all over the seen court from where the found camera puts them."""
    x, z = np.meshgrid(np.linspace(-14, 14, 57), np.linspace(-7.5, 7.5, 31))
    floor = np.column_stack([x.ravel(), np.zeros(x.size), z.ravel()])
    pixels = true.project(floor)
    seen = true.sees(np.nan_to_num(pixels, nan=-1.0))
    errors: Float64s = np.hypot(*(found.floor_from_px(pixels[seen]) - floor[seen][:, [0, 2]]).T)
    return errors


@pytest.mark.parametrize(("seed", "side"), _CASES)
def test_all_landmarks_with_half_a_pixel_of_noise_give_foot_points_within_centimetres(seed: int, side: str) -> None:
    true = _camera(seed, side)
    fit = calibrate_camera(mark_landmarks(true, np.random.default_rng(seed)), 1280, 720, Court())
    errors = _floor_errors_m(fit.camera, true)
    assert np.median(errors) < 0.025
    assert np.quantile(errors, 0.95) < 0.10
    assert not any(mark.suspicious for mark in fit.landmarks)
    assert fit.rms_px < 1.2
    assert np.hypot(*(fit.camera.centre_m - true.centre_m)[[0, 2]]) < 0.3


@pytest.mark.parametrize("seed", range(4))
def test_six_landmarks_are_enough_for_a_decimetre(seed: int) -> None:
    true = _camera(seed)
    marks = mark_landmarks(true, np.random.default_rng(seed))
    names = ("left_far_corner", "left_near_corner", "centre_line_far", "centre_line_near")
    six = {name: marks[name] for name in (*names, "left_near_key_corner", "left_far_key_corner") if name in marks}
    assert len(six) == 6
    errors = _floor_errors_m(calibrate_camera(six, 1280, 720, Court()).camera, true)
    assert np.median(errors) < 0.1


@pytest.mark.parametrize("seed", range(4))
def test_a_landmark_in_the_wrong_place_is_named_and_left_out(seed: int) -> None:
    true, rng = _camera(seed), np.random.default_rng(seed)
    marks = mark_landmarks(true, rng)
    wrong = str(rng.choice(list(marks)))
    marks[wrong] = (marks[wrong][0] + 25, marks[wrong][1] - 12)
    fit = calibrate_camera(marks, 1280, 720, Court())
    assert [mark.name for mark in fit.landmarks if mark.suspicious] == [wrong]
    assert fit.landmarks[0].error_px == pytest.approx(np.hypot(25, 12), abs=4)
    assert np.median(_floor_errors_m(fit.camera, true)) < 0.025


def test_two_exchanged_names_are_both_named() -> None:
    marks = mark_landmarks(_camera(1), np.random.default_rng(1))
    far, near = "left_far_key_corner", "left_near_key_corner"
    marks[far], marks[near] = marks[near], marks[far]
    fit = calibrate_camera(marks, 1280, 720, Court())
    assert {mark.name for mark in fit.landmarks if mark.suspicious} == {far, near}


def test_the_error_on_the_floor_is_told_for_floor_landmarks_only() -> None:
    fit = calibrate_camera(mark_landmarks(_camera(0), np.random.default_rng(0)), 1280, 720, Court())
    assert any("backboard" in mark.name for mark in fit.landmarks)
    assert all(np.isnan(mark.error_m) == ("backboard" in mark.name) for mark in fit.landmarks)


def _five(marks: Marks) -> Marks:
    return dict(list(marks.items())[:5])


def _scrambled(marks: Marks) -> Marks:
    return dict(zip(marks, reversed(list(marks.values())), strict=True))


def _mirrored(marks: Marks) -> Marks:
    flat = {name: pixel for name, pixel in marks.items() if "backboard" not in name}
    return {name.replace("left", "right"): pixel for name, pixel in flat.items() if "centre_circle" not in name}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_five, "5 landmarks are too few"),
        (lambda marks: marks | {"left_corner": (1.0, 1.0)}, "there is no landmark 'left_corner'"),
        (_mirrored, "exchanged in all names"),
        (_scrambled, "contradict each other"),
        (lambda marks: dict.fromkeys(marks, (5.0, 5.0)), "contradict each other"),
    ],
)
def test_landmarks_that_cannot_be_used_are_refused(change: Callable[[Marks], Marks], message: str) -> None:
    marks = mark_landmarks(_camera(0), np.random.default_rng(0))
    with pytest.raises(RigError, match=message):
        calibrate_camera(change(marks), 1280, 720, Court())


def test_landmarks_on_one_line_are_refused() -> None:
    names = ("corner", "key_baseline", "three_point_baseline")
    marks = {f"left_{side}_{name}": (10.0 * k, 5.0) for k, side in enumerate(("far", "near")) for name in names}
    with pytest.raises(RigError, match="one line"):
        calibrate_camera(marks, 1280, 720, Court())
