"""A scene for the tiny engines: coloured discs that walk over the floor, painted by OpenCV's own projection."""

from dataclasses import dataclass

import cv2
import numpy as np
import simplejpeg

from sideline.arena.rig import Camera, Rig, parse_rig
from tests.arena.rigs import camera_toml

COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255), (0, 255, 255))
RADIUS_M = 0.9


@dataclass(frozen=True)
class Scene:
    """An arena with walking discs.

    Attributes:
        calibration: The rig file.
        starts_m: (N,2) places in frame 0: x along, z across.
        step_m: (N,2) way in one frame.
    """

    calibration: str
    starts_m: np.ndarray
    step_m: np.ndarray

    def places_m(self, frame_index: int) -> np.ndarray:
        return self.starts_m + frame_index * self.step_m

    def jpegs(self, frame_index: int) -> tuple[bytes, bytes]:
        rig = parse_rig(self.calibration)
        return self._jpeg(rig.left, frame_index), self._jpeg(rig.right, frame_index)

    def _jpeg(self, camera: Camera, frame_index: int) -> bytes:
        image = np.full((camera.height_px, camera.width_px, 3), 20, np.uint8)
        angles = np.linspace(0, 2 * np.pi, 24)
        for (x_m, z_m), colour in zip(self.places_m(frame_index), COLOURS, strict=False):
            rim = np.column_stack([x_m + RADIUS_M * np.cos(angles), 0 * angles, z_m + RADIUS_M * np.sin(angles)])
            pixels, _ = cv2.projectPoints(
                rim, cv2.Rodrigues(camera.rotation)[0], camera.translation_m, camera.matrix, camera.distortion
            )
            depth_m = (rim @ camera.rotation.T + camera.translation_m)[:, 2]
            if (depth_m > 1.0).all() and np.abs(pixels).max() < 4000:
                cv2.fillPoly(image, [np.rint(pixels).astype(np.int32)], colour)
        return simplejpeg.encode_jpeg(image, 92)


def _calibration(arena: str, height_m: float) -> str:
    left, right = camera_toml(-0.3, -8.5, height_m), camera_toml(0.3, 8.5, height_m)
    return f'arena = "{arena}"\n\n[left]\n{left}\n[right]\n{right}'


def red_hall() -> Scene:
    """Four discs that walk to the right, one of them across the seam."""
    starts = np.array([[-9.0, 0.0], [-3.0, -4.0], [3.0, 3.0], [-1.0, 0.5]])
    return Scene(_calibration("red hall", 8.5), starts, np.tile([0.08, 0.01], (4, 1)))


def blue_hall() -> Scene:
    """Three discs that walk to the left, in another rig."""
    starts = np.array([[9.0, -1.0], [4.0, 3.5], [-4.0, -2.0]])
    return Scene(_calibration("blue hall", 9.5), starts, np.tile([-0.1, 0.0], (3, 1)))


def two_teams() -> Scene:
    """A red disc and a green one that stand still."""
    return Scene(_calibration("red hall", 8.5), np.array([[-5.0, 0.0], [5.0, 2.0]]), np.zeros((2, 2)))


def rig_of(scene: Scene) -> Rig:
    return parse_rig(scene.calibration)
