"""One frame's detections → the box of each, and the crops that are worth encoding.

Not every detection is encoded in every frame: a micro-track looks much the same a moment later, and where people stand
close a crop shows two of them. Which ones are due follows from the frame alone, so nothing is remembered. Knows nothing
about Triton or the encoder.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from sideline.arena.rig import Rig, parse_rig
from sideline.arrays import Bools, Float32s, Floats, Int64s
from sideline.crops.boxes import Int32s, choose_boxes
from sideline.crops.cut import find_images
from sideline.errors import ConfigError
from sideline.pixels.cpu import CpuPixels
from sideline.pixels.steps import DeviceImage, PixelSteps
from sideline.tensors import CROP_HEIGHT_PX, CROP_WIDTH_PX

LARGEST_CROP_BATCH: Final = 64
"""Crops of one frame; the crop encoder takes no more at once."""
BLANK_ROW: Final = -1
"""In place of a detection's row: the crop is blank."""
_ALONE_M: Final = 0.5
"""Whoever has another detection nearer than this is not encoded: the crop would show both (docs/experiments.md)."""
_CACHED_RIGS: Final = 32
_CPU: Final = CpuPixels()


@dataclass(frozen=True, slots=True, eq=False)
class ProjectedCrops:
    """N detections' boxes and M crops of them; M is 1 to 64.

    Attributes:
        cameras: (N,) i32, 0 left, 1 right, -1 neither.
        reasons: (N,) i32, CameraReason.
        boxes_px: (N,4) f32, x0 y0 x1 y1 in pixels of that camera, not clipped; zeros for neither.
        crops: (M,256,128,3) u8 RGB.
        crop_rows: (M,) i32, rising, the detection that each crop shows; BLANK_ROW for the one blank crop of a frame in
            which none is due, since an engine cannot run on nothing.
    """

    cameras: Int32s
    reasons: Int32s
    boxes_px: Float32s
    crops: DeviceImage
    crop_rows: Int32s


def project_crops(
    frame_index: int,
    rig: Rig,
    images: tuple[DeviceImage, DeviceImage],
    foot_points_m: Floats,
    micro_track_ids: Int64s,
    stride: int,
    pixels: PixelSteps = _CPU,
) -> ProjectedCrops:
    """Find the boxes of a frame's detections and cut the crops that are due.

    Args:
        frame_index: 0-based.
        rig: The cameras.
        images: Left and right, (H,W,3) uint8 RGB of the rig's size; another size, as (0,0,3), counts as no image.
        foot_points_m: (N,2), x and z in metres, best score first: the first 64 that are due are cut.
        micro_track_ids: (N,).
        stride: Frames from one crop of a micro-track to its next; 1 cuts every detection that stands alone.
        pixels: Where the images are, and the crops are cut.

    Raises:
        ConfigError: the stride is not positive.
    """
    people = choose_boxes(rig, foot_points_m, find_images(rig, *images))
    due = find_due(frame_index, micro_track_ids, stride) & find_alone(foot_points_m)
    rows = np.flatnonzero(due & people.shown)[:LARGEST_CROP_BATCH].astype(np.int32)
    if len(rows):
        crops = pixels.cut(images, people.cameras[rows], people.boxes_px[rows])
    else:
        crops, rows = _blank_crop(pixels)
    return ProjectedCrops(people.cameras, people.reasons, people.boxes_px, crops, rows)


def find_due(frame_index: int, micro_track_ids: Int64s, stride: int) -> Bools:
    """Whose turn it is in a frame: (N,); each micro-track once in ``stride`` frames, whichever frames are sent, and
    detections of no micro-track never.

    The turn is the sum of the frame index's digits in base ``stride`` (the Prouhet–Thue–Morse sequence), not the index
    itself: a live stream that sends every third frame only would never come to two thirds of the micro-tracks.

    Raises:
        ConfigError: the stride is not positive.
    """
    turn, digits = 0, abs(frame_index) if _checked(stride) > 1 else 0
    while digits:
        digits, digit = divmod(digits, stride)
        turn += digit
    due: Bools = ((turn + micro_track_ids) % stride == 0) & (micro_track_ids > 0)
    return due


def find_alone(points_m: Floats) -> Bools:
    """Who has nobody nearer than 0.5 m: (N,) of foot-points (N,2), metres; a place that is not known is near nobody."""
    with np.errstate(invalid="ignore"):  # infinity less infinity
        offsets = points_m[:, None].astype(np.float64) - points_m
    near = np.hypot(offsets[..., 0], offsets[..., 1]) < _ALONE_M
    return np.asarray(near.sum(axis=1) <= 1, np.bool_)


class CropProjector:
    """`project_crops` for frames that carry their calibration; remembers rigs, and nothing else of a frame."""

    def __init__(self, stride: int, pixels: PixelSteps = _CPU) -> None:
        """Set the frames from one crop of a micro-track to its next, and where crops are cut.

        Raises:
            ConfigError: the stride is not positive.
        """
        self._stride = _checked(stride)
        self._pixels = pixels

    def project(
        self, frame_index: int, calibration: bytes, left: DeviceImage, right: DeviceImage, points: Floats, ids: Int64s
    ) -> ProjectedCrops:
        """Take one frame; arguments as `project_crops`, and the rig as the text that the client sent.

        Args:
            calibration: The rig file, TOML as UTF-8; not read for a frame without detections, as a refused one is.
            left, right: The images.
            points: (N,2) foot-points, metres.
            ids: (N,) micro-tracks.

        Raises:
            RigError: There are detections, but no usable rig; earlier steps let no such frame pass.
        """
        if not len(points):
            return _nobody(self._pixels)
        rig = _read_rig(calibration)
        return project_crops(frame_index, rig, (left, right), points, ids, self._stride, self._pixels)


def _checked(stride: int) -> int:
    if stride < 1:
        raise ConfigError(f"the stride of crops is {stride}; set the step's parameter `crop_stride` to 1 or more")
    return stride


@lru_cache(maxsize=_CACHED_RIGS)
def _read_rig(calibration: bytes) -> Rig:
    return parse_rig(calibration.decode("utf-8", errors="replace"))


def _blank_crop(pixels: PixelSteps) -> tuple[DeviceImage, Int32s]:
    return pixels.blank(1, CROP_HEIGHT_PX, CROP_WIDTH_PX, 3), np.array([BLANK_ROW], np.int32)


def _nobody(pixels: PixelSteps) -> ProjectedCrops:
    nothing = np.empty(0, np.int32)
    return ProjectedCrops(nothing, nothing, np.empty((0, 4), np.float32), *_blank_crop(pixels))
