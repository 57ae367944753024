"""The truth about what each camera shows of a person and of the number on their shirt."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from sideline.arena.camera import Camera
from sideline.arrays import Bools, Float64s, Floats
from sideline.simulator.figures import SHIFT, Figures
from sideline.simulator.scene import Scene, View

_LEAST_HEIGHT_PX: Final = 8.0
_LEAST_ASPECT: Final = 0.7
"""Width over height; a field that turns wholly to the camera is about 1.2 times as wide as it is high."""
_MOST_HIDDEN: Final = 0.12
_MOST_BLUR: Final = 0.3
"""Of the number's height: longer ways while the shutter is open smear the digits."""

_PLACES: Final = np.array([[2, 2, 2, 2], [3, 1, 1, 3], [1, 3, 3, 1]]) / 8
"""Weights of the corners (top left, top right, bottom right, bottom left) in the middle and in either half."""


@dataclass(frozen=True, slots=True, eq=False)
class NumberTruth:
    """The number of each of P people in one camera's picture, on the side that turns to the cameras.

    Attributes:
        heights_px: (P,) height of the field that the number fills; 0 where no side turns to the cameras.
        widths_px: (P,) width of it in the picture.
        hidden: (P,) 0..1, share of it outside the picture, behind people nearer to the camera or behind own arms.
        blurs_px: (P,) way while the shutter is open.
        places_px: (P, 3, 2) where the number is, where its left half (the tens) and where its right half (the ones).
    """

    heights_px: Float64s
    widths_px: Float64s
    hidden: Float64s
    blurs_px: Float64s
    places_px: Float64s

    @property
    def legible(self) -> Bools:
        """(P,) whether somebody with good eyes can read it; whoever wears no number has to be left out."""
        return find_legible(self.heights_px, self.widths_px, self.hidden, self.blurs_px)


def find_legible(heights_px: Floats, widths_px: Floats, hidden: Floats, blurs_px: Floats) -> Bools:
    """Which numbers can be read, of the measures of `NumberTruth`, all (N,): (N,)."""
    large = (heights_px >= _LEAST_HEIGHT_PX) & (widths_px >= _LEAST_ASPECT * heights_px)
    return np.asarray(large & (blurs_px <= _MOST_BLUR * heights_px) & (hidden <= _MOST_HIDDEN), np.bool_)


def measure_numbers(scene: Scene, side: int, present: Bools, camera: Camera) -> NumberTruth:
    """Measure everybody's number in one camera.

    Args:
        scene: The frame.
        side: 0 for the left camera, 1 for the right one.
        present: (P, L) which parts a person has.
        camera: That camera.
    """
    view = scene.views[side]
    faces = np.column_stack([scene.chests_face, scene.backs_face])
    shown = faces.any(axis=1) & view.figures.seen
    corners = view.numbers_px[np.arange(len(faces)), faces.argmax(axis=1)]
    hidden = np.ones(len(faces))
    for person in np.flatnonzero(shown & np.isfinite(corners).all(axis=(1, 2))).tolist():
        hidden[person] = _hidden_share(corners[person], view, person, present, camera)
    return NumberTruth(
        heights_px=np.where(shown, np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1), 0.0),
        widths_px=np.where(shown, np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1), 0.0),
        hidden=hidden,
        blurs_px=np.hypot(*view.blurs_px.T),
        places_px=np.einsum("kc,pcx->pkx", _PLACES, corners),
    )


def _hidden_share(corners_px: Float64s, view: View, person: int, present: Bools, camera: Camera) -> float:
    """Share of a number's field that something is drawn over or that lies outside the picture."""
    low, high = np.floor(corners_px.min(axis=0)).astype(int), np.ceil(corners_px.max(axis=0)).astype(int) + 1
    width, height = (high - low).tolist()
    field, cover = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(field, _shift(corners_px - low), (1,), cv2.LINE_8, SHIFT)
    figures, origin = view.figures, low << SHIFT
    _, before = figures.split_at_torso(person, present)
    _cover(cover, figures.parts[person, 0][before], origin)
    for other in _nearer(figures, person, low, high):
        _cover(cover, figures.parts[other, 0][present[other]], origin)
        cv2.fillPoly(cover, [figures.torsos[other, 0] - origin], (1,), cv2.LINE_8, SHIFT)
    columns, rows = (np.arange(length) + start for length, start in ((width, low[0]), (height, low[1])))
    cover[(rows < 0) | (rows >= camera.height_px)] = 1
    cover[:, (columns < 0) | (columns >= camera.width_px)] = 1
    return float((field & cover).sum()) / max(int(field.sum()), 1)


def _nearer(figures: Figures, person: int, low: npt.NDArray[np.int_], high: npt.NDArray[np.int_]) -> list[int]:
    """Who stands nearer to the camera than a person and touches a window."""
    boxes = figures.boxes_px
    touches = (boxes[:, :2] < high).all(axis=1) & (boxes[:, 2:] > low).all(axis=1)
    nearer = figures.distance_m < figures.distance_m[person]
    return [int(other) for other in np.flatnonzero(figures.seen & touches & nearer)]


def _cover(cover: npt.NDArray[np.uint8], polygons: npt.NDArray[np.int32], origin: npt.NDArray[np.int_]) -> None:
    for polygon in polygons:
        cv2.fillConvexPoly(cover, np.asarray(polygon - origin, np.int32), (1,), cv2.LINE_8, SHIFT)


def _shift(pixels: Float64s) -> npt.NDArray[np.int32]:
    return np.asarray(np.round(pixels * (1 << SHIFT)), np.int32)
