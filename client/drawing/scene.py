"""A whole picture of a frame: both cameras above, the floor map and what is known of the frame below."""

from typing import Final

import cv2
import numpy as np

from client.drawing.camera_view import CameraView
from client.drawing.floor_map import FloorMap
from client.drawing.palette import ALARM, FLOOR, GROUND, INK, MUTED, colour_of, write_text
from client.frames import Update
from sideline.arena.rig import Rig
from sideline.arrays import Image
from sideline.tensors import FrameStatus

_CAMERA_WIDTH_PX: Final = 640
_MAP_WIDTH_PX: Final = 716
_LIST_ROWS: Final = 9


class Scene:
    """Composes the pictures of one run.

    Args:
        rig: The cameras and the court.
        fps: Frames a second on the cameras' clock; turns indices into seconds.
        live: Which latency is shown: from the scheduled capture, or from the sending.

    Attributes:
        width_px, height_px: Size of every picture; even, as H.264 wants.
    """

    def __init__(self, rig: Rig, fps: float, live: bool) -> None:
        self._arena = rig.arena
        self._fps = fps
        self._live = live
        self._left = CameraView(rig.left, "left", _CAMERA_WIDTH_PX)
        self._right = CameraView(rig.right, "right", _CAMERA_WIDTH_PX)
        self._map = FloorMap(rig.court, _MAP_WIDTH_PX)
        self._top_px = max(self._left.height_px, self._right.height_px)
        self.width_px = 2 * _CAMERA_WIDTH_PX
        self.height_px = (self._top_px + self._map.height_px + 1) // 2 * 2
        self._blank: Image = np.full((self.height_px, self.width_px, 3), GROUND, np.uint8)

    def draw(self, update: Update) -> Image:
        """Draw a frame: [height_px, width_px, 3] RGB uint8."""
        picture = self._blank.copy()
        left, right, floor = self._left, self._right, self._map
        left.draw(picture[: left.height_px, : left.width_px], update.frame.left_jpeg, update)
        right.draw(picture[: right.height_px, left.width_px :], update.frame.right_jpeg, update)
        below = picture[self._top_px :]
        floor.draw(below[: floor.height_px, : floor.width_px], update)
        self._write_panel(below[:, floor.width_px :], update)
        return picture

    def _write_panel(self, panel: Image, update: Update) -> None:
        seconds = update.frame_index / self._fps
        write_text(panel, self._arena, (20, 42), INK, 0.75)
        write_text(panel, f"{int(seconds // 60)}:{seconds % 60:04.1f}", (20, 78), INK, 0.75)
        facts = (
            f"frame {update.frame_index}   {len(update.scores)} players   {update.timing.latency_ms(self._live):.0f} ms"
        )
        write_text(panel, facts, (130, 76), MUTED)
        if update.status is not FrameStatus.OK:
            write_text(panel, f"{update.status.name}: {update.message[:60]}", (20, 104), ALARM)
        _write_ids(panel, [int(track_id) for track_id in update.micro_track_ids])


def _write_ids(panel: Image, ids: list[int]) -> None:
    """The players of the frame as a legend, in columns of nine."""
    for place, track_id in enumerate(sorted(ids)[: 4 * _LIST_ROWS]):
        column, row = 20 + place // _LIST_ROWS * 130, 136 + place % _LIST_ROWS * 29
        cv2.rectangle(panel, (column, row - 12), (column + 110, row + 10), FLOOR, cv2.FILLED)
        cv2.rectangle(panel, (column, row - 12), (column + 6, row + 10), colour_of(track_id), cv2.FILLED)
        write_text(panel, f"ID {track_id}", (column + 16, row + 4))
