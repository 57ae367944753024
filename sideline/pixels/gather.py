"""Remapping and resizing as sums over gathered pixels, for any array library that is spelt like NumPy.

OpenCV's results to a grey level: the same fixed-point weights, the same areas. Weights are worked out by NumPy on the
CPU (they are small), pixels are touched by the library `xp` alone.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sideline.arrays import Float32s, Floats, Int64s

_STEPS: Final = 32
"""OpenCV's fixed-point maps have 1/32 px (INTER_BITS = 5)."""


def remap(xp: Any, image: Any, coarse: Any, fine: Any) -> Any:
    """Read an image at sub-pixel places, bilinear; black outside, as `cv2.remap` with BORDER_CONSTANT.

    Args:
        xp: NumPy or a library spelt like it.
        image: [H, W, C] uint8.
        coarse: [h, w, 2] int16, whole columns and rows.
        fine: [h, w] uint16, fractions: 32 · row + column, in 1/32 px.

    Returns:
        [h, w, C] uint8.
    """
    column, row = coarse[..., 0].astype(np.int32), coarse[..., 1].astype(np.int32)
    part = fine.astype(np.int32)
    right, down = part % _STEPS, part // _STEPS
    total = xp.zeros((*fine.shape, image.shape[2]), np.int32)
    for below in (0, 1):
        for beside in (0, 1):
            weight = (down if below else _STEPS - down) * (right if beside else _STEPS - right)
            total += weight[..., None] * _read(xp, image, row + below, column + beside)
    half = _STEPS * _STEPS // 2
    return ((total + half) // (_STEPS * _STEPS)).astype(np.uint8)


def _read(xp: Any, image: Any, row: Any, column: Any) -> Any:
    height, width = image.shape[:2]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    pixels = image[xp.clip(row, 0, height - 1), xp.clip(column, 0, width - 1)]
    return pixels.astype(np.int32) * inside[..., None]


@dataclass(frozen=True, slots=True, eq=False)
class Taps:
    """Along one axis: which pixels each place of M crops is the weighted sum of.

    Attributes:
        places: [M, N, K] i64 rows or columns of the image.
        weights: [M, N, K] f32; a place outside the image has none.
    """

    places: Int64s
    weights: Float32s


def find_taps(starts_px: Int64s, lengths_px: Int64s, image_px: int, crop_px: int, shrinks: Any) -> Taps:
    """The taps of M windows [start, start + length) of an axis with `image_px` pixels, scaled to `crop_px`.

    Args:
        starts_px, lengths_px: [M] in pixels of the image; may reach beyond it.
        image_px, crop_px: Pixels of the image and of the crop along the axis.
        shrinks: [M] bool, whether a window is scaled down, by areas (OpenCV's INTER_AREA), else bilinear.
    """
    first, last = np.maximum(starts_px, 0), np.minimum(starts_px + lengths_px, image_px)
    scale = crop_px / lengths_px
    left, right = np.rint((first - starts_px) * scale), np.rint((last - starts_px) * scale)
    source_px, target_px = np.maximum(last - first, 0), np.maximum(right - left, 0)
    step = source_px / np.maximum(target_px, 1)
    place = np.arange(crop_px) - left[:, None]
    shown = (place >= 0) & (place < target_px[:, None]) & (source_px > 0)[:, None]
    areas, lines = _area_taps(place, step, source_px), _line_taps(place, step, source_px)
    count = max(areas.places.shape[-1], lines.places.shape[-1])
    chosen = np.asarray(shrinks)[:, None, None]
    places = np.where(chosen, _widen(areas.places, count), _widen(lines.places, count))
    weights = np.where(chosen, _widen(areas.weights, count), _widen(lines.weights, count)) * shown[..., None]
    bounded = np.clip(places + first[:, None, None], 0, image_px - 1)
    return Taps(bounded.astype(np.int64), weights.astype(np.float32))


def _area_taps(place: Floats, step: Floats, source_px: Int64s) -> Taps:
    """Each place is the mean of the stretch [place · step, (place + 1) · step)."""
    start = place * step[:, None]
    stop = np.minimum(start + step[:, None], source_px[:, None])
    count = int(np.ceil(step.max(initial=1.0))) + 1
    cells = np.floor(start)[..., None] + np.arange(count)
    covered = np.minimum(cells + 1, stop[..., None]) - np.maximum(cells, start[..., None])
    weights = np.maximum(covered, 0) / np.maximum(stop - start, 1e-9)[..., None]
    return Taps(cells.astype(np.int64), weights.astype(np.float32))


def _line_taps(place: Floats, step: Floats, source_px: Int64s) -> Taps:
    """Each place lies between two pixels, centres at halves; beyond the border the border's value."""
    centre = np.clip((place + 0.5) * step[:, None] - 0.5, 0, np.maximum(source_px - 1, 0)[:, None])
    before = np.floor(centre)
    fraction = centre - before
    after = np.minimum(before + 1, np.maximum(source_px - 1, 0)[:, None])
    return Taps(
        np.stack([before, after], axis=-1).astype(np.int64),
        np.stack([1 - fraction, fraction], axis=-1).astype(np.float32),
    )


def _widen(taps: Any, count: int) -> Any:
    return np.pad(taps, ((0, 0), (0, 0), (0, count - taps.shape[-1])))


def gather_crops(xp: Any, image: Any, rows: Taps, columns: Taps) -> Any:
    """Cut M crops out of one image.

    Args:
        xp: NumPy or a library spelt like it.
        image: [H, W, 3] uint8 of that library.
        rows, columns: [M, h, K] and [M, w, L] taps.

    Returns:
        [M, h, w, 3] uint8.
    """
    across, weights = xp.asarray(columns.places), xp.asarray(columns.weights)
    down, heights = xp.asarray(rows.places), xp.asarray(rows.weights)
    crops = xp.zeros((*down.shape[:2], across.shape[1], 3), np.float32)
    for i in range(down.shape[2]):
        for j in range(across.shape[2]):
            weight = heights[:, :, None, i] * weights[:, None, :, j]
            crops += weight[..., None] * image[down[:, :, None, i], across[:, None, :, j]]
    return xp.rint(crops).astype(np.uint8)
