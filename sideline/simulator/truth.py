"""The truth about a frame: who stands where and how much of them can be seen."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from sideline.arena.camera import Camera
from sideline.arrays import Bools, Float64s, Int64s
from sideline.simulator.figures import SHIFT, Figures

Bytes = npt.NDArray[np.uint8]

_SCALE_BITS: Final = 1
"""Visibility is counted in images of half the size."""
_PAD_PX: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class FrameTruth:
    """The truth about one frame; P rows, everybody in the match.

    Attributes:
        person_ids: (P,).
        foot_points_m: (P, 2) x and z on the floor.
        on_floor: (P,) within a metre of the court.
        visibility: (P,) 0..1, share of the figure that is inside the image and not hidden by people nearer to the
            camera, in the better camera.
        left_boxes_px, right_boxes_px: (P, 4) x0 y0 x1 y1, not clipped; NaN rows where the person is not in the image.
    """

    person_ids: Int64s
    foot_points_m: Float64s
    on_floor: Bools
    visibility: Float64s
    left_boxes_px: Float64s
    right_boxes_px: Float64s


def measure_visibility(figures: Figures, present: Bools, camera: Camera) -> Float64s:
    """Share of each figure that shows in one camera: (P,), 0..1.

    Args:
        figures: Everybody in this camera.
        present: (P, L) which parts a person has.
        camera: The camera.
    """
    height, width = camera.height_px >> _SCALE_BITS, camera.width_px >> _SCALE_BITS
    taken = np.zeros((height, width), np.uint8)
    visibility = np.zeros(len(figures.distance_m))
    for person in np.argsort(figures.distance_m, kind="stable").tolist():
        if figures.seen[person]:
            visibility[person] = _claim(taken, figures, person, present[person])
    return visibility


def _claim(taken: Bytes, figures: Figures, person: int, present: Bools) -> float:
    """Draw a silhouette, count the share that is still free, and take it."""
    box = figures.boxes_px[person] / (1 << _SCALE_BITS) + np.array([-_PAD_PX, -_PAD_PX, _PAD_PX, _PAD_PX])
    x0, y0, x1, y1 = (int(edge) for edge in box)
    mask: Bytes = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    shift = SHIFT + _SCALE_BITS
    origin = np.array([x0, y0]) << shift
    for polygon in figures.parts[person, 0][present]:
        cv2.fillConvexPoly(mask, polygon - origin, (1,), cv2.LINE_8, shift)
    cv2.fillPoly(mask, [figures.torsos[person, 0] - origin], (1,), cv2.LINE_8, shift)
    rows, columns = slice(max(y0, 0), max(y1 + 1, 0)), slice(max(x0, 0), max(x1 + 1, 0))
    window = taken[rows, columns]
    inside = mask[max(-y0, 0) :, max(-x0, 0) :][: window.shape[0], : window.shape[1]]
    share = int((inside & (window == 0)).sum()) / max(int(mask.sum()), 1)
    window |= inside
    return share


def image_boxes(figures: Figures) -> Float64s:
    """Boxes (P, 4) of those who are in the image; NaN rows for the others."""
    return np.where(figures.seen[:, None], figures.boxes_px, np.nan)
