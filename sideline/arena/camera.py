"""One camera: points of the arena to pixels and back to the floor, OpenCV's lens model. NumPy only.

Model and parameter order are those of OpenCV's ``projectPoints`` (pinhole; radial k1, k2, k3; tangential p1, p2), so
that a result of ``cv2.calibrateCamera`` and ``cv2.solvePnP`` can be used as it is.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Float64s, Floats

_UNDISTORT_STEPS: Final = 12
"""Newton steps of the inverse lens; it converges quadratically, and 12 reach 1e-9 px within the valid field."""


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A calibrated camera.

    Attributes:
        width_px, height_px: Size of its images.
        matrix: Intrinsics, [3, 3], pixels.
        distortion: k1, k2, p1, p2, k3, [5].
        rotation: World → camera, [3, 3]; camera axes are x right, y down, z forward.
        translation_m: World → camera, [3], metres.
        max_radius_squared: Squared distance from the axis on the plane z = 1 beyond which the lens model folds back.
    """

    width_px: int
    height_px: int
    matrix: Float64s
    distortion: Float64s
    rotation: Float64s
    translation_m: Float64s
    max_radius_squared: float

    @property
    def centre_m(self) -> Float64s:
        """Where the camera stands in the arena: [3], x, y, z in metres."""
        centre: Float64s = -self.rotation.T @ self.translation_m
        return centre

    @property
    def forward(self) -> Float64s:
        """Unit vector of the optical axis in the arena: [3]."""
        forward: Float64s = self.rotation[2]
        return forward

    def depth_m(self, points_m: Floats) -> Float64s:
        """Distance of arena points [N, 3] along the optical axis: [N] metres, negative behind the camera."""
        depth: Float64s = points_m @ self.rotation[2] + self.translation_m[2]
        return depth

    def project(self, points_m: Floats) -> Float64s:
        """Project points of the arena into the image.

        Args:
            points_m: [N, 3], x, y, z in metres.

        Returns:
            [N, 2] pixels (x right, y down, pixel centres at integers); NaN where a point lies behind the camera or
            outside the field in which the lens model is invertible. Pixels may lie outside the image.
        """
        in_camera = np.asarray(points_m, np.float64) @ self.rotation.T + self.translation_m
        depth = in_camera[:, 2:]
        ideal = in_camera[:, :2] / np.where(depth > 1e-6, depth, np.nan)
        ideal = np.where((ideal**2).sum(1, keepdims=True) < self.max_radius_squared, ideal, np.nan)
        return self._to_pixels(_distort(ideal, self.distortion))

    def floor_from_px(self, pixels: Floats) -> Float64s:
        """Where the rays of pixels meet the floor (y = 0).

        Args:
            pixels: [N, 2], x right, y down.

        Returns:
            [N, 2] floor points, x and z in metres; NaN for rays that do not meet the floor.
        """
        focal, principal = self.matrix[[0, 1], [0, 1]], self.matrix[:2, 2]
        ideal = _undistort((np.asarray(pixels, np.float64) - principal) / focal, self.distortion)
        rays = np.column_stack([ideal, np.ones(len(ideal))]) @ self.rotation
        centre = self.centre_m
        distance = -centre[1] / np.where(rays[:, 1] < -1e-9, rays[:, 1], np.nan)
        floor: Float64s = centre[[0, 2]] + distance[:, None] * rays[:, [0, 2]]
        return floor

    def sees(self, pixels: Floats, border_px: float = 0.0) -> Bools:
        """Whether pixels [N, 2] lie inside the image, at least ``border_px`` from its edge: [N] bool."""
        limit = np.array([self.width_px - 1, self.height_px - 1]) - border_px
        inside: Bools = ((pixels >= border_px) & (pixels <= limit)).all(axis=-1)
        return inside

    def _to_pixels(self, distorted: Float64s) -> Float64s:
        pixels: Float64s = distorted * self.matrix[[0, 1], [0, 1]] + self.matrix[:2, 2]
        return pixels


def invertible_radius_squared(distortion: Float64s) -> float:
    """Squared radius up to which the radial lens model rises, so that a pixel belongs to one ray.

    Args:
        distortion: k1, k2, p1, p2, k3.

    Returns:
        The smallest positive root of d/dr [r (1 + k1 r² + k2 r⁴ + k3 r⁶)] in r², or infinity.
    """
    k1, k2, _, _, k3 = distortion
    roots = np.roots([7 * k3, 5 * k2, 3 * k1, 1.0])
    positive = roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 0)].real
    return float(positive.min()) if positive.size else float("inf")


def _distort(ideal: Float64s, distortion: Float64s) -> Float64s:
    k1, k2, p1, p2, k3 = distortion
    x, y = ideal[:, 0], ideal[:, 1]
    r2 = x * x + y * y
    radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    return np.column_stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
            y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
        ]
    )


def _undistort(distorted: Float64s, distortion: Float64s) -> Float64s:
    """Newton's method with the radial slope as the derivative; starts at the distorted point."""
    k1, k2, _, _, k3 = distortion
    ideal = distorted.copy()
    for _ in range(_UNDISTORT_STEPS):
        r2 = (ideal**2).sum(1, keepdims=True)
        slope = 1 + r2 * (3 * k1 + r2 * (5 * k2 + r2 * 7 * k3))
        ideal -= (_distort(ideal, distortion) - distorted) / np.maximum(slope, 0.1)
    return ideal
