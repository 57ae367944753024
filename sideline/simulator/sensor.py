"""The camera's picture-making: white balance, exposure, gamma, vignetting, softness and noise."""

from typing import Final

import cv2
import numpy as np

from sideline.arrays import Float64s, Image
from sideline.simulator.look import LightLook, SensorLook
from sideline.simulator.rigs import IMAGE_HEIGHT_PX, IMAGE_WIDTH_PX

_SLACK_PX: Final = 64


class Sensor:
    """Turns light into the picture of one match's cameras."""

    def __init__(self, look: SensorLook, light: LightLook, seed: int) -> None:
        """Prepare noise tiles that are larger than an image, so that every frame cuts out its own."""
        self._look, self._light = look, light
        rng = np.random.default_rng(seed)
        shape = (IMAGE_HEIGHT_PX + _SLACK_PX, IMAGE_WIDTH_PX + _SLACK_PX, 3)
        levels = rng.standard_normal((shape[0] // 2, shape[1] // 2, 3), np.float32) * look.noise
        tile = np.tile(levels, (2, 2, 1))
        self._brighter = np.clip(tile, 0, 60).astype(np.uint8)
        self._darker = np.clip(-tile, 0, 60).astype(np.uint8)

    def expose_colours(self, colours: Float64s) -> Float64s:
        """Apply white balance, exposure and gamma to colours (..., 3) in 0..255."""
        gained = np.clip(colours * np.array(self._light.gains) / 255, 0, 1)
        return np.asarray(255 * gained**self._light.gamma, np.float64)

    def expose(self, image: Image) -> Image:
        """Apply white balance, exposure and gamma to an image."""
        levels = np.repeat(np.arange(256.0)[:, None], 3, axis=1)
        table = np.round(self.expose_colours(levels)).astype(np.uint8)
        return np.asarray(cv2.LUT(image, table[None]), np.uint8)

    def expose_backdrop(self, image: Image) -> Image:
        """Apply white balance, exposure, gamma and vignetting to a whole picture."""
        height, width = image.shape[:2]
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
        shade = 1 - self._look.vignetting * (x * x + y * y) / 2
        return np.asarray(self.expose(image) * shade[..., None], np.uint8)

    def finish(self, image: Image, number: int) -> Image:
        """Soften an image and add noise; the same number gives the same noise."""
        soft = cv2.GaussianBlur(image, (3, 3), self._look.softness_px)
        rng = np.random.default_rng(number)
        row, column = rng.integers(0, _SLACK_PX, 2)
        window = np.s_[row : row + image.shape[0], column : column + image.shape[1]]
        cv2.add(soft, self._brighter[window], soft)
        cv2.subtract(soft, self._darker[window], soft)
        return np.asarray(soft, np.uint8)
