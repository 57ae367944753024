"""The radial panorama: both cameras in one image, laid out by azimuth and log distance on the floor.

Column u is the azimuth seen from the midpoint of the two cameras, row v the logarithm of the horizontal distance at
which the ray meets the floor. Every pixel is a floor point, so the maps panorama ↔ floor ↔ camera are exact, and a
person of a given height is as many rows tall at the far sideline as at the near one: ln(h / (h - height)) does not
depend on the distance. Knows nothing about JPEG, people or networks.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sideline.arena.rig import Rig
from sideline.arrays import Float32s, Float64s, Floats, Image
from sideline.errors import RigError
from sideline.tensors import PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX

_MARGIN_M: Final = 1.5
"""Strip around the court that the panorama shows."""
_TALLEST_M: Final = 2.4
"""A head this high at the farthest corner is still in the picture."""
_SEAM_HALF_WIDTH_RAD: Final = np.deg2rad(1.5)
"""Half of the strip in which the cameras are blended; a person is 1–4° wide."""


@dataclass(frozen=True)
class Panorama:
    """Geometry of one rig's panorama; make it with :meth:`of`.

    Attributes:
        rig: The cameras.
        centre_m: Midpoint of the cameras, [3], metres.
        azimuth_rad: Azimuths of the left and right edge; 0 looks across the court (-z), positive to the right (+x).
        log_distance: Natural logarithms of the floor distance (m) at the top and the bottom edge.
    """

    rig: Rig
    centre_m: Float64s
    azimuth_rad: tuple[float, float]
    log_distance: tuple[float, float]

    @classmethod
    def of(cls, rig: Rig) -> "Panorama":
        """Fit the panorama to the court and the cameras.

        Raises:
            RigError: the cameras do not stand above and outside the long side z > 0 of the court.
        """
        centre = (rig.left.centre_m + rig.right.centre_m) / 2
        nearest = centre[2] - rig.court.width_m / 2 - _MARGIN_M
        if not (nearest > 0.5 and centre[1] > _TALLEST_M + 0.5 and abs(centre[0]) < rig.court.length_m / 2):
            x, y, z = np.round(centre, 2)
            raise RigError(
                f"the cameras stand at x={x} y={y} z={z} m; they must be at least {_TALLEST_M + 0.5} m high (y) and "
                f"{_MARGIN_M + 0.5} m outside the long side z > 0: check translation_m and rotation_rodrigues"
            )
        offsets = rig.court.corners_m(_MARGIN_M) - centre[[0, 2]]
        azimuths = np.arctan2(offsets[:, 0], -offsets[:, 1])
        farthest = np.hypot(*offsets.T).max() * centre[1] / (centre[1] - _TALLEST_M)
        edges = (float(azimuths.min()), float(azimuths.max()))
        return cls(rig, centre, edges, (float(np.log(farthest)), float(np.log(nearest))))

    def floor_from_uv(self, uv: Floats) -> Float64s:
        """Floor points of panorama points.

        Args:
            uv: [N, 2] in [0, 1]², u right and v down.

        Returns:
            [N, 2], x and z in metres.
        """
        (left, right), (top, bottom) = self.azimuth_rad, self.log_distance
        uv = np.asarray(uv, np.float64)
        azimuth = left + uv[:, 0] * (right - left)
        distance = np.exp(top + uv[:, 1] * (bottom - top))
        offset = np.column_stack([np.sin(azimuth), -np.cos(azimuth)]) * distance[:, None]
        floor: Float64s = offset + self.centre_m[[0, 2]]
        return floor

    def uv_from_floor(self, points_m: Floats) -> Float64s:
        """Panorama points [N, 2] of floor points [N, 2] (x, z in metres); outside [0, 1]² where not in the picture."""
        (left, right), (top, bottom) = self.azimuth_rad, self.log_distance
        offset = np.asarray(points_m, np.float64) - self.centre_m[[0, 2]]
        azimuth = np.arctan2(offset[:, 0], -offset[:, 1])
        log_distance = np.log(np.hypot(offset[:, 0], offset[:, 1]))
        return np.column_stack([(azimuth - left) / (right - left), (log_distance - top) / (bottom - top)])

    def camera_from_uv(self, side: str, uv: Floats) -> Float64s:
        """Pixels [N, 2] of one camera ("left" or "right") that show panorama points [N, 2]; NaN where it cannot."""
        floor = self.floor_from_uv(uv)
        return self.rig.camera(side).project(np.column_stack([floor[:, 0], np.zeros(len(floor)), floor[:, 1]]))

    def uv_from_camera(self, side: str, pixels: Floats) -> Float64s:
        """Panorama points [N, 2] of one camera's pixels [N, 2], taken as floor; NaN above the horizon."""
        return self.uv_from_floor(self.rig.camera(side).floor_from_px(pixels))

    def stitch(self, left: Image | None, right: Image | None) -> Image:
        """Stitch one frame.

        Args:
            left, right: [height_px, width_px, 3] uint8 RGB of the rig's sizes; None for a camera without an image.

        Returns:
            [512, 1024, 3] uint8 RGB; black where no camera looks.
        """
        maps = self.maps
        panorama = np.zeros((PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX, 3), np.uint8)
        if left is not None:
            panorama[:, : maps.stop] = _remap(left, maps.left)
        if right is None:
            return panorama
        warped = _remap(right, maps.right)
        if left is None:
            panorama[:, maps.start :] = warped
            return panorama
        seam = maps.stop - maps.start
        panorama[:, maps.stop :] = warped[:, seam:]
        strip = panorama[:, maps.start : maps.stop]
        strip[:] = np.rint(strip + maps.right_weight * (warped[:, :seam].astype(np.float32) - strip))
        return panorama

    @cached_property
    def maps(self) -> "StitchMaps":
        """Where each pixel of the panorama comes from."""
        return _build_maps(self)


