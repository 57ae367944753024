"""The rig of a simulated match: two cameras side by side above the near stand that see the whole floor together.

Draws lens and place out of the venue's ranges and then turns each camera as far outwards as it can while everything
that it has to see stays inside its image. Knows nothing about what is drawn.
"""

from typing import Final

import cv2
import numpy as np

from sideline.arena.camera import Camera, invertible_radius_squared
from sideline.arena.court import Court
from sideline.arena.rig import Rig
from sideline.arrays import Float64s
from sideline.simulator.venues import RigStyle, Venue

IMAGE_WIDTH_PX: Final = 1280
IMAGE_HEIGHT_PX: Final = 720
_MARGIN_PX: Final = 10.0
_RUN_OFF_M: Final = 1.2
_YAWS_DEG: Final = np.arange(18.0, 44.0, 1.0)
_PITCHES_DEG: Final = np.arange(18.0, 44.0, 1.0)


def draw_rig(venue: Venue, rng: np.random.Generator) -> Rig:
    """Draw a rig; every point of the court and of a strip around it lies in at least one of its images."""
    style, court = venue.rig, Court()
    middle = np.array(
        [style.offset_m.draw(rng), style.height_m.draw(rng), court.width_m / 2 + style.distance_m.draw(rng)]
    )
    half = np.array([style.apart_m.draw(rng) / 2, 0.0, 0.0])
    overlap_m = style.overlap_m.draw(rng)
    left = _draw_camera(style, middle - half, -1, court, overlap_m, rng)
    right = _draw_camera(style, middle + half, 1, court, overlap_m, rng)
    return Rig(arena=venue.name, court=court, left=left, right=right)


def aim_rotation(yaw: float, pitch: float, roll: float = 0.0) -> Float64s:
    """Rotation world → camera of a camera that looks along −z, turned right by yaw and down by pitch (rad): [3, 3]."""
    forward = np.array([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), -np.cos(yaw) * np.cos(pitch)])
    right = np.array([np.cos(yaw), 0.0, np.sin(yaw)])
    upright = np.stack([right, np.cross(forward, right), forward])
    cos, sin = np.cos(roll), np.sin(roll)
    rolled: Float64s = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]]) @ upright
    return rolled


def _draw_camera(
    style: RigStyle, centre_m: Float64s, side: int, court: Court, overlap_m: float, rng: np.random.Generator
) -> Camera:
    fov = np.radians(style.fov_deg.draw(rng))
    k1 = style.k1.draw(rng)
    distortion = np.array([k1, -0.1 * k1 + rng.uniform(-0.005, 0.005), *rng.uniform(-4e-4, 4e-4, 2), 0.0])
    principal = np.array([IMAGE_WIDTH_PX, IMAGE_HEIGHT_PX]) / 2 - 0.5 + rng.uniform(-6, 6, 2)
    roll = np.radians(rng.uniform(-1.0, 1.0))
    needed = _needed_points(court, side, overlap_m)
    for widening in 0.98 ** np.arange(20):
        focal = float(widening * IMAGE_WIDTH_PX / 2 / np.tan(fov / 2))
        camera = _turn_outwards(centre_m, focal, principal, distortion, side, roll, needed)
        if camera is not None:
            return camera
    raise AssertionError("no lens is wide enough")


def _turn_outwards(
    centre_m: Float64s,
    focal: float,
    principal: Float64s,
    distortion: Float64s,
    side: int,
    roll: float,
    needed: Float64s,
) -> Camera | None:
    """The camera with the largest yaw that sees all needed points with the margin; None when there is none."""
    for yaw in np.radians(_YAWS_DEG[::-1]) * side:
        cameras = [
            _camera(centre_m, focal, principal, distortion, aim_rotation(yaw, pitch, roll))
            for pitch in np.radians(_PITCHES_DEG)
        ]
        margins = [_smallest_margin_px(camera, needed) for camera in cameras]
        best = int(np.argmax(margins))
        if margins[best] >= _MARGIN_PX:
            return cameras[best]
    return None


def _camera(centre_m: Float64s, focal: float, principal: Float64s, distortion: Float64s, rotation: Float64s) -> Camera:
    matrix = np.array([[focal, 0.0, principal[0]], [0.0, focal, principal[1]], [0.0, 0.0, 1.0]])
    rodrigues = np.asarray(cv2.Rodrigues(rotation)[0], np.float64)
    exact = np.asarray(cv2.Rodrigues(rodrigues)[0], np.float64)  # what a reader of the rig file will get
    return Camera(
        width_px=IMAGE_WIDTH_PX,
        height_px=IMAGE_HEIGHT_PX,
        matrix=matrix,
        distortion=distortion,
        rotation=exact,
        translation_m=-exact @ centre_m,
        max_radius_squared=invertible_radius_squared(distortion),
    )


def _smallest_margin_px(camera: Camera, points_m: Float64s) -> float:
    """Distance of the outermost point from the image's edge, px; negative outside, −inf when it does not project."""
    pixels = camera.project(points_m)
    edges = np.concatenate([pixels, np.array([IMAGE_WIDTH_PX, IMAGE_HEIGHT_PX]) - 1 - pixels])
    smallest = float(edges.min())
    return smallest if np.isfinite(smallest) else -np.inf


def _needed_points(court: Court, side: int, overlap_m: float) -> Float64s:
    """What one camera must see: its half of the floor with a strip around it, and heads on the far side: [N, 3]."""
    half_x, half_z = court.length_m / 2, court.width_m / 2
    xs = np.linspace(-overlap_m, half_x + _RUN_OFF_M, 14)
    zs = np.linspace(-half_z - _RUN_OFF_M, half_z + 0.8, 12)
    rows = [(x, 0.0, z) for x in xs for z in (zs[0], zs[-1])]
    rows += [(x, 0.0, z) for x in (xs[0], xs[-1]) for z in zs]
    rows += [(x, 2.0, -half_z - 2.2) for x in xs]
    points: Float64s = np.array(rows) * np.array([side, 1.0, 1.0])
    return points
