"""Shadows on the floor: one soft capsule a person and lamp, and a dark spot where feet meet the floor."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from sideline.arena.camera import Camera
from sideline.arrays import Float64s, Image
from sideline.simulator.look import LightLook

_SHIFT: Final = 4
_HALF_SIZE_SHIFT: Final = _SHIFT + 1
_FAN: Final = np.radians([90.0, 120.0, 150.0, 180.0, 210.0, 240.0, 270.0, -90.0, -60.0, -30.0, 0.0, 30.0, 60.0, 90.0])
_ELLIPSE: Final = np.radians(np.arange(0.0, 360.0, 30.0))
_FEET_RADIUS_M: Final = 0.17
_BODY_RADII_M: Final = (0.13, 0.24)
_CONTACT: Final = 0.9

Int32s = npt.NDArray[np.int32]


def draw_shadows(
    canvas: Image, camera: Camera, ankles_m: Float64s, centres_m: Float64s, heights_m: Float64s, light: LightLook
) -> None:
    """Darken the floor around people.

    Args:
        canvas: The camera's image of the empty arena.
        camera: The camera.
        ankles_m: (P, 2, 3) both ankles.
        centres_m: (P, 2) x and z below the pelvis.
        heights_m: (P,) height of the crown above the floor.
        light: Lamps and how dark their shadows are.
    """
    mask = np.zeros((canvas.shape[0] // 2, canvas.shape[1] // 2), np.uint8)
    darkness = round(255 * light.shadow / max(len(light.lamp_directions), 1) ** 0.5)
    for direction in light.lamp_directions:
        _fill(mask, camera, _body_outlines(centres_m, heights_m, np.array(direction)), darkness)
    mask = np.asarray(cv2.blur(mask, (9, 5)), np.uint8)
    lifted = ankles_m[..., 1]
    outlines = ankles_m[:, :, None, [0, 2]] + _FEET_RADIUS_M * np.stack([np.cos(_ELLIPSE), np.sin(_ELLIPSE)], axis=1)
    on_floor = outlines[lifted < 0.25]
    contact = np.zeros_like(mask)
    _fill(contact, camera, on_floor, round(255 * min(_CONTACT * (0.35 + light.shadow), 0.75)))
    mask = np.maximum(mask, cv2.blur(contact, (5, 3)))
    _darken(canvas, mask)


def _body_outlines(centres_m: Float64s, heights_m: Float64s, direction: Float64s) -> Float64s:
    """Capsules on the floor from the feet towards where the head's shadow falls: (P, 14, 2)."""
    ends = centres_m + heights_m[:, None] * direction
    axis = direction / max(float(np.linalg.norm(direction)), 1e-6)
    normal = np.array([-axis[1], axis[0]])
    fan = np.cos(_FAN)[:, None] * axis + np.sin(_FAN)[:, None] * normal
    half = len(_FAN) // 2
    radii = np.repeat(_BODY_RADII_M, half)[:, None]
    anchors = np.concatenate([np.repeat(centres_m[:, None], half, 1), np.repeat(ends[:, None], half, 1)], axis=1)
    return np.asarray(anchors + radii * fan, np.float64)


def _fill(mask: npt.NDArray[np.uint8], camera: Camera, outlines_m: Float64s, level: int) -> None:
    """Fill floor polygons (N, K, 2) in a mask of half the image's size."""
    count, corners = outlines_m.shape[:2]
    points = np.insert(outlines_m.reshape(-1, 2), 1, 0.0, axis=1)
    pixels = camera.project(points).reshape(count, corners, 2)
    visible = np.isfinite(pixels).all(axis=(1, 2)) & (np.abs(pixels) < 4000).all(axis=(1, 2))
    for polygon in np.round(pixels[visible] * (1 << _SHIFT)).astype(np.int32):
        cv2.fillConvexPoly(mask, polygon, (level,), cv2.LINE_8, _HALF_SIZE_SHIFT)


def _darken(canvas: Image, mask: npt.NDArray[np.uint8]) -> None:
    """Multiply the image by what the shadows leave, inside their common box."""
    x, y, width, height = cv2.boundingRect(mask)
    if width == 0:
        return
    left = cv2.resize(255 - mask[y : y + height, x : x + width], (2 * width, 2 * height))
    window = canvas[2 * y : 2 * (y + height), 2 * x : 2 * (x + width)]
    window[:] = cv2.multiply(window, cv2.cvtColor(left, cv2.COLOR_GRAY2RGB), scale=1 / 255)
