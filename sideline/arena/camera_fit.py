"""The camera that most of some points agree with: lens and pose out of one picture. Needs SciPy.

The lens has one focal length, k1, and, held near zero, k2 and the axis' distance from the middle of the image. On
simulated rigs both leaving these out and leaving them free made the worst part of the floor worse.
``cv2.calibrateCamera`` is not used, since its first guess of the pose fails on a floor with a few points above it;
RANSAC over guessed lenses starts here, and finds wrong points on the way.
"""

from itertools import product
from typing import Final

import cv2
import numpy as np
from scipy.optimize import least_squares

from sideline.arena.camera import Camera, invertible_radius_squared
from sideline.arrays import Float64s, Int64s
from sideline.errors import RigError

FEWEST_LANDMARKS: Final = 6
_USUAL_LENS: Final = np.array([np.log(0.65), 0.0, 0.0, 0.0, 0.0])
_LENS_SPREAD: Final = np.array([0.7, 0.3, 0.04, 10 / 1280, 10 / 1280])
"""Mean and standard deviation among lenses of ln(focal length / image width), k1, k2, axis' offset / image width."""
_NOISE: Final = 1 / 1280
"""Standard deviation of a careful hand, share of the image's width."""
_GUESSED_FOV_DEG: Final = tuple(range(45, 116, 5))
_GUESSED_K1: Final = (0.0, -0.1, -0.2)
_ROUNDS: Final = 6
_TOLERANCE: Final = 5.0 / 1280
"""A landmark farther off than this share of the image's width is wrong; hands and eyes reach a fifth of it."""
_NEAR: Final = 2 * _TOLERANCE
"""The same while the lens is a guess."""
_CONTRADICTION: Final = (
    f"the landmarks contradict each other: not even {FEWEST_LANDMARKS} of them agree on a camera; look for exchanged "
    "names (far and near, left and right), for the size of the image, and mark more of them"
)


def fit_agreeing(points_m: Float64s, pixels: Float64s, size: tuple[int, int]) -> tuple[Camera, Int64s]:
    """Find the camera that most of the points agree with.

    Args:
        points_m: [N, 3] in the arena, metres.
        pixels: [N, 2] where they were seen.
        size: Width and height of the image, px.

    Returns:
        The camera, and the rows of the points that it was fitted to.

    Raises:
        RigError: fewer than six points agree on a camera.
    """
    numbers, used = _guess(points_m, pixels, size)
    for _ in range(_ROUNDS):
        if len(used) < FEWEST_LANDMARKS:
            raise RigError(_CONTRADICTION)
        numbers = _refine(numbers, points_m[used], pixels[used], size)
        previous, used = used, np.flatnonzero(_errors_px(numbers, points_m, pixels, size) <= _TOLERANCE * size[0])
        if np.array_equal(previous, used):
            break
    return _camera(numbers, size), previous


def _guess(points_m: Float64s, pixels: Float64s, size: tuple[int, int]) -> tuple[Float64s, Int64s]:
    """The guessed lens with the pose that the most landmarks agree with: RANSAC over poses of four of them."""
    try:
        guesses = [
            _guess_pose(
                np.array([-np.log(2 * np.tan(np.radians(fov_deg) / 2)), k1, 0.0, 0.0, 0.0]), points_m, pixels, size
            )
            for fov_deg, k1 in product(_GUESSED_FOV_DEG, _GUESSED_K1)
        ]
    except cv2.error as error:  # all pixels in one place, for instance
        raise RigError(_CONTRADICTION) from error
    agreeing = [np.flatnonzero(_errors_px(numbers, points_m, pixels, size) <= _NEAR * size[0]) for numbers in guesses]
    best = max(range(len(guesses)), key=lambda index: len(agreeing[index]))
    return guesses[best], agreeing[best]


def _guess_pose(lens: Float64s, points_m: Float64s, pixels: Float64s, size: tuple[int, int]) -> Float64s:
    """A lens with the pose that the most points agree with; RANSAC's own refinement fails on a plane, hence SQPnP."""
    camera = _opencv_lens(lens, size)
    found, *_, rows = cv2.solvePnPRansac(
        points_m, pixels, *camera, iterationsCount=300, reprojectionError=_NEAR * size[0], flags=cv2.SOLVEPNP_AP3P
    )
    used = np.ravel(rows) if found else np.arange(len(pixels))
    _, rodrigues, translation = cv2.solvePnP(points_m[used], pixels[used], *camera, flags=cv2.SOLVEPNP_SQPNP)
    return np.concatenate([lens, np.ravel(rodrigues), np.ravel(translation)])


def _refine(numbers: Float64s, points_m: Float64s, pixels: Float64s, size: tuple[int, int]) -> Float64s:
    """Least squares over lens and pose, in standard deviations."""

    def deviations(trial: Float64s) -> Float64s:
        offsets_px = _project(trial, points_m, size) - pixels
        unusual = (trial[:5] - _USUAL_LENS) / _LENS_SPREAD
        return np.concatenate([offsets_px.ravel() / (_NOISE * size[0]), unusual])

    return least_squares(deviations, numbers, x_scale="jac").x


def _errors_px(numbers: Float64s, points_m: Float64s, pixels: Float64s, size: tuple[int, int]) -> Float64s:
    """Distance in pixels of each landmark from where the camera shows it: [N]."""
    distance: Float64s = np.hypot(*(_project(numbers, points_m, size) - pixels).T)
    return distance


def _project(numbers: Float64s, points_m: Float64s, size: tuple[int, int]) -> Float64s:
    """Pixels [N, 2] for the numbers that are sought: the lens as above, Rodrigues (3), translation (3)."""
    pixels, _ = cv2.projectPoints(points_m, numbers[5:8], numbers[8:], *_opencv_lens(numbers, size))
    return np.asarray(pixels, np.float64).reshape(-1, 2)


def _opencv_lens(numbers: Float64s, size: tuple[int, int]) -> tuple[Float64s, Float64s]:
    focal, (k1, k2, *axis) = size[0] * np.exp(numbers[0]), numbers[1:5]
    centre = (np.array(size) - 1) / 2 + np.array(axis) * size[0]
    matrix = np.array([[focal, 0, centre[0]], [0, focal, centre[1]], [0, 0, 1]])
    return matrix, np.array([k1, k2, 0.0, 0.0, 0.0])


def _camera(numbers: Float64s, size: tuple[int, int]) -> Camera:
    matrix, distortion = _opencv_lens(numbers, size)
    return Camera(
        width_px=size[0],
        height_px=size[1],
        matrix=matrix,
        distortion=distortion,
        rotation=np.asarray(cv2.Rodrigues(numbers[5:8])[0], np.float64),
        translation_m=numbers[8:],
        max_radius_squared=invertible_radius_squared(distortion),
    )
