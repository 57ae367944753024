"""The floor from above: court lines, people as dots in their team's colour, their last seconds as trails."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from client.drawing.court_lines import court_lines
from client.drawing.marks import Mark
from client.drawing.palette import FLOOR, GROUND, INK, LINE, MUTED, Rgb, contrast_of, write_small, write_tag
from client.frames import Update
from sideline.arena.court import Court
from sideline.arrays import Floats, Image

_MARGIN_M: Final = 1.5
_TRAIL: Final = 50
"""Positions of a trail: two seconds at 25 frames a second."""
_SHIFT: Final = 3
"""Fractional bits of OpenCV's coordinates, so that slow players do not jump from pixel to pixel."""

_Point: TypeAlias = NDArray[np.int32]
_Key: TypeAlias = tuple[bool, int]
"""Whether the person's track is known, and the ID of the track or of the micro-track."""


@dataclass(slots=True)
class _Trail:
    """Where a person was lately, with frame indices, and the colour they were last drawn in."""

    colour: Rgb
    points: deque[tuple[int, _Point]] = field(default_factory=lambda: deque(maxlen=_TRAIL))


class FloorMap:
    """Draws updates on a map of the court; keeps the trails.

    Args:
        court: The playing field.
        width_px: Width of the map; its height follows.
    """

    def __init__(self, court: Court, width_px: int) -> None:
        self._px_per_m = width_px / (court.length_m + 2 * _MARGIN_M)
        self._origin_m = np.array([court.length_m / 2 + _MARGIN_M, court.width_m / 2 + _MARGIN_M])
        self.height_px = round((court.width_m + 2 * _MARGIN_M) * self._px_per_m)
        self.width_px = width_px
        self._ground = self._paint_court(court)
        self._trails: dict[_Key, _Trail] = {}

    def draw(self, picture: Image, update: Update, marks: list[Mark]) -> None:
        """Draw the map with an update's people over the whole of ``picture`` [height_px, width_px, 3]."""
        np.copyto(picture, self._ground)
        points = self._fixed_px(update.detections.foot_points_m)
        for mark, point in zip(marks, points, strict=True):
            self._lengthen_trail(mark, update.frame_index, point)
        self._forget(update.frame_index)
        for trail in self._trails.values():
            _draw_trail(picture, trail)
        for mark, point in zip(marks, points, strict=True):
            _draw_person(picture, mark, point)

    def _lengthen_trail(self, mark: Mark, frame_index: int, point: _Point) -> None:
        """A person whose track becomes known takes the micro-track's trail along."""
        key = (mark.track_id is not None, mark.micro_track_id if mark.track_id is None else mark.track_id)
        before = self._trails.pop((False, mark.micro_track_id), None) if key[0] else None
        trail = self._trails.setdefault(key, before or _Trail(mark.colour))
        trail.colour = mark.colour
        trail.points.append((frame_index, point))

    def _forget(self, frame_index: int) -> None:
        for key, trail in list(self._trails.items()):
            while trail.points and trail.points[0][0] <= frame_index - _TRAIL:
                trail.points.popleft()
            if not trail.points:
                del self._trails[key]

    def _fixed_px(self, points_m: Floats) -> _Point:
        """Floor points [N, 2] to the map's pixels with fractional bits, [N, 2]; the near side is at the bottom."""
        px = (points_m + self._origin_m) * self._px_per_m - 0.5
        bounded = np.clip(np.nan_to_num(px, nan=-1e3), -1e3, 1e4)
        fixed: _Point = np.round(bounded * (1 << _SHIFT)).astype(np.int32)
        return fixed

    def _paint_court(self, court: Court) -> Image:
        ground: NDArray[Any] = np.full((self.height_px, self.width_px, 3), GROUND, np.uint8)
        cv2.fillPoly(ground, [self._fixed_px(court.corners_m())], FLOOR, cv2.LINE_AA, _SHIFT)
        lines = [self._fixed_px(line) for line in court_lines(court)]
        cv2.polylines(ground, lines, False, LINE, 1, cv2.LINE_AA, _SHIFT)
        return ground


def _draw_trail(picture: Image, trail: _Trail) -> None:
    """The older half in a darker tone, so that the direction shows; a dark shirt's trail has a light edge."""
    points, colour = [point for _, point in trail.points], trail.colour
    dark = (colour[0] // 2 + 20, colour[1] // 2 + 24, colour[2] // 2 + 30)
    middle = len(points) // 2
    if contrast_of(colour) == INK and len(points) > 1:
        cv2.polylines(picture, [np.array(points)], False, MUTED, 4, cv2.LINE_AA, _SHIFT)
    for part, tone in ((points[: middle + 1], dark), (points[middle:], colour)):
        if len(part) > 1:
            cv2.polylines(picture, [np.array(part)], False, tone, 2, cv2.LINE_AA, _SHIFT)


def _draw_person(picture: Image, mark: Mark, point: _Point) -> None:
    column, row = int(point[0]), int(point[1])
    radius = (7 if mark.track_id is not None else 5) << _SHIFT
    cv2.circle(picture, (column, row), radius, contrast_of(mark.colour), cv2.FILLED, cv2.LINE_AA, _SHIFT)
    cv2.circle(picture, (column, row), radius - (1 << _SHIFT), mark.colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)
    above = (column >> _SHIFT, (row >> _SHIFT) - 15)
    if mark.track_id is None:
        write_small(picture, mark.tag, above)
    else:
        write_tag(picture, mark.tag, above, mark.colour)
