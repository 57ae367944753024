"""Rigs whose boxes can be worked out by hand: level cameras one metre above the floor that look along -z."""

import numpy as np

from sideline.arena.camera import Camera
from sideline.arena.court import Court
from sideline.arena.rig import Rig

WIDTH_PX, HEIGHT_PX, FOCAL_PX = 640, 480, 960.0


def level_camera(x_m: float = 0.0, z_m: float = 10.4, principal_px: tuple[float, float] = (320.0, 240.0)) -> Camera:
    """x px = 320 + 960 · (x - x_m) / (z_m - z), y px = 240 + 960 · (1 - y) / (z_m - z)."""
    matrix = np.diag([FOCAL_PX, FOCAL_PX, 1.0])
    matrix[:2, 2] = principal_px
    rotation = np.diag([1.0, -1.0, -1.0])
    translation = -rotation @ np.array([x_m, 1.0, z_m])
    return Camera(WIDTH_PX, HEIGHT_PX, matrix, np.zeros(5), rotation, translation, float("inf"))


def level_rig(left: Camera | None = None, right: Camera | None = None) -> Rig:
    """Without arguments both cameras are the same."""
    return Rig("by hand", Court(), left or level_camera(), right or level_camera())
