"""The camera that most of some points agree with: lens and pose out of one picture. Needs SciPy.

The lens has few numbers on purpose: one focal length, the axis through the middle of the image, k1, and k2 where
there are many points. On simulated rigs more of them made the floor worse, not better: they follow the noise of a
few points seen once. ``cv2.calibrateCamera`` is not used, since its first guess of the pose fails on a floor with a
few points above it; RANSAC over guessed lenses starts here, and finds wrong points on the way.
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
_K2_LANDMARKS: Final = 16
_GUESSED_FOV_DEG: Final = tuple(range(45, 116, 5))
_GUESSED_K1: Final = (0.0, -0.1, -0.2)
_ROUNDS: Final = 6
_TOLERANCE: Final = 5.0 / 1280
"""A landmark farther off than this share of the image's width is wrong; hands and eyes reach a fifth of it."""
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
    best, best_rows, best_rank = np.empty(0), np.arange(0), (0, 0.0)
    for fov_deg, k1 in product(_GUESSED_FOV_DEG, _GUESSED_K1):
        focal = size[0] / 2 / np.tan(np.radians(fov_deg) / 2)
        lens = np.array([focal, k1, 0.0])
        found, rodrigues, translation, rows = cv2.solvePnPRansac(
            points_m,
            pixels,
            *_opencv_lens(lens, size),
            iterationsCount=300,
            reprojectionError=2 * _TOLERANCE * size[0],
            flags=cv2.SOLVEPNP_AP3P,
        )
        if not found:
            continue
        numbers = np.concatenate([lens, np.ravel(rodrigues), np.ravel(translation)])
        agreeing = np.asarray(rows, np.int64).ravel()
        rank = (len(agreeing), -float(_errors_px(numbers, points_m, pixels, size)[agreeing].max()))
        if rank > best_rank:
            best, best_rows, best_rank = numbers, agreeing, rank
    return best, best_rows


def _refine(numbers: Float64s, points_m: Float64s, pixels: Float64s, size: tuple[int, int]) -> Float64s:
    """Least squares over focal length, k1, k2 (with many landmarks) and pose."""
    free = np.ones(len(numbers), np.bool_)
    free[2] = len(pixels) >= _K2_LANDMARKS

    def offsets_px(values: Float64s) -> Float64s:
        trial = numbers.copy()
        trial[free] = values
        return (_project(trial, points_m, size) - pixels).ravel()

    refined = numbers.copy()
    refined[free] = least_squares(offsets_px, numbers[free], x_scale="jac").x
    return refined


def _errors_px(numbers: Float64s, points_m: Float64s, pixels: Float64s, size: tuple[int, int]) -> Float64s:
    """Distance in pixels of each landmark from where the camera shows it: [N]."""
    distance: Float64s = np.hypot(*(_project(numbers, points_m, size) - pixels).T)
    return distance


def _project(numbers: Float64s, points_m: Float64s, size: tuple[int, int]) -> Float64s:
    """Pixels [N, 2] for the numbers that are sought: focal length, k1, k2, Rodrigues (3), translation (3)."""
    pixels, _ = cv2.projectPoints(points_m, numbers[3:6], numbers[6:], *_opencv_lens(numbers, size))
    return np.asarray(pixels, np.float64).reshape(-1, 2)


def _opencv_lens(numbers: Float64s, size: tuple[int, int]) -> tuple[Float64s, Float64s]:
    focal, k1, k2 = numbers[:3]
    matrix = np.array([[focal, 0, (size[0] - 1) / 2], [0, focal, (size[1] - 1) / 2], [0, 0, 1]])
    return matrix, np.array([k1, k2, 0.0, 0.0, 0.0])


def _camera(numbers: Float64s, size: tuple[int, int]) -> Camera:
    matrix, distortion = _opencv_lens(numbers, size)
    return Camera(
        width_px=size[0],
        height_px=size[1],
        matrix=matrix,
        distortion=distortion,
        rotation=np.asarray(cv2.Rodrigues(numbers[3:6])[0], np.float64),
        translation_m=numbers[6:],
        max_radius_squared=invertible_radius_squared(distortion),
    )
