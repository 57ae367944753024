"""JPEG on the CPU: the size that a header tells, and the pixels."""

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from sideline.arrays import Image
from sideline.errors import ImageError

DAMAGED = "damaged JPEG ({reason}): check the link to the camera"


def read_size(jpeg: NDArray[np.uint8]) -> tuple[int, int]:
    """Height and width, pixels, from the header alone.

    Raises:
        ImageError: It is no JPEG.
    """
    try:
        height_px, width_px, *_ = simplejpeg.decode_jpeg_header(jpeg)
    except ValueError as exc:
        raise ImageError(f"not a readable JPEG ({exc}): send baseline or progressive JPEG") from exc
    return int(height_px), int(width_px)


def decode_jpeg(jpeg: NDArray[np.uint8]) -> Image:
    """Decode a whole JPEG.

    Args:
        jpeg: (N,) uint8.

    Returns:
        (H,W,3) uint8 RGB.

    Raises:
        ImageError: It is damaged or breaks off.
    """
    try:
        image: Image = simplejpeg.decode_jpeg(jpeg, "RGB")
    except ValueError as exc:
        raise ImageError(DAMAGED.format(reason=exc)) from exc
    return image
