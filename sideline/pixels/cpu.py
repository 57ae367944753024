"""Pixels on the CPU: libjpeg-turbo and OpenCV."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideline.arena.panorama import Panorama
from sideline.arrays import Float32s, Image
from sideline.crops.cut import Crops, cut_crops
from sideline.pixels.jpeg import decode_jpeg
from sideline.pixels.steps import Int32s


class CpuPixels:
    """See `PixelSteps`."""

    def adopt(self, tensor: Any) -> Image:
        """Share the tensor's memory."""
        image: Image = tensor.as_numpy()
        return image

    def decode(self, jpeg: NDArray[np.uint8]) -> Image:
        """Decode a JPEG by libjpeg-turbo."""
        return decode_jpeg(jpeg)

    def blank(self, *shape: int) -> Image:
        """Zeros."""
        return np.zeros(shape, np.uint8)

    def stitch(self, panorama: Panorama, left: Image | None, right: Image | None) -> Image:
        """Stitch by OpenCV's remap."""
        return panorama.stitch(left, right)

    def cut(self, images: tuple[Image, Image], cameras: Int32s, boxes_px: Float32s) -> Crops:
        """Cut by OpenCV's resize."""
        return cut_crops(images, cameras, boxes_px)
