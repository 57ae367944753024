"""One camera's picture with an ellipse on the floor under every person in the team's colour, with track and number."""

from typing import Final

import cv2
import numpy as np
import simplejpeg

from client.drawing.marks import Mark
from client.drawing.palette import ALARM, FLOOR, INK, contrast_of, write_small, write_tag, write_text
from client.frames import Update
from sideline.arena.camera import Camera
from sideline.arrays import Float64s, Image

_RADIUS_M: Final = 0.42
_ANGLES: Final = np.linspace(0, 2 * np.pi, 18, endpoint=False)
_RING_M: Final = _RADIUS_M * np.column_stack([np.cos(_ANGLES), np.zeros(18), np.sin(_ANGLES)])
_TAG_BELOW_PX: Final = 12


class CameraView:
    """Draws updates over one camera's pictures at reduced size.

    Args:
        camera: Its calibration.
        name: Shown in the corner.
        width_px: Width of the view; its height follows.
    """

    def __init__(self, camera: Camera, name: str, width_px: int) -> None:
        self._camera = camera
        self._name = name
        self._scale = width_px / camera.width_px
        self.width_px = width_px
        self.height_px = round(camera.height_px * self._scale)

    def draw(self, picture: Image, jpeg: bytes | None, update: Update, marks: list[Mark]) -> None:
        """Draw the camera's picture and an update's people over the whole of ``picture`` [height_px, width_px, 3]."""
        shown = self._decode(jpeg)
        if shown is None:
            picture[:] = FLOOR
            write_text(picture, "no picture", (self.width_px // 2 - 40, self.height_px // 2), ALARM)
        else:
            np.copyto(picture, shown)
        rings = self._rings_px(update)
        for mark, ring in zip(marks, rings, strict=True):
            self._draw_person(picture, mark, ring)
        write_text(picture, self._name, (10, 20), INK)

    def _decode(self, jpeg: bytes | None) -> Image | None:
        """Decode at the nearest size that JPEG gives for free; None for what is no picture."""
        try:
            shown = simplejpeg.decode_jpeg(
                jpeg or b"", "RGB", fastdct=True, fastupsample=True, min_width=self.width_px, min_height=self.height_px
            )
        except ValueError:
            return None
        if shown.shape[:2] == (self.height_px, self.width_px):
            return shown
        return np.asarray(cv2.resize(shown, (self.width_px, self.height_px), interpolation=cv2.INTER_AREA), np.uint8)

    def _rings_px(self, update: Update) -> Float64s:
        """Rings around the foot-points in the view's pixels: [N, 18, 2]; NaN where the camera cannot see."""
        count = len(update.detections)
        feet = np.zeros((count, 1, 3))
        feet[:, 0, [0, 2]] = update.detections.foot_points_m
        pixels = self._camera.project((feet + _RING_M).reshape(-1, 3))
        return ((pixels + 0.5) * self._scale - 0.5).reshape(count, len(_ANGLES), 2)

    def _draw_person(self, picture: Image, mark: Mark, ring: Float64s) -> None:
        centre = ring.mean(axis=0)
        if not ((centre >= 0) & (centre < (self.width_px, self.height_px))).all():
            return
        fixed = np.round(ring * 8).astype(np.int32)
        cv2.polylines(picture, [fixed], True, contrast_of(mark.colour), 4, cv2.LINE_AA, 3)
        cv2.polylines(picture, [fixed], True, mark.colour, 2, cv2.LINE_AA, 3)
        below = (int(centre[0]), int(ring[:, 1].max()) + _TAG_BELOW_PX)
        if mark.track_id is None:
            write_small(picture, mark.tag, below)
        else:
            write_tag(picture, mark.tag, below, mark.colour)
