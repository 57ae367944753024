"""Jersey numbers: textures in several fonts, laid on chest and back in perspective."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from sideline.arrays import Bools, Float64s, Image
from sideline.simulator.people import Kit
from sideline.simulator.skeleton import Bodies, Joint

_SIZES_PX: Final = (96, 48, 24, 12)
_HALF_WIDTH, _HALF_HEIGHT, _UP = 0.082, 0.068, 0.185
_DEPTH: Final = 0.06
_FACING: Final = 0.12
_SMALLEST_PX: Final = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class NumberFont:
    """A way to draw digits: OpenCV's face, stroke and outline width at 40 px height, width and slant to height."""

    face: int
    stroke_px: int
    outline_px: int
    aspect: float
    slant: float = 0.0


FONTS: Final = (
    NumberFont(cv2.FONT_HERSHEY_DUPLEX, 6, 0, 0.55),
    NumberFont(cv2.FONT_HERSHEY_SIMPLEX, 9, 3, 0.6),
    NumberFont(cv2.FONT_HERSHEY_TRIPLEX, 5, 0, 0.6),
    NumberFont(cv2.FONT_HERSHEY_COMPLEX, 6, 3, 0.5),
    NumberFont(cv2.FONT_HERSHEY_PLAIN, 7, 0, 0.5),
    NumberFont(cv2.FONT_HERSHEY_DUPLEX, 9, 4, 0.5),
    NumberFont(cv2.FONT_HERSHEY_SIMPLEX, 6, 0, 0.45),
    NumberFont(cv2.FONT_HERSHEY_TRIPLEX | cv2.FONT_ITALIC, 6, 3, 0.58),
    NumberFont(cv2.FONT_HERSHEY_COMPLEX_SMALL, 8, 0, 0.65),
    NumberFont(cv2.FONT_HERSHEY_DUPLEX, 4, 2, 0.5),
    NumberFont(cv2.FONT_HERSHEY_SIMPLEX, 8, 0, 0.62, 0.2),
    NumberFont(cv2.FONT_HERSHEY_TRIPLEX, 7, 3, 0.5, 0.15),
    NumberFont(cv2.FONT_HERSHEY_COMPLEX, 5, 0, 0.6, 0.25),
    NumberFont(cv2.FONT_HERSHEY_PLAIN, 9, 3, 0.62, 0.1),
    NumberFont(cv2.FONT_HERSHEY_DUPLEX, 8, 0, 0.65, 0.2),
    NumberFont(cv2.FONT_HERSHEY_SIMPLEX, 5, 3, 0.48),
    NumberFont(cv2.FONT_HERSHEY_TRIPLEX, 4, 0, 0.65, 0.1),
    NumberFont(cv2.FONT_HERSHEY_COMPLEX, 8, 4, 0.55),
    NumberFont(cv2.FONT_HERSHEY_PLAIN, 5, 0, 0.66),
    NumberFont(cv2.FONT_HERSHEY_DUPLEX, 6, 4, 0.6, 0.25),
    NumberFont(cv2.FONT_HERSHEY_COMPLEX, 7, 0, 0.45, 0.1),
)
"""Fonts to choose from: 0–6 those of the named training venues, 7 and 8 of `heldout`, from 9 on of `anywhere`."""


@dataclass(frozen=True, slots=True, eq=False)
class NumberTexture:
    """A number in falling sizes: colours [S, S, 3] uint8 and coverage [S, S] 0..255 of each size S."""

    colours: tuple[Image, ...]
    coverages: tuple[npt.NDArray[np.uint8], ...]


def paint_number(number: str, kit: Kit, font: NumberFont, expose: Callable[[Float64s], Float64s]) -> NumberTexture:
    """Paint a jersey number in the kit's colours; `expose` turns colours in light into those of the picture."""
    ink = _ink(number, font, 0)
    outlined = _ink(number, font, font.outline_px)
    share = ink[..., None].astype(np.float64) / 255
    colours = share * np.array(kit.number_rgb) + (1 - share) * np.array(
        kit.trim_rgb if font.outline_px else kit.number_rgb
    )
    sizes = [(size, size) for size in _SIZES_PX]
    full = expose(colours).astype(np.uint8)
    return NumberTexture(
        tuple(np.asarray(cv2.resize(full, size, interpolation=cv2.INTER_AREA), np.uint8) for size in sizes),
        tuple(np.asarray(cv2.resize(outlined, size, interpolation=cv2.INTER_AREA), np.uint8) for size in sizes),
    )


