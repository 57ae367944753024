"""A whole picture of a frame: both cameras above, the floor map and what is known of the frame below."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from client.categories import name_category
from client.drawing.camera_view import CameraView
from client.drawing.floor_map import FloorMap
from client.drawing.marks import Mark, mark_people
from client.drawing.palette import ALARM, FLOOR, GROUND, INK, MUTED, contrast_of, write_text
from client.drawing.team_colours import TeamColours
from client.frames import Update
from sideline.arena.rig import Rig
from sideline.arrays import Image
from sideline.tensors import NUMBERS, Category, FrameStatus

_CAMERA_WIDTH_PX: Final = 640
_MAP_WIDTH_PX: Final = 716
_LIST_ROWS: Final = 9
_LIST_TOP_PX: Final = 152
_COLUMN_PX: Final = 176


class Scene:
    """Composes the pictures of one run.

    Args:
        rig: The cameras and the court.
        fps: Frames a second on the cameras' clock; turns indices into seconds.
        live: Which latency is shown: from the scheduled capture, or from the sending.
        colours: Colours of the teams.

    Attributes:
        width_px, height_px: Size of every picture; even, as H.264 wants.
    """

    def __init__(self, rig: Rig, fps: float, live: bool, colours: TeamColours | None = None) -> None:
        self._arena = rig.arena
        self._fps = fps
        self._live = live
        self._colours = colours or TeamColours()
        self._left = CameraView(rig.left, "left", _CAMERA_WIDTH_PX)
        self._right = CameraView(rig.right, "right", _CAMERA_WIDTH_PX)
        self._map = FloorMap(rig.court, _MAP_WIDTH_PX)
        self._top_px = max(self._left.height_px, self._right.height_px)
        self.width_px = 2 * _CAMERA_WIDTH_PX
        self.height_px = (self._top_px + self._map.height_px + 1) // 2 * 2
        self._blank: Image = np.full((self.height_px, self.width_px, 3), GROUND, np.uint8)

    def draw(self, update: Update) -> Image:
        """Draw a frame: [height_px, width_px, 3] RGB uint8; loose detections are not shown."""
        picture = self._blank.copy()
        update = replace(update, detections=update.detections.without_loose())
        marks = mark_people(update.detections, self._colours)
        left, right, floor = self._left, self._right, self._map
        left.draw(picture[: left.height_px, : left.width_px], update.frame.left_jpeg, update, marks)
        right.draw(picture[: right.height_px, left.width_px :], update.frame.right_jpeg, update, marks)
        below = picture[self._top_px :]
        floor.draw(below[: floor.height_px, : floor.width_px], update, marks)
        self._write_panel(below[:, floor.width_px :], update, marks)
        return picture

    def _write_panel(self, panel: Image, update: Update, marks: list[Mark]) -> None:
        seconds = update.frame_index / self._fps
        write_text(panel, self._arena, (20, 42), INK, 0.75)
        write_text(panel, f"{int(seconds // 60)}:{seconds % 60:04.1f}", (20, 78), INK, 0.75)
        latency_ms = update.timing.latency_ms(self._live)
        facts = f"frame {update.frame_index}   {len(marks)} people   {latency_ms:.0f} ms"
        write_text(panel, facts, (130, 76), MUTED)
        if update.message or update.status is not FrameStatus.OK:
            write_text(panel, f"{update.status.name}: {update.message[:60]}", (20, 104), ALARM)
        _write_legend(panel, marks, update.teams_named)


def _write_legend(panel: Image, marks: list[Mark], teams_named: bool) -> None:
    """Who is on the floor, a column a category; whoever has no track or no likely category yet is counted below."""
    listed = 0
    for category in Category:
        people = [mark for mark in marks if mark.track_id is not None and mark.category is category]
        title = name_category(category, teams_named)
        _write_column(panel, 20 + category * _COLUMN_PX, title, sorted(people, key=_by_number))
        listed += len(people)
    if len(marks) > listed:
        write_text(panel, f"{len(marks) - listed} not yet known", (20, panel.shape[0] - 12), MUTED)


def _write_column(panel: Image, column: int, title: str, people: list[Mark]) -> None:
    write_text(panel, title, (column, _LIST_TOP_PX - 18), MUTED)
    for place, mark in enumerate(people[:_LIST_ROWS]):
        row = _LIST_TOP_PX + place * 27
        cv2.rectangle(panel, (column, row - 12), (column + _COLUMN_PX - 20, row + 10), FLOOR, cv2.FILLED)
        cv2.rectangle(panel, (column, row - 12), (column + 8, row + 10), mark.colour, cv2.FILLED)
        cv2.rectangle(panel, (column, row - 12), (column + 8, row + 10), contrast_of(mark.colour), 1)
        number = "" if mark.jersey_number is None else f"#{mark.jersey_number}"
        write_text(panel, number, (column + 18, row + 4))
        write_text(panel, f"ID {mark.track_id}", (column + 70, row + 4), MUTED, 0.4)
    if len(people) > _LIST_ROWS:
        write_text(panel, f"+ {len(people) - _LIST_ROWS}", (column, _LIST_TOP_PX + _LIST_ROWS * 27), MUTED)


def _by_number(mark: Mark) -> tuple[int, int]:
    """Numbers first, rising; then the tracks without one."""
    return (NUMBERS if mark.jersey_number is None else mark.jersey_number, mark.track_id or 0)
