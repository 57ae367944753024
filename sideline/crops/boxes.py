"""From foot-points to boxes of standing people, and which camera shows each of them better.

Knows the rig and how large a person is; knows no image and no crop.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sideline.arena.camera import Camera
from sideline.arena.rig import Rig
from sideline.arrays import Bools, Float32s, Float64s, Floats
from sideline.tensors import CameraReason

PERSON_HEIGHT_M: Final = 1.95
"""Height prior: a player; a taller one's head is still in the crop, which is larger than the box."""
PERSON_RADIUS_M: Final = 0.40
"""Half of the width prior: feet apart and elbows out, not a raised arm."""
NO_CAMERA: Final = -1
SIDES: Final = ("left", "right")
"""Names of the cameras 0 and 1."""

_SMALLEST_PX: Final = 8.0
"""A box less tall or with less of its height or width inside the image shows nobody."""
_LARGEST_PX: Final = 1e5
"""Pixels beyond this are those of somebody who touches the lens."""
_CUT_MARGIN: Final = 0.05
"""A camera cuts more of a person off when it cuts this share of the box more."""
_COMPASS: Final = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])

Int32s = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class PersonBoxes:
    """The box of each of N people in the camera that shows them better.

    Attributes:
        cameras: (N,) i32, 0 left, 1 right, NO_CAMERA for neither.
        reasons: (N,) i32, CameraReason.
        boxes_px: (N,4) f32, x0 y0 x1 y1 in pixels of that camera, not clipped; zeros for neither.
    """

    cameras: Int32s
    reasons: Int32s
    boxes_px: Float32s

    @property
    def shown(self) -> Bools:
        """Who is shown by a camera: (N,)."""
        shown: Bools = self.cameras != NO_CAMERA
        return shown


def choose_boxes(rig: Rig, foot_points_m: Floats, has_image: tuple[bool, bool] = (True, True)) -> PersonBoxes:
    """Find the box of each person and the camera that it is taken from.

    A camera that does not show the person is out; of two, the one that cuts less of the box off at the image's border
    is taken; of two that cut equally (to 5 % of the box), the one that shows more pixels; the left one when equal.

    Args:
        rig: The cameras.
        foot_points_m: (N,2), x and z in metres. Points that no camera can see, not finite ones included, are defined:
            CameraReason.NONE.
        has_image: Whether the left and the right camera gave an image.
    """
    views = [rig.camera(side) for side in SIDES]
    boxes = np.stack([person_boxes(camera, foot_points_m) for camera in views])
    visible = np.stack([_visible_px(camera, box) for camera, box in zip(views, boxes, strict=True)])
    visible *= np.array(has_image)[:, None]
    cameras, reasons = _choose_cameras(visible, visible / np.maximum(_areas_px(boxes), 1.0))
    chosen = boxes[np.maximum(cameras, 0), np.arange(len(cameras))]
    chosen = np.where((cameras != NO_CAMERA)[:, None], chosen, 0.0)
    return PersonBoxes(cameras, reasons, chosen.astype(np.float32))


def person_boxes(camera: Camera, foot_points_m: Floats) -> Float64s:
    """Boxes of upright cylinders of a person's size, standing on the floor.

    Args:
        camera: Of either side.
        foot_points_m: (N,2), x and z in metres.

    Returns:
        (N,4) x0 y0 x1 y1, pixels, not clipped; NaN rows for people who are not wholly before the camera, within the
        field of its lens model and off its glass.
    """
    feet = np.asarray(foot_points_m, np.float64).reshape(-1, 2)
    feet = np.where(np.isfinite(feet).all(1, keepdims=True), feet, np.nan)
    rim = feet[:, None] + PERSON_RADIUS_M * _COMPASS
    points = np.empty((len(feet), 8, 3))
    points[..., [0, 2]] = np.concatenate([rim, rim], axis=1)
    points[:, :4, 1], points[:, 4:, 1] = 0.0, PERSON_HEIGHT_M
    pixels = camera.project(points.reshape(-1, 3)).reshape(-1, 8, 2)
    pixels = np.where(np.abs(pixels) <= _LARGEST_PX, pixels, np.nan)
    return np.concatenate([pixels.min(axis=1), pixels.max(axis=1)], axis=1)


def _visible_px(camera: Camera, boxes_px: Float64s) -> Float64s:
    """Area of each box that lies in the image: (N,) px²; 0 for a box or a rest that is too small to show anybody."""
    size = np.array([camera.width_px, camera.height_px])
    inside = np.minimum(boxes_px[:, 2:], size - 0.5) - np.maximum(boxes_px[:, :2], -0.5)
    enough = (inside >= _SMALLEST_PX).all(axis=1)
    return np.where(enough, inside.prod(axis=1), 0.0)


def _areas_px(boxes_px: Float64s) -> Float64s:
    areas: Float64s = np.nan_to_num(boxes_px[..., 2:] - boxes_px[..., :2]).prod(axis=-1)
    return areas


def _choose_cameras(visible_px: Float64s, shown_share: Float64s) -> tuple[Int32s, Int32s]:
    """Cameras and reasons (N,) from the visible area and share of the boxes (2,N) in both cameras."""
    seen = visible_px > 0
    both = seen.all(axis=0)
    less_cut = np.abs(shown_share[1] - shown_share[0]) > _CUT_MARGIN
    right = np.where(less_cut, shown_share[1] > shown_share[0], visible_px[1] > visible_px[0])
    right = np.where(both, right, seen[1])
    cameras = np.where(seen.any(axis=0), right, NO_CAMERA)
    reasons = np.where(less_cut, CameraReason.LESS_CUT, CameraReason.LARGER)
    reasons = np.where(both, reasons, CameraReason.ONLY_ONE)
    reasons = np.where(seen.any(axis=0), reasons, CameraReason.NONE)
    return cameras.astype(np.int32), reasons.astype(np.int32)