@dataclass(frozen=True, slots=True, eq=False)
class StitchMaps:
    """Remap tables; the left camera fills columns [0, stop), the right one [start, 1024), blended in between.

    Attributes:
        start, stop: Columns of the panorama.
        left, right: OpenCV's fixed-point maps: [512, N, 2] i16 whole pixels, [512, N] u16 fractions in 1/32 px.
        right_weight: [512, stop - start, 1] f32, the right camera's share of the strip.
    """

    start: int
    stop: int
    left: tuple[NDArray[np.int16], NDArray[np.uint16]]
    right: tuple[NDArray[np.int16], NDArray[np.uint16]]
    right_weight: Float32s


def _build_maps(panorama: Panorama) -> StitchMaps:
    edge_left, edge_right = panorama.azimuth_rad
    forward = panorama.rig.left.forward + panorama.rig.right.forward
    seam = float(np.arctan2(forward[0], -forward[2]))
    columns = (np.array([seam - _SEAM_HALF_WIDTH_RAD, seam + _SEAM_HALF_WIDTH_RAD]) - edge_left) / (
        edge_right - edge_left
    )
    start, stop = np.clip(np.rint(columns * PANORAMA_WIDTH_PX).astype(int), 0, PANORAMA_WIDTH_PX)
    left = _pixels_of_columns(panorama, "left", 0, stop)
    right = _pixels_of_columns(panorama, "right", start, PANORAMA_WIDTH_PX)
    ramp = (np.arange(stop - start) + 0.5) / (stop - start)
    sees_left = panorama.rig.left.sees(left[:, start:])
    sees_right = panorama.rig.right.sees(right[:, : stop - start])
    weight = np.where(sees_right, np.where(sees_left, ramp, 1.0), 0.0)
    return StitchMaps(int(start), int(stop), _fixed(left), _fixed(right), weight[..., None].astype(np.float32))


def _pixels_of_columns(panorama: Panorama, side: str, start: int, stop: int) -> Float64s:
    u = (np.arange(start, stop) + 0.5) / PANORAMA_WIDTH_PX
    v = (np.arange(PANORAMA_HEIGHT_PX) + 0.5) / PANORAMA_HEIGHT_PX
    grid = np.stack(np.meshgrid(u, v), axis=-1)
    return panorama.camera_from_uv(side, grid.reshape(-1, 2)).reshape(grid.shape)


def _fixed(pixels: Float64s) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Fixed-point maps (1/32 px): three times as fast as float maps in ``cv2.remap``."""
    outside = np.nan_to_num(pixels, nan=-1e4).clip(-1e4, 1e4).astype(np.float32)
    coarse, fine = cv2.convertMaps(outside, np.empty(0, np.float32), cv2.CV_16SC2)
    return np.asarray(coarse, np.int16), np.asarray(fine, np.uint16)


def _remap(image: Image, maps: tuple[NDArray[np.int16], NDArray[np.uint16]]) -> Image:
    return np.asarray(cv2.remap(image, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.uint8)
