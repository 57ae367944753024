"""Pixels where an array library keeps them: on a GPU by CuPy and nvImageCodec.

With NumPy in CuPy's place the same code runs on a CPU, which is how it is tested against OpenCV.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sideline.arena.panorama import Panorama, StitchMaps
from sideline.arrays import Float32s
from sideline.crops.cut import crop_windows
from sideline.errors import ConfigError, ImageError
from sideline.pixels.gather import find_taps, gather_crops, remap
from sideline.pixels.jpeg import DAMAGED
from sideline.pixels.steps import DeviceImage, Int32s
from sideline.tensors import CROP_HEIGHT_PX, CROP_WIDTH_PX, PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX

_CACHED_RIGS: Final = 32
_SMOOTH_COLOURS: Final = ":fancy_upsampling=1"
"""Colours between the samples as libjpeg-turbo gives them; nvJPEG repeats them unless told."""


class DevicePixels:
    """See `PixelSteps`.

    Args:
        xp: NumPy or a library spelt like it; its arrays are what comes out.
        decode: Decodes a JPEG to an array of that library, None when it cannot.
    """

    def __init__(self, xp: Any, decode: Callable[[NDArray[np.uint8]], DeviceImage | None]) -> None:
        self._xp = xp
        self._decode = decode
        self._tables = lru_cache(maxsize=_CACHED_RIGS)(self._upload)

    def adopt(self, tensor: Any) -> DeviceImage:
        """Share the tensor's memory; one that is still on the CPU is copied here."""
        return self._xp.asarray(tensor.as_numpy()) if tensor.is_cpu() else self._xp.from_dlpack(tensor)

    def decode(self, jpeg: NDArray[np.uint8]) -> DeviceImage:
        """Decode a JPEG by nvImageCodec.

        Raises:
            ImageError: It is damaged.
        """
        image = self._decode(jpeg)
        if image is None:
            raise ImageError(DAMAGED.format(reason="nvImageCodec cannot decode it"))
        return image

    def blank(self, *shape: int) -> DeviceImage:
        """Zeros."""
        return self._xp.zeros(shape, np.uint8)

    def stitch(self, panorama: Panorama, left: DeviceImage | None, right: DeviceImage | None) -> DeviceImage:
        """Stitch by gathers; the same picture as `Panorama.stitch` to a grey level."""
        xp, maps = self._xp, panorama.maps
        tables = self._tables(maps)
        stitched = self.blank(PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX, 3)
        if left is not None:
            stitched[:, : maps.stop] = remap(xp, left, *tables[0])
        if right is None:
            return stitched
        warped = remap(xp, right, *tables[1])
        if left is None:
            stitched[:, maps.start :] = warped
            return stitched
        seam = maps.stop - maps.start
        stitched[:, maps.stop :] = warped[:, seam:]
        strip = stitched[:, maps.start : maps.stop].astype(np.float32)
        stitched[:, maps.start : maps.stop] = xp.rint(strip + tables[2] * (warped[:, :seam] - strip))
        return stitched

    def _upload(self, maps: StitchMaps) -> tuple[tuple[Any, Any], tuple[Any, Any], Any]:
        left, right = (tuple(map(self._xp.asarray, side)) for side in (maps.left, maps.right))
        return (left[0], left[1]), (right[0], right[1]), self._xp.asarray(maps.right_weight)

    def cut(self, images: tuple[DeviceImage, DeviceImage], cameras: Int32s, boxes_px: Float32s) -> DeviceImage:
        """Cut by gathers; the same crops as `cut_crops` to a grey level."""
        crops = self.blank(len(cameras), CROP_HEIGHT_PX, CROP_WIDTH_PX, 3)
        x_px, y_px, width_px = crop_windows(boxes_px).T
        height_px = width_px * CROP_HEIGHT_PX // CROP_WIDTH_PX
        for camera, image in enumerate(images):
            rows = np.flatnonzero(cameras == camera)
            if not len(rows):
                continue
            shrinks = width_px[rows] > CROP_WIDTH_PX
            down = find_taps(y_px[rows], height_px[rows], image.shape[0], CROP_HEIGHT_PX, shrinks)
            across = find_taps(x_px[rows], width_px[rows], image.shape[1], CROP_WIDTH_PX, shrinks)
            crops[self._xp.asarray(rows)] = gather_crops(self._xp, image, down, across)
        return crops


def gpu_pixels(device_id: int) -> DevicePixels:
    """Pixels on a GPU.

    Args:
        device_id: CUDA's number of the GPU.

    Raises:
        ConfigError: CuPy or nvImageCodec is not installed, or there is no such GPU.
    """
    try:
        import cupy
        from nvidia import nvimgcodec

        cupy.cuda.Device(device_id).use()
        decoder = nvimgcodec.Decoder(device_id=device_id, options=_SMOOTH_COLOURS)
    except Exception as error:  # both libraries raise errors of their own
        raise ConfigError(
            f"pixels cannot be computed on GPU {device_id} ({error}): pip install 'sideline[gpu]', or serve with "
            "--profile cpu"
        ) from error
    return DevicePixels(cupy, decode_by(decoder, cupy.from_dlpack))


def decode_by(
    decoder: Any, as_array: Callable[[Any], DeviceImage]
) -> Callable[[NDArray[np.uint8]], DeviceImage | None]:
    """A decoder of nvImageCodec as a function from a JPEG to an array, None for one that it cannot decode."""

    def decode(jpeg: NDArray[np.uint8]) -> DeviceImage | None:
        image = decoder.decode(np.ascontiguousarray(jpeg))
        return None if image is None else as_array(image)

    return decode
