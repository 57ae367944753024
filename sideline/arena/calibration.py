"""From the pixels of named landmarks to a calibrated camera, and how well each landmark fits. Knows no file."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sideline.arena.camera import Camera
from sideline.arena.camera_fit import FEWEST_LANDMARKS, fit_agreeing
from sideline.arena.court import Court
from sideline.arena.landmarks import landmarks_m
from sideline.errors import RigError

Pixel = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LandmarkError:
    """How well one landmark fits.

    Attributes:
        name: See ``landmarks``.
        marked_px, expected_px: Where it was marked, and where the camera shows it.
        error_px: Distance of the two.
        error_m: The same on the floor; NaN for a landmark above it.
        suspicious: It contradicts the others and was left out of the fit.
    """

    name: str
    marked_px: Pixel
    expected_px: Pixel
    error_px: float
    error_m: float
    suspicious: bool


@dataclass(frozen=True, slots=True, eq=False)
class CameraFit:
    """A camera and the landmarks that it was made from, worst first."""

    camera: Camera
    landmarks: tuple[LandmarkError, ...]

    @property
    def rms_px(self) -> float:
        """Root mean square of the errors of the landmarks that were used."""
        return float(np.sqrt(np.mean([mark.error_px**2 for mark in self.landmarks if not mark.suspicious])))


def calibrate_camera(marks: Mapping[str, Pixel], width_px: int, height_px: int, court: Court) -> CameraFit:
    """Find a camera's lens and pose from at least six landmarks.

    Landmarks that contradict the others are left out, as long as six are left.

    Args:
        marks: Name of the landmark → pixel, x right and y down, pixel centres at integers.
        width_px, height_px: Size of the image.
        court: The court that is seen.

    Raises:
        RigError: too few landmarks, an unknown one, all on a line, too many that contradict each other, or a
            camera that does not look at the court from above and from the near side.
    """
    places = landmarks_m(court)
    _check(marks, places)
    points_m = np.array([places[name] for name in marks])
    pixels = np.array(list(marks.values()), np.float64)
    camera, used = fit_agreeing(points_m, pixels, (width_px, height_px))
    _check_side(camera)
    expected = camera.project(points_m)
    errors_px = np.hypot(*(expected - pixels).T)
    errors_m = np.hypot(*(camera.floor_from_px(pixels) - points_m[:, [0, 2]]).T)
    found = [
        LandmarkError(
            name,
            (float(pixels[row, 0]), float(pixels[row, 1])),
            (float(expected[row, 0]), float(expected[row, 1])),
            float(errors_px[row]),
            float(errors_m[row]) if points_m[row, 1] == 0 else float("nan"),
            row not in used,
        )
        for row, name in enumerate(marks)
    ]
    return CameraFit(camera, tuple(sorted(found, key=lambda mark: -mark.error_px)))


def _check_side(camera: Camera) -> None:
    x, y, z = camera.centre_m
    if y <= 0 or z <= 0:
        raise RigError(
            f"the camera would stand at x={x:.1f} y={y:.1f} z={z:.1f} m, but it has to be above the floor and on the "
            "near side: left and right, or far and near, are exchanged in all names"
        )


def _check(marks: Mapping[str, Pixel], places: Mapping[str, tuple[float, float, float]]) -> None:
    unknown = [name for name in marks if name not in places]
    if unknown:
        raise RigError(f"there is no landmark {unknown[0]!r}; choose from: {', '.join(places)}")
    if len(marks) < FEWEST_LANDMARKS:
        raise RigError(
            f"{len(marks)} landmarks are too few: mark {FEWEST_LANDMARKS} a camera, better 12, all over its half"
        )
    points_m = np.array([places[name] for name in marks])
    spread = np.linalg.svd(points_m - points_m.mean(axis=0), compute_uv=False) / np.sqrt(len(marks))
    if spread[1] < 0.7:
        raise RigError("the landmarks lie nearly on one line: mark some on the far and some on the near side")