def _ink(number: str, font: NumberFont, outline_px: int) -> npt.NDArray[np.uint8]:
    """Coverage of the digits [96, 96], each drawn into a box of the font's aspect."""
    size = _SIZES_PX[0]
    width, height = round(font.aspect * size * 0.94), round(size * 0.92)
    width = min(width, size // len(number))
    image = np.zeros((size, size), np.uint8)
    left = (size - width * len(number)) // 2
    for index, digit in enumerate(number):
        glyph = _glyph(digit, font, outline_px)
        start = left + index * width
        image[2 : 2 + height, start : start + width] = cv2.resize(glyph, (width, height), interpolation=cv2.INTER_AREA)
    return image


def _glyph(digit: str, font: NumberFont, outline_px: int) -> npt.NDArray[np.uint8]:
    """One digit, filling its image but for a margin that leaves room for the outline."""
    scale = 40 / cv2.getTextSize("0", font.face, 1.0, 1)[0][1]
    (width, height), _ = cv2.getTextSize("0", font.face, scale, font.stroke_px)
    pad = font.stroke_px // 2 + 4
    image = np.zeros((height + 2 * pad, width + 2 * pad), np.uint8)
    stroke = font.stroke_px + 2 * outline_px
    cv2.putText(image, digit, (pad, height + pad), font.face, scale, (255,), stroke, cv2.LINE_AA)
    return _slanted(image, font.slant) if font.slant else image


def _slanted(glyph: npt.NDArray[np.uint8], slant: float) -> npt.NDArray[np.uint8]:
    """The glyph sheared to the right about its middle, in an image wide enough for it."""
    height, width = glyph.shape
    lean = slant * height
    shear = np.array([[1.0, -slant, lean], [0.0, 1.0, 0.0]])
    return np.asarray(cv2.warpAffine(glyph, shear, (width + round(lean), height)), np.uint8)


def number_corners(bodies: Bodies, heights_m: Float64s, builds: Float64s) -> Float64s:
    """Corners of the numbers on chest and back: (P, 2, 4, 3), from the number's top left, clockwise as it is read."""
    heights = heights_m[:, None]
    centre = bodies.joints_m[:, Joint.PELVIS] + _UP * heights * bodies.spine
    across = _HALF_WIDTH * (heights * builds[:, None]) * bodies.left
    up = _HALF_HEIGHT * heights * bodies.spine
    out = _DEPTH * (heights * builds[:, None]) * bodies.forward
    sides = [
        np.stack([middle + up - right, middle + up + right, middle - up + right, middle - up - right], axis=1)
        for middle, right in ((centre + out, across), (centre - out, -across))
    ]
    return np.stack(sides, axis=1)


def facing_sides(bodies: Bodies, viewer_m: Float64s) -> tuple[Bools, Bools]:
    """Whose chest and whose back can be read from a point: two (P,)."""
    sight = viewer_m - bodies.joints_m[:, Joint.CHEST]
    cosine = (sight * bodies.forward).sum(1) / np.linalg.norm(sight, axis=1)
    return np.asarray(cosine > _FACING, np.bool_), np.asarray(cosine < -_FACING, np.bool_)


def draw_number(canvas: Image, texture: NumberTexture, corners_px: Float64s, light: float) -> None:
    """Lay a number on an image.

    Args:
        canvas: Image to draw on.
        texture: The number.
        corners_px: (4, 2) pixels of its corners, top left first, clockwise as it is read.
        light: Factor on its colours.
    """
    low, high = np.floor(corners_px.min(axis=0)).astype(int), np.ceil(corners_px.max(axis=0)).astype(int) + 1
    height_px = float(np.linalg.norm(corners_px[3] - corners_px[0]))
    low, high = np.maximum(low, 0), np.minimum(high, [canvas.shape[1], canvas.shape[0]])
    width, height = (high - low).tolist()
    if min(width, height) < 2 or height_px < _SMALLEST_PX:
        return
    level = next(
        index for index, size in enumerate(_SIZES_PX) if size <= 1.6 * height_px or index == len(_SIZES_PX) - 1
    )
    size = _SIZES_PX[level]
    source = np.array([[0, 0], [size, 0], [0, size]], np.float32) - 0.5
    target = (corners_px[[0, 1, 3]] - low).astype(np.float32)
    transform = cv2.getAffineTransform(source, target)
    colours = cv2.warpAffine(texture.colours[level], transform, (width, height), borderMode=cv2.BORDER_REPLICATE)
    coverage = cv2.warpAffine(texture.coverages[level], transform, (width, height))
    window = canvas[low[1] : high[1], low[0] : high[0]]
    share = coverage[..., None] * np.float32(1 / 255)
    window[:] = window + (colours * np.float32(light) - window) * share
