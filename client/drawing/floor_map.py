"""The floor from above: court lines, players as dots, their last seconds as trails."""

from collections import defaultdict, deque
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from client.drawing.court_lines import court_lines
from client.drawing.palette import FLOOR, GROUND, LINE, colour_of, write_tag
from client.frames import Update
from sideline.arena.court import Court
from sideline.arrays import Floats, Image

_MARGIN_M: Final = 1.5
_TRAIL: Final = 50
"""Positions of a trail: two seconds at 25 frames a second."""
_SHIFT: Final = 3
"""Fractional bits of OpenCV's coordinates, so that slow players do not jump from pixel to pixel."""


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
        self._trails: dict[int, deque[tuple[int, NDArray[np.int32]]]] = defaultdict(lambda: deque(maxlen=_TRAIL))

    def draw(self, picture: Image, update: Update) -> None:
        """Draw the map with an update's players over the whole of ``picture`` [height_px, width_px, 3]."""
        np.copyto(picture, self._ground)
        points = self._fixed_px(update.foot_points_m)
        ids = [int(track_id) for track_id in update.micro_track_ids]
        for track_id, point in zip(ids, points, strict=True):
            self._trails[track_id].append((update.frame_index, point))
        self._forget(update.frame_index)
        for track_id, trail in self._trails.items():
            _draw_trail(picture, track_id, [point for _, point in trail])
        for track_id, point in zip(ids, points, strict=True):
            _draw_player(picture, track_id, point)

    def _forget(self, frame_index: int) -> None:
        for track_id in list(self._trails):
            trail = self._trails[track_id]
            while trail and trail[0][0] <= frame_index - _TRAIL:
                trail.popleft()
            if not trail:
                del self._trails[track_id]

    def _fixed_px(self, points_m: Floats) -> NDArray[np.int32]:
        """Floor points [N, 2] to the map's pixels with fractional bits, [N, 2]; the near side is at the bottom."""
        px = (points_m + self._origin_m) * self._px_per_m - 0.5
        bounded = np.clip(np.nan_to_num(px, nan=-1e3), -1e3, 1e4)
        fixed: NDArray[np.int32] = np.round(bounded * (1 << _SHIFT)).astype(np.int32)
        return fixed

    def _paint_court(self, court: Court) -> Image:
        ground: NDArray[Any] = np.full((self.height_px, self.width_px, 3), GROUND, np.uint8)
        cv2.fillPoly(ground, [self._fixed_px(court.corners_m())], FLOOR, cv2.LINE_AA, _SHIFT)
        lines = [self._fixed_px(line) for line in court_lines(court)]
        cv2.polylines(ground, lines, False, LINE, 1, cv2.LINE_AA, _SHIFT)
        return ground


def _draw_trail(picture: Image, track_id: int, points: list[NDArray[np.int32]]) -> None:
    """The older half in a darker tone, so that the direction shows."""
    colour = colour_of(track_id)
    dark = (colour[0] // 2 + 20, colour[1] // 2 + 24, colour[2] // 2 + 30)
    middle = len(points) // 2
    for part, tone in ((points[: middle + 1], dark), (points[middle:], colour)):
        if len(part) > 1:
            cv2.polylines(picture, [np.array(part)], False, tone, 2, cv2.LINE_AA, _SHIFT)


def _draw_player(picture: Image, track_id: int, point: NDArray[np.int32]) -> None:
    colour = colour_of(track_id)
    column, row = int(point[0]), int(point[1])
    cv2.circle(picture, (column, row), 6 << _SHIFT, colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)
    write_tag(picture, str(track_id), (column >> _SHIFT, (row >> _SHIFT) - 15), colour)
