"""What a step asks of pixels, wherever they are computed."""

from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sideline.arena.panorama import Panorama
from sideline.arrays import Float32s

DeviceImage: TypeAlias = Any
"""(H,W,3) uint8 RGB, an array of NumPy or of the GPU's library; both have `shape` and are sliced alike."""
Int32s = NDArray[np.int32]


class PixelSteps(Protocol):
    """Pixels in, pixels out; arrays stay where they are."""

    def adopt(self, tensor: Any) -> DeviceImage:
        """The array of a tensor of Triton's Python backend, without a copy where it is on this device already."""

    def decode(self, jpeg: NDArray[np.uint8]) -> DeviceImage:
        """Decode a whole JPEG (N,) uint8.

        Raises:
            ImageError: It is damaged or breaks off.
        """

    def blank(self, *shape: int) -> DeviceImage:
        """A black image or batch of this shape, uint8."""

    def stitch(self, panorama: Panorama, left: DeviceImage | None, right: DeviceImage | None) -> DeviceImage:
        """The panorama (512,1024,3), see `Panorama.stitch`."""

    def cut(self, images: tuple[DeviceImage, DeviceImage], cameras: Int32s, boxes_px: Float32s) -> DeviceImage:
        """Crops (M,256,128,3), see `sideline.crops.cut.cut_crops`."""
