"""The floor as a texture: planks, painted areas, lines, logo and sponsors.

The texture covers the court and its run-off seen from above: rows run along z, columns along x, both rising. Lines
follow FIBA's Official Basketball Rules 2024, art. 2. Knows nothing about cameras or light.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from sideline.arrays import Float64s, Image
from sideline.simulator.look import FloorLook
from sideline.simulator.venues import Rgb

Int32s = npt.NDArray[np.int32]

FLOOR_HALF_LENGTH_M: Final = 18.5
FLOOR_HALF_WIDTH_M: Final = 11.5
PX_PER_M: Final = 60
_SHIFT: Final = 4
_LINE_M: Final = 0.05
_HALF_LENGTH_M: Final = 14.0
_HALF_WIDTH_M: Final = 7.5
_HOOP_X_M: Final = _HALF_LENGTH_M - 1.575
_ARC_RADIUS_M: Final = 6.75
_ARC_SIDE_Z_M: Final = _HALF_WIDTH_M - 0.9
_KEY_HALF_WIDTH_M: Final = 2.45
_KEY_LENGTH_M: Final = 5.8
_CIRCLE_RADIUS_M: Final = 1.8
_NO_CHARGE_RADIUS_M: Final = 1.25


def paint_floor(look: FloorLook, rng: np.random.Generator) -> Image:
    """Paint the floor.

    Returns:
        [2 · FLOOR_HALF_WIDTH_M · PX_PER_M, 2 · FLOOR_HALF_LENGTH_M · PX_PER_M, 3] uint8; pixel (r, c) shows
        the floor at x = (c + 0.5) / PX_PER_M − FLOOR_HALF_LENGTH_M, z = (r + 0.5) / PX_PER_M − FLOOR_HALF_WIDTH_M.
    """
    relief = _paint_planks(look, rng)
    paint = np.full((*relief.shape, 3), look.wood, np.uint8)
    _paint_areas(paint, look)
    _paint_logo(paint, look)
    _paint_words(paint, look)
    _paint_lines(paint, look)
    rgb = np.array(look.wood)
    wood = cv2.inRange(paint, rgb, rgb)
    relief = np.where(wood > 0, relief, 0.65 + 0.35 * relief).astype(np.float32)
    return np.asarray(cv2.multiply(paint, cv2.merge([relief] * 3), dtype=cv2.CV_8U), np.uint8)


def _paint_planks(look: FloorLook, rng: np.random.Generator) -> Float64s:
    """Brightness factors of the planks with their grain: [H, W], around 1."""
    height, width = int(2 * FLOOR_HALF_WIDTH_M * PX_PER_M), int(2 * FLOOR_HALF_LENGTH_M * PX_PER_M)
    plank_px, length_px = int(rng.integers(5, 11)), int(rng.integers(60, 150))
    rows = np.arange(height) // plank_px
    offsets = rng.integers(0, length_px, rows[-1] + 1)
    planks = rng.normal(0, look.grain, (rows[-1] + 1, width // length_px + 2))
    columns = (np.arange(width)[None, :] + offsets[:, None]) // length_px
    tones = np.take_along_axis(planks, columns, axis=1)
    tones[:, 1:] -= 0.5 * look.grain * (columns[:, 1:] != columns[:, :-1])
    relief = tones[rows]
    relief[::plank_px] -= 0.4 * look.grain
    fibres = cv2.blur(rng.normal(0, 1.0 * look.grain, (height // 2, width // 8)).astype(np.float32), (5, 1))
    relief += cv2.resize(fibres, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 + relief, np.float64)


def _to_px(points_m: Float64s) -> Float64s:
    """Floor points [..., 2] (x, z) to texture pixels [..., 2] (column, row)."""
    corner_m = np.array([FLOOR_HALF_LENGTH_M, FLOOR_HALF_WIDTH_M])
    return np.asarray((points_m + corner_m) * PX_PER_M - 0.5, np.float64)


def _fixed(points_m: Float64s) -> Int32s:
    return np.asarray(np.round(_to_px(points_m) * (1 << _SHIFT)), np.int32)


def _fill(paint: Image, points_m: Float64s, rgb: Rgb) -> None:
    cv2.fillPoly(paint, [_fixed(points_m)], rgb, cv2.LINE_AA, _SHIFT)


def _stroke(paint: Image, points_m: Float64s, rgb: Rgb, width_m: float = _LINE_M) -> None:
    """Draw a line of the given width along points [N, 2] as one filled ribbon, so that its width is exact."""
    steps = np.gradient(points_m, axis=0)
    normals = np.stack([-steps[:, 1], steps[:, 0]], axis=1)
    normals *= width_m / 2 / np.linalg.norm(normals, axis=1, keepdims=True)
    for start in range(len(points_m) - 1):
        piece = slice(start, start + 2)
        ribbon = np.concatenate([(points_m + normals)[piece], (points_m - normals)[piece][::-1]])
        _fill(paint, ribbon, rgb)


def _arc(x_m: float, radius_m: float, start_deg: float, end_deg: float, points: int = 60) -> Float64s:
    """Points on a circle around (x_m, 0), angles from +x towards +z: [N, 2]."""
    angles = np.radians(np.linspace(start_deg, end_deg, points))
    return np.stack([x_m + radius_m * np.cos(angles), radius_m * np.sin(angles)], axis=1)


def _rectangle(x0: float, z0: float, x1: float, z1: float) -> Float64s:
    return np.array([[x0, z0], [x1, z0], [x1, z1], [x0, z1]], np.float64)


def _three_point_line(half_width_m: float) -> Float64s:
    """Three-point line of the right half, from the end line at −z to the end line at +z: [N, 2]."""
    reach = np.degrees(np.arcsin(_ARC_SIDE_Z_M / _ARC_RADIUS_M))
    curve = _arc(_HOOP_X_M, _ARC_RADIUS_M - half_width_m, 180 + reach, 180 - reach)
    ends = [[_HALF_LENGTH_M, -_ARC_SIDE_Z_M]], [[_HALF_LENGTH_M, _ARC_SIDE_Z_M]]
    return np.concatenate([ends[0], curve, ends[1]])


def _both_halves(draw: Callable[[Float64s], None], points_m: Float64s) -> None:
    draw(points_m)
    draw(points_m * [-1.0, 1.0])


def _paint_areas(paint: Image, look: FloorLook) -> None:
    """Run-off, the area inside the three-point line, the key and the centre circle."""
    if look.border is not None:
        paint[:] = look.border
        _fill(paint, _rectangle(-_HALF_LENGTH_M, -_HALF_WIDTH_M, _HALF_LENGTH_M, _HALF_WIDTH_M), look.wood)
    if look.arc is not None:
        arc = look.arc
        _both_halves(lambda points: _fill(paint, points, arc), _three_point_line(0.0))
    if look.key is not None:
        key = look.key
        rectangle = _rectangle(_HALF_LENGTH_M - _KEY_LENGTH_M, -_KEY_HALF_WIDTH_M, _HALF_LENGTH_M, _KEY_HALF_WIDTH_M)
        _both_halves(lambda points: _fill(paint, points, key), rectangle)
        _fill(paint, _arc(0.0, _CIRCLE_RADIUS_M, 0, 360), key)


def _paint_lines(paint: Image, look: FloorLook) -> None:
    """Every line of the court, 5 cm wide; the boundary lies outside the court as the rules ask."""

    def stroke(points_m: Float64s) -> None:
        _stroke(paint, points_m, look.line)

    x, z = _HALF_LENGTH_M + _LINE_M / 2, _HALF_WIDTH_M + _LINE_M / 2
    corners = np.array([[-x, -z], [x, -z], [x, z], [-x, z], [-x, -z]])
    for start in range(4):
        stroke(corners[start : start + 2])
    stroke(np.array([[0.0, -z - 0.15], [0.0, z + 0.15]]))
    stroke(_arc(0.0, _CIRCLE_RADIUS_M - _LINE_M / 2, 0, 360, 90))
    key_x, key_z = _HALF_LENGTH_M - _KEY_LENGTH_M, _KEY_HALF_WIDTH_M - _LINE_M / 2
    for side in (-1, 1):
        _both_halves(stroke, np.array([[key_x, side * key_z], [_HALF_LENGTH_M, side * key_z]]))
    _both_halves(stroke, np.array([[key_x, -key_z], [key_x, key_z]]))
    _both_halves(stroke, _arc(key_x, _CIRCLE_RADIUS_M, 90, 270))
    _both_halves(stroke, _three_point_line(_LINE_M / 2))
    _both_halves(stroke, _arc(_HOOP_X_M, _NO_CHARGE_RADIUS_M, 90, 270, 30))
    for distance in (1.75, 2.6, 3.45, 4.3):  # marks of the free-throw places
        for side in (-1, 1):
            x_mark = _HALF_LENGTH_M - distance
            _both_halves(stroke, np.array([[x_mark, side * 2.45], [x_mark, side * 2.57]]))


def _paint_logo(paint: Image, look: FloorLook) -> None:
    """The logo in the centre circle."""
    radius = 1.45
    rim: Rgb = look.line if look.key is not None else look.accent
    if look.logo == "ring":
        _fill(paint, _arc(0.0, radius, 0, 360), rim)
        _fill(paint, _arc(0.0, radius * 0.8, 0, 360), look.accent)
        _write(paint, look.words[0][:1], 0.0, 0.0, 1.3, rim)
    elif look.logo == "star":
        angles = np.radians(np.arange(10) * 36 - 90)
        radii = np.where(np.arange(10) % 2, 0.42 * radius, radius)
        _fill(paint, np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1), rim)
    elif look.logo == "shield":
        _fill(paint, np.array([[-1.0, -1.2], [1.0, -1.2], [1.0, 0.2], [0.0, 1.4], [-1.0, 0.2]]), rim)
        _write(paint, look.words[0][:2], 0.0, -0.2, 0.9, look.accent)
    elif look.logo == "crescent":
        _fill(paint, _arc(0.0, radius, 0, 360), rim)
        _fill(paint, _arc(0.5, radius * 0.8, 0, 360), look.accent)
    elif look.logo == "letters":
        _write(paint, look.words[0], 0.0, 0.0, 1.1, rim)


def _paint_words(paint: Image, look: FloorLook) -> None:
    """Sponsors on the floor, to be read from the cameras' side."""
    light = look.line if look.border is not None else look.accent
    _write(paint, look.words[1 % len(look.words)], -8.2, 8.6, 0.9, light)
    _write(paint, look.words[2 % len(look.words)], 8.2, 8.6, 0.9, light)
    _write(paint, look.words[-1], -4.2, -5.4, 0.8, look.accent)
    _write(paint, look.words[0], 4.2, 5.4, 0.8, look.accent)


def _write(paint: Image, text: str, x_m: float, z_m: float, height_m: float, rgb: Rgb) -> None:
    """Write text centred on a floor point."""
    font, scale = cv2.FONT_HERSHEY_DUPLEX, height_m * PX_PER_M / 22
    thickness = max(2, round(scale * 2.2))
    (width, height), _ = cv2.getTextSize(text, font, scale, thickness)
    column, row = _to_px(np.array([x_m, z_m]))
    cv2.putText(
        paint, text, (round(column - width / 2), round(row + height / 2)), font, scale, rgb, thickness, cv2.LINE_AA
    )
