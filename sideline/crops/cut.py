"""Cuts crops of one size out of the cameras' images; what lies outside an image is black.

Knows boxes and pixels; which camera shows whom is in `boxes`.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sideline.arena.camera import Camera
from sideline.arena.rig import Rig
from sideline.arrays import Float32s, Floats, Image
from sideline.crops.boxes import Int32s, choose_boxes
from sideline.tensors import CROP_HEIGHT_PX, CROP_WIDTH_PX

MARGIN: Final = 0.06
"""Strip around the box that the crop shows, as a share of its longer side: the box is a prior, not a measurement."""

Crops = NDArray[np.uint8]
"""(M,256,128,3) uint8 RGB, rows from the top."""


def cut_people(rig: Rig, left: Image, right: Image, foot_points_m: Floats) -> tuple[Crops, Int32s, Float32s]:
    """Cut the crop of each person from the better camera, as `project_crops` does; for training.

    Args:
        rig: The cameras.
        left, right: (H,W,3) uint8 RGB of the rig's size; another size counts as no image.
        foot_points_m: (N,2), x and z in metres.

    Returns:
        Crops (N,256,128,3), black for people whom neither camera shows; cameras (N,) 0 left, 1 right, -1 neither; boxes
        (N,4), x0 y0 x1 y1, pixels of that camera.
    """
    people = choose_boxes(rig, foot_points_m, find_images(rig, left, right))
    return cut_crops((left, right), people.cameras, people.boxes_px), people.cameras, people.boxes_px


def find_images(rig: Rig, left: Image, right: Image) -> tuple[bool, bool]:
    """Whether the images of the left and of the right camera have the rig's size."""
    return _fits(rig.left, left), _fits(rig.right, right)


def _fits(camera: Camera, image: Image) -> bool:
    return image.shape == (camera.height_px, camera.width_px, 3)


def cut_crops(images: tuple[Image, Image], cameras: Int32s, boxes_px: Float32s) -> Crops:
    """Cut one crop a box.

    Args:
        images: Of the left and of the right camera, (H,W,3) uint8 RGB.
        cameras: (M,) which image; a crop of camera -1 is black.
        boxes_px: (M,4) x0 y0 x1 y1, pixel centres at integers.
    """
    crops = np.zeros((len(cameras), CROP_HEIGHT_PX, CROP_WIDTH_PX, 3), np.uint8)
    for crop, camera, window in zip(crops, cameras.tolist(), crop_windows(boxes_px).tolist(), strict=True):
        if camera >= 0:
            _fill_crop(crop, images[camera], *window)
    return crops


def crop_windows(boxes_px: Floats) -> NDArray[np.int64]:
    """Windows of the image that the crops show: (M,3) i64, first column, first row, width; twice as high as wide.

    A window holds its box (M,4) and a margin, and has the box's centre (to a pixel).
    """
    boxes = np.asarray(boxes_px, np.float64)
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    margins = 2 * MARGIN * sides.max(axis=1)
    widths = np.ceil(np.maximum(sides[:, 0] + margins, (sides[:, 1] + margins) / 2))
    sizes = widths[:, None] * [1, CROP_HEIGHT_PX // CROP_WIDTH_PX]
    corners = np.rint((boxes[:, :2] + boxes[:, 2:] + 1 - sizes) / 2)
    return np.column_stack([corners, widths]).astype(np.int64)


def _fill_crop(crop: Image, image: Image, x_px: int, y_px: int, width_px: int) -> None:
    """Scale the window's part that lies in the image into its part of a black crop."""
    rows, crop_rows = _overlap(y_px, width_px * CROP_HEIGHT_PX // CROP_WIDTH_PX, len(image), CROP_HEIGHT_PX)
    columns, crop_columns = _overlap(x_px, width_px, image.shape[1], CROP_WIDTH_PX)
    target = crop[crop_rows, crop_columns]
    if target.size:
        quality = cv2.INTER_AREA if width_px > CROP_WIDTH_PX else cv2.INTER_LINEAR
        target[:] = cv2.resize(image[rows, columns], target.shape[1::-1], interpolation=quality)


def _overlap(start_px: int, length_px: int, image_px: int, crop_px: int) -> tuple[slice, slice]:
    """Along one axis: the part of the window [start, start + length) inside the image, and where the crop shows it."""
    first, last = max(start_px, 0), min(start_px + length_px, image_px)
    if first >= last:
        return slice(0, 0), slice(0, 0)
    scale = crop_px / length_px
    return slice(first, last), slice(round((first - start_px) * scale), round((last - start_px) * scale))
