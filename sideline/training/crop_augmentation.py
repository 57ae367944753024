"""Changes of crops that a venue's light, a camera or a detector could make; never mirrored, since numbers are read."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from sideline.arrays import Float32s, Image
from sideline.tensors import CROP_HEIGHT_PX, CROP_WIDTH_PX

_SHIFT_PX: Final = 5.0
_SCALE: Final = 0.07
_FLICKER: Final = 0.03
"""Difference of gain between crops of one match; the rest of the light is the same for all of them."""
_RARE: Final = 0.25
_OVER: Final = 0.4


@dataclass(frozen=True, slots=True)
class Light:
    """Gain per channel and gamma, the same for all crops of a match: clothes are told apart under one light."""

    gains: tuple[float, float, float]
    gamma: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Light":
        """Draw a light; every other one changes nothing."""
        if rng.random() < 0.5:
            return cls((1.0, 1.0, 1.0), 1.0)
        red, green, blue = rng.uniform(0.8, 1.2) * rng.uniform(0.93, 1.07, 3)
        return cls((float(red), float(green), float(blue)), float(np.exp(rng.uniform(-0.2, 0.2))))

    def table(self, flicker: float) -> NDArray[np.uint8]:
        """Lookup table [256, 1, 3] of this light times a gain."""
        levels = np.arange(256)[:, None] / 255
        changed = 255 * (levels * np.array(self.gains) * flicker) ** self.gamma
        return np.asarray(np.clip(changed, 0, 255)[:, None, :], np.uint8)


@dataclass(frozen=True, slots=True)
class Move:
    """A point p of a crop becomes scale · p + shift, pixels."""

    scale: float
    shift_px: tuple[float, float]

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Move":
        """Draw a small one, about the crop's middle."""
        scale = float(np.exp(rng.uniform(-_SCALE, _SCALE)))
        x, y = (1 - scale) * np.array([CROP_WIDTH_PX, CROP_HEIGHT_PX]) / 2 + rng.uniform(-_SHIFT_PX, _SHIFT_PX, 2)
        return cls(scale, (float(x), float(y)))

    def apply(self, points_px: Float32s) -> Float32s:
        """Where points [..., 2] of a crop are after the move."""
        return np.asarray(self.scale * points_px + self.shift_px, np.float32)

    def warp(self, crop: Image) -> Image:
        """The crop after the move; its border goes on beyond its edge."""
        matrix = np.array([[self.scale, 0.0, self.shift_px[0]], [0.0, self.scale, self.shift_px[1]]])
        moved = cv2.warpAffine(crop, matrix, (CROP_WIDTH_PX, CROP_HEIGHT_PX), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)


def augment_crop(crop: Image, light: Light, rng: np.random.Generator) -> tuple[Image, Move]:
    """A crop [256, 128, 3] as it could have been: other light, moved, scaled, softer, noisier, compressed."""
    move = Move.draw(rng)
    table = light.table(1.0 + float(rng.uniform(-_FLICKER, _FLICKER)))
    changed = np.asarray(cv2.LUT(move.warp(crop), table), np.uint8)
    if rng.random() < _RARE:
        changed = np.asarray(cv2.GaussianBlur(changed, (0, 0), float(rng.uniform(0.6, 1.6))), np.uint8)
    if rng.random() < _RARE:
        changed = _add_noise(changed, rng)
    return (_compress(changed, rng) if rng.random() < _RARE else changed), move


def recolour(crop: Image, rng: np.random.Generator) -> Image:
    """A crop in colours that nobody wears: channels change places, some are turned over. Digits stay digits."""
    changed = crop[..., rng.permutation(3)]
    return np.asarray(np.where(rng.random(3) < _OVER, 255 - changed, changed), np.uint8)


def _add_noise(crop: Image, rng: np.random.Generator) -> Image:
    """Noise of a quarter of the crop's resolution, as a small person's enlarged crop has it."""
    small = (CROP_HEIGHT_PX // 2, CROP_WIDTH_PX // 2, 3)
    noise = rng.standard_normal(small, np.float32) * np.float32(rng.uniform(1, 7))
    enlarged = cv2.resize(noise, (CROP_WIDTH_PX, CROP_HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    return np.clip(crop + enlarged, 0, 255).astype(np.uint8)


def _compress(crop: Image, rng: np.random.Generator) -> Image:
    quality = int(rng.integers(40, 90))
    jpeg = simplejpeg.encode_jpeg(crop, quality=quality, colorspace="RGB", colorsubsampling="420")
    decoded: Image = simplejpeg.decode_jpeg(jpeg, colorspace="RGB")
    return decoded
