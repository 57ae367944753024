"""One picture of a camera: an image file, or the first frame of a video or RTSP stream."""

import time
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from client.sources.picture_clock import PictureClock
from client.sources.video import hide_secrets, probe_video, read_pictures
from sideline.arrays import Image
from sideline.errors import SourceError
from sideline.pixels.jpeg import decode_jpeg

_IMAGES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})


def read_still(url: str) -> Image:
    """Read a picture.

    Args:
        url: Path of an image or a video, or an address such as rtsp://camera/stream.

    Returns:
        [height_px, width_px, 3] uint8 RGB.

    Raises:
        SourceError: it cannot be read.
    """
    if Path(url).suffix.lower() in _IMAGES:
        picture = cv2.imread(url)
        if picture is None:
            raise SourceError(f"cannot read the picture {url}: give the path of a PNG, a JPEG or a video")
        return np.asarray(picture[:, :, ::-1], np.uint8).copy()
    video = probe_video(url)
    clock = PictureClock(video.fps, time.monotonic(), video.is_live)
    with closing(read_pictures(video, clock, Fraction(1))) as pictures:
        for _, jpeg in pictures:
            return decode_jpeg(np.frombuffer(jpeg, np.uint8))
    raise SourceError(f"{hide_secrets(url)} holds no picture that can be decoded: record it again")
