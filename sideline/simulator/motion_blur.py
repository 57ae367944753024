"""Motion blur of one figure: what is drawn inside the block is smeared along its way, the rest stays sharp."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import cv2
import numpy as np

from sideline.arrays import Float64s, Image

_PAD_PX: Final = 4
_LONGEST_PX: Final = 20.0


@contextmanager
def smear(canvas: Image, box_px: Float64s, way_px: Float64s) -> Iterator[None]:
    """Smear what the block draws into a box.

    The difference that the drawing makes is blurred and added to what was there, so that nothing else changes.

    Args:
        canvas: The image, changed in place.
        box_px: (4,) x0 y0 x1 y1 around the drawing.
        way_px: (2,) way of the figure while the shutter is open; longer ones are cut to 20 px.
    """
    pad = _PAD_PX + min(float(np.hypot(*way_px)), _LONGEST_PX) / 2
    x0, y0 = (int(value) for value in np.maximum(box_px[:2] - pad, 0))
    x1, y1 = (int(value) for value in np.maximum(box_px[2:] + pad, 0))
    window = canvas[y0:y1, x0:x1]
    before = window.astype(np.int16)
    yield
    difference = cv2.filter2D(window - before, -1, line_kernel(way_px), borderType=cv2.BORDER_CONSTANT)
    window[:] = np.clip(before + difference, 0, 255)


def line_kernel(way_px: Float64s) -> Float64s:
    """A blur along a line of the way's direction and length, at most 20 px: [K, K] that sums to 1."""
    length = float(np.hypot(*way_px))
    half_way = way_px / length * min(length, _LONGEST_PX) / 2
    half = int(np.ceil(np.abs(half_way).max()))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.uint8)
    ends = [tuple(int(value) for value in np.round((half + sign * half_way) * 16)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], (255,), 1, cv2.LINE_AA, 4)
    return np.asarray(kernel / kernel.sum(), np.float64)
