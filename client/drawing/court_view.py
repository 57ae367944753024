"""The court's lines over a camera's picture, so that a person sees whether the calibration fits."""

import itertools
from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np

from client.drawing.court_lines import court_lines
from client.drawing.palette import ALARM
from sideline.arena.calibration import LandmarkError
from sideline.arena.camera import Camera
from sideline.arena.court import Court
from sideline.arrays import Float64s, Image

_STEP_M: Final = 0.2
_LINE: Final = (0, 255, 255)
_MARK: Final = (255, 0, 255)
_SHIFT: Final = 4
_FAR_PX: Final = 20_000
"""Beyond this OpenCV's fixed-point coordinates may overflow."""


def draw_court(picture: Image, camera: Camera, court: Court) -> None:
    """Draw the court's lines as ``camera`` would show them over ``picture`` [height_px, width_px, 3] RGB, in place."""
    for line in court_lines(court):
        floor = _densify(line)
        pixels = camera.project(np.column_stack([floor[:, 0], np.zeros(len(floor)), floor[:, 1]]))
        for start, end in itertools.pairwise(pixels):
            _draw_piece(picture, np.stack([start, end]))


def draw_landmarks(picture: Image, landmarks: Iterable[LandmarkError]) -> None:
    """Draw a cross where each landmark was marked, in place; suspicious ones red, with their name."""
    for landmark in landmarks:
        centre = (round(landmark.marked_px[0]), round(landmark.marked_px[1]))
        cv2.drawMarker(picture, centre, ALARM if landmark.suspicious else _MARK, cv2.MARKER_TILTED_CROSS, 14, 2)
        if landmark.suspicious:
            corner = (centre[0] + 10, centre[1] - 8)
            cv2.putText(picture, landmark.name, corner, cv2.FONT_HERSHEY_DUPLEX, 0.6, ALARM, 1, cv2.LINE_AA)


def _densify(line: Float64s) -> Float64s:
    """Points at most ``_STEP_M`` apart along a line [N, 2], so that a bent lens bends it."""
    pieces = [
        np.linspace(start, end, 1 + max(1, int(np.ceil(np.hypot(*(end - start)) / _STEP_M))))
        for start, end in itertools.pairwise(line)
    ]
    return np.concatenate(pieces)


def _draw_piece(picture: Image, pixels: Float64s) -> None:
    if np.isfinite(pixels).all() and np.abs(pixels).max() < _FAR_PX:
        start, end = np.round(pixels * (1 << _SHIFT)).astype(int).tolist()
        cv2.line(picture, start, end, _LINE, 1, cv2.LINE_AA, _SHIFT)
