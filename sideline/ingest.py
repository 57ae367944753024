"""A frame as it arrives: two JPEGs and a calibration in; the panorama and what is wrong with the frame out.

Knows JPEG and the rig; trusts nothing that a client sends. Knows neither Triton nor who stands in the picture.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sideline.arena.camera import Camera
from sideline.arena.panorama import Panorama
from sideline.arena.rig import parse_rig
from sideline.errors import ImageError, RigError
from sideline.pixels.cpu import CpuPixels
from sideline.pixels.jpeg import read_size
from sideline.pixels.steps import DeviceImage, PixelSteps
from sideline.tensors import PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX, FrameStatus

MAX_IMAGE_PIXELS: Final = 40_000_000
"""An 8K image has 33 million; more is refused before a byte of it is decoded."""
MAX_JPEG_BYTES: Final = 24 * 2**20
"""More than an 8K image of the best quality takes."""
MAX_CALIBRATION_BYTES: Final = 65_536
_CACHED_RIGS: Final = 32

_CPU: Final = CpuPixels()

Bytes = NDArray[np.uint8]
"""(N,) uint8: the bytes of a file; N = 0 for none."""


@dataclass(frozen=True, slots=True, eq=False)
class IngestedFrame:
    """A frame ready for the detector and for the crops.

    Attributes:
        panorama: (512,1024,3) uint8 RGB; black where no usable image looks.
        left_image, right_image: (H,W,3) uint8 RGB as the rig says; (0,0,3) where there is no usable one.
        status: What became of the frame; of two faulty images, the graver fault.
        message: What is wrong and what to do; empty when all is well.
    """

    panorama: DeviceImage
    left_image: DeviceImage
    right_image: DeviceImage
    status: FrameStatus
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    image: DeviceImage | None
    status: FrameStatus
    message: str


_GRAVITY: Final = (
    FrameStatus.OK,
    FrameStatus.CAMERA_MISSING,
    FrameStatus.BAD_IMAGE,
    FrameStatus.WRONG_SIZE,
    FrameStatus.TOO_LARGE,
)


def ingest_frame(
    left_jpeg: Bytes, right_jpeg: Bytes, calibration: Bytes, is_end: bool, pixels: PixelSteps = _CPU
) -> IngestedFrame:
    """Decode and stitch one frame.

    Args:
        left_jpeg, right_jpeg: (N,) uint8, JPEG; length 0 for a camera that gave none.
        calibration: (N,) uint8, the rig file, TOML as UTF-8.
        is_end: Whether the request closes its stream; without images it is the END request.
        pixels: Where JPEGs are decoded and stitched; the frame's arrays are of its kind.

    Returns:
        The frame; nothing that the client sent raises.
    """
    if not left_jpeg.size and not right_jpeg.size:
        return _without_images(is_end, pixels)
    try:
        panorama = _panorama_of(_checked_text(calibration))
    except RigError as error:
        return _without_panorama(FrameStatus.BAD_CALIBRATION, f"calibration: {error}", pixels)
    left = _read_picture("left", left_jpeg, panorama.rig.left, pixels)
    right = _read_picture("right", right_jpeg, panorama.rig.right, pixels)
    status = max(left.status, right.status, key=_GRAVITY.index)
    message = "; ".join(picture.message for picture in (left, right) if picture.message)
    stitched = pixels.stitch(panorama, left.image, right.image)
    images = [_image_of(picture, pixels) for picture in (left, right)]
    return IngestedFrame(stitched, images[0], images[1], status, message)


def _image_of(picture: _Picture, pixels: PixelSteps) -> DeviceImage:
    return pixels.blank(0, 0, 3) if picture.image is None else picture.image


def _without_images(is_end: bool, pixels: PixelSteps) -> IngestedFrame:
    if is_end:
        return _without_panorama(FrameStatus.END_OF_STREAM, "", pixels)
    message = "neither camera sent an image: check both feeds, or set END on the request to close the stream"
    return _without_panorama(FrameStatus.NO_IMAGE, message, pixels)


def _without_panorama(status: FrameStatus, message: str, pixels: PixelSteps) -> IngestedFrame:
    black, nothing = pixels.blank(PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX, 3), pixels.blank(0, 0, 3)
    return IngestedFrame(black, nothing, nothing, status, message)


def _checked_text(calibration: Bytes) -> str:
    if not calibration.size:
        raise RigError("it is empty: send the rig file with every frame")
    if calibration.size > MAX_CALIBRATION_BYTES:
        raise RigError(f"it has {calibration.size} bytes, more than {MAX_CALIBRATION_BYTES}: send a rig file")
    try:
        return calibration.tobytes().decode("utf-8")
    except UnicodeDecodeError as exc:
        raise RigError(f"it is not UTF-8 text ({exc}): send the rig file as it is") from exc


@lru_cache(maxsize=_CACHED_RIGS)
def _panorama_of(calibration: str) -> Panorama:
    return Panorama.of(parse_rig(calibration))


def _read_picture(side: str, jpeg: Bytes, camera: Camera, pixels: PixelSteps) -> _Picture:
    if not jpeg.size:
        return _Picture(None, FrameStatus.CAMERA_MISSING, f"{side} camera: no image: check its feed")
    if jpeg.size > MAX_JPEG_BYTES:
        message = f"{side} camera: the image has {jpeg.size} bytes, more than {MAX_JPEG_BYTES}: compress it more"
        return _Picture(None, FrameStatus.TOO_LARGE, message)
    try:
        height_px, width_px = read_size(jpeg)
        if width_px * height_px > MAX_IMAGE_PIXELS:
            message = f"{side} camera: {width_px}×{height_px} px is more than {MAX_IMAGE_PIXELS} pixels: send less"
            return _Picture(None, FrameStatus.TOO_LARGE, message)
        if (width_px, height_px) != (camera.width_px, camera.height_px):
            message = f"the image has {width_px}×{height_px} px, the rig says {camera.width_px}×{camera.height_px}"
            return _Picture(
                None, FrameStatus.WRONG_SIZE, f"{side} camera: {message}: send that size or correct the rig"
            )
        return _Picture(pixels.decode(jpeg), FrameStatus.OK, "")
    except ImageError as error:
        return _Picture(None, FrameStatus.BAD_IMAGE, f"{side} camera: {error}")
