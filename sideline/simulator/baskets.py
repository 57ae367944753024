"""Baskets: base, post, backboard, rim and net, painted once per camera and laid over people behind them."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from sideline.arena.camera import Camera
from sideline.arrays import Float64s, Image
from sideline.simulator.sensor import Sensor
from sideline.simulator.venues import Rgb

_SHIFT: Final = 4
_BOARD_X_M: Final = 12.8
_RIM_X_M: Final = 12.425
_RIM_RADIUS_M, _RIM_Y_M, _NET_Y_M = 0.225, 3.05, 2.62
_METAL: Final[Rgb] = (60, 62, 68)
_WHITE: Final[Rgb] = (235, 235, 235)
_ORANGE: Final[Rgb] = (224, 84, 30)
_GLASS_SHARE: Final = 0.22


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A painted thing that may hide people.

    Attributes:
        distance_m: From the camera; people farther away are behind it.
        corner_px: Column and row of its first pixel.
        remains: [H, W, 3] uint8, share of the picture that shows through, 0..255.
        colours: [H, W, 3] uint8, what it adds, already multiplied by its coverage.
    """

    distance_m: float
    corner_px: tuple[int, int]
    remains: Image
    colours: Image

    def draw(self, canvas: Image) -> None:
        """Lay it over an image."""
        (column, row), (height, width) = self.corner_px, self.colours.shape[:2]
        window = canvas[row : row + height, column : column + width]
        cv2.add(cv2.multiply(window, self.remains, scale=1 / 255), self.colours, window)


def paint_baskets(camera: Camera, padding: Rgb, sensor: Sensor) -> list[Overlay]:
    """Paint both baskets as one camera sees them; those outside its image are left out.

    Args:
        camera: The camera.
        padding: Colour of the padded base.
        sensor: Turns light into the camera's picture.
    """
    overlays = []
    for side in (-1.0, 1.0):
        base = _Sketch(camera, side)
        _paint_base(base, padding)
        board = _Sketch(camera, side)
        _paint_board(board)
        places = (np.array([side * 15.6, 1.0, 0.0]), np.array([side * _BOARD_X_M, 1.0, 0.0]))
        for sketch, place in zip((base, board), places, strict=True):
            overlay = sketch.to_overlay(float(np.linalg.norm(place - camera.centre_m)), sensor)
            if overlay is not None:
                overlays.append(overlay)
    return overlays


class _Sketch:
    """Polygons and lines in the arena, drawn into an empty image with their coverage."""

    def __init__(self, camera: Camera, side: float) -> None:
        self._camera, self._mirror = camera, np.array([side, 1.0, 1.0])
        self._image = np.zeros((camera.height_px, camera.width_px, 3), np.uint8)
        self._coverage = np.zeros((camera.height_px, camera.width_px), np.uint8)

    def fill(self, points_m: list[tuple[float, float, float]], rgb: Rgb, share: float = 1.0) -> None:
        pixels = self._project(np.array(points_m))
        if pixels is not None:
            cv2.fillPoly(self._image, [pixels], rgb, cv2.LINE_AA, _SHIFT)
            cv2.fillPoly(self._coverage, [pixels], (round(255 * share),), cv2.LINE_AA, _SHIFT)

    def line(self, points_m: Float64s, rgb: Rgb, width_m: float) -> None:
        pixels = self._project(points_m)
        if pixels is not None:
            width = max(1, round(width_m * self._px_per_m(points_m)))
            cv2.polylines(self._image, [pixels], False, rgb, width, cv2.LINE_AA, _SHIFT)
            cv2.polylines(self._coverage, [pixels], False, (255,), width, cv2.LINE_AA, _SHIFT)

    def _px_per_m(self, points_m: Float64s) -> float:
        depth = float(self._camera.depth_m(points_m[:1] * self._mirror)[0])
        return float(self._camera.matrix[0, 0]) / depth

    def _project(self, points_m: Float64s) -> npt.NDArray[np.int32] | None:
        pixels = self._camera.project(points_m * self._mirror)
        if not np.isfinite(pixels).all() or np.abs(pixels).max() > 8000:
            return None
        return np.asarray(np.round(pixels * (1 << _SHIFT)), np.int32)

    def to_overlay(self, distance_m: float, sensor: Sensor) -> Overlay | None:
        column, row, width, height = cv2.boundingRect(self._coverage)
        if width == 0:
            return None
        window = np.s_[row : row + height, column : column + width]
        coverage = np.repeat(self._coverage[window][..., None], 3, axis=2)
        colours = cv2.multiply(sensor.expose(self._image)[window], coverage, scale=1 / 255)
        return Overlay(distance_m, (column, row), np.asarray(255 - coverage, np.uint8), np.asarray(colours, np.uint8))


def _paint_base(sketch: _Sketch, padding: Rgb) -> None:
    """Padded base and the post that carries the board."""
    x0, x1, z, top = 15.3, 16.6, 0.5, 1.05
    dark = (padding[0] * 2 // 3, padding[1] * 2 // 3, padding[2] * 2 // 3)
    sketch.fill([(x0, 0.0, -z), (x0, 0.0, z), (x0, top, z), (x0, top, -z)], dark)
    sketch.fill([(x0, 0.0, z), (x1, 0.0, z), (x1, top, z), (x0, top, z)], padding)
    sketch.fill([(x0, top, -z), (x1, top, -z), (x1, top, z), (x0, top, z)], (120, 122, 126))
    sketch.line(np.array([(16.2, top, 0.0), (14.9, 2.4, 0.0), (13.6, 3.25, 0.0)]), _METAL, 0.22)


def _paint_board(sketch: _Sketch) -> None:
    """Arm, glass backboard (FIBA: 1.80 m × 1.05 m, lower edge at 2.90 m), rim and net."""
    x, z, low, high = _BOARD_X_M, 0.9, 2.9, 3.95
    for arm_z in (-0.3, 0.3):
        sketch.line(np.array([(13.7, 3.25, 0.0), (x, 3.3, arm_z)]), _METAL, 0.1)
    sketch.fill([(x, low, -z), (x, low, z), (x, high, z), (x, high, -z)], (190, 205, 215), _GLASS_SHARE)
    frame = np.array([(x, low, -z), (x, low, z), (x, high, z), (x, high, -z), (x, low, -z)])
    sketch.line(frame, _WHITE, 0.06)
    inner = np.array([(x, 3.05, -0.295), (x, 3.05, 0.295), (x, 3.5, 0.295), (x, 3.5, -0.295), (x, 3.05, -0.295)])
    sketch.line(inner, _WHITE, 0.05)
    sketch.fill([(x, low - 0.06, -z), (x, low - 0.06, z), (x, low, z), (x, low, -z)], (40, 60, 140))
    for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        top, bottom = _ring(angle, _RIM_RADIUS_M, _RIM_Y_M), _ring(angle + 0.4, 0.13, _NET_Y_M)
        sketch.line(np.stack([top, bottom]), (215, 215, 215), 0.015)
    rim = np.stack([_ring(angle, _RIM_RADIUS_M, _RIM_Y_M) for angle in np.linspace(0, 2 * np.pi, 28)])
    sketch.line(rim, _ORANGE, 0.035)
    sketch.line(np.array([(_RIM_X_M + _RIM_RADIUS_M, _RIM_Y_M, 0.0), (x, _RIM_Y_M, 0.0)]), _ORANGE, 0.08)


def _ring(angle: float, radius_m: float, height_m: float) -> Float64s:
    return np.array([_RIM_X_M + radius_m * np.cos(angle), height_m, radius_m * np.sin(angle)])
