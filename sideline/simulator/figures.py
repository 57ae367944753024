"""Figures: posed and dressed bodies as polygons in one camera's image, and their drawing.

Everything that can be is computed for all people of a frame at once; only the drawing of the polygons loops.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from sideline.arena.camera import Camera
from sideline.arrays import Bools, Float64s, Image
from sideline.simulator.skeleton import JOINTS, Bodies, Joint
from sideline.simulator.wardrobe import ENDS, NEARNESS, STARTS

Int32s = npt.NDArray[np.int32]

SHIFT: Final = 4
"""Fractional bits of polygon coordinates."""
_SHADE, _LIT = 0.74, 1.06
_LIT_RADIUS, _LIT_OFFSET = 0.68, 0.3
_FAN: Final = np.radians([90.0, 135.0, 180.0, 225.0, 270.0, -90.0, -45.0, 0.0, 45.0, 90.0])
_LEVELS: Final = np.array(
    [  # along the spine, half width, half depth: shares of the height
        [-0.035, 0.088, 0.06],
        [0.08, 0.078, 0.055],
        [0.20, 0.098, 0.062],
        [0.275, 0.108, 0.056],
        [0.305, 0.075, 0.045],
        [0.322, 0.038, 0.034],
    ]
)
_LIT_SPAN: Final = (-0.35, 0.85)
_ARMPIT, _COLLAR = 3, 6
"""Levels of the torso's outline between which the shirt has an edge."""
_STRIPES: Final = (0.08, 0.29, 0.5, 0.71, 0.92)
_STRIPE_M: Final = 0.035
_STRIPE_RGB: Final = (24, 24, 26)


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Polygons of P people in one image; fixed-point pixels with SHIFT fractional bits, L parts, 2 shades.

    Attributes:
        parts: (P, 2, L, 10, 2) capsules, dark first.
        order: (P, L + 1) parts from far to near; L is the torso.
        torsos: (P, 2, 12, 2) outline of the torso, whole and lit.
        joints_px: (P, JOINTS, 2) pixels.
        boxes_px: (P, 4) x0 y0 x1 y1 around the figure, not clipped; NaN when the person cannot be projected.
        distance_m: (P,) from the camera to the pelvis.
        px_per_m: (P,) scale at the pelvis.
        seen: (P,) whether the box touches the image.
    """

    parts: Int32s
    order: npt.NDArray[np.int64]
    torsos: Int32s
    joints_px: Float64s
    boxes_px: Float64s
    distance_m: Float64s
    px_per_m: Float64s
    seen: Bools

    def split_at_torso(self, person: int, present: Bools) -> tuple[list[int], list[int]]:
        """Parts that a person has, behind and before the torso, each from far to near."""
        order = self.order[person].tolist()
        torso = order.index(len(order) - 1)
        has = present[person].tolist()
        behind, before = ([part for part in parts if has[part]] for parts in (order[:torso], order[torso + 1 :]))
        return behind, before


@dataclass(frozen=True, slots=True, eq=False)
class Dyes:
    """Colours of P people under the light of one frame, RGB 0..255.

    Attributes:
        parts: [P][L][2] dark and lit.
        torsos: [P][2] dark and lit.
        trims: [P].
    """

    parts: list[list[list[list[float]]]]
    torsos: list[list[list[float]]]
    trims: list[list[float]]


def outline_torsos(bodies: Bodies, viewer_m: Float64s, heights_m: Float64s, builds: Float64s) -> Float64s:
    """Outlines of the torsos as seen from a point: the contour of a tube of ellipses.

    Args:
        bodies: P posed bodies.
        viewer_m: (3,) where they are seen from.
        heights_m, builds: (P,).

    Returns:
        (P, 2, 12, 3) points in the arena, whole and lit side, up one side and down the other.
    """
    pelvis = bodies.joints_m[:, Joint.PELVIS]
    sight = pelvis - viewer_m
    across = np.stack([-sight[:, 2], np.zeros(len(sight)), sight[:, 0]], axis=1)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    along_left = (across * bodies.left).sum(1)[:, None]
    along_forward = (across * bodies.forward).sum(1)[:, None]
    widths = _LEVELS[:, 1] * builds[:, None]
    radii = np.hypot(widths * along_left, _LEVELS[:, 2] * builds[:, None] * along_forward) * heights_m[:, None]
    centres = pelvis[:, None] + (_LEVELS[:, 0] * heights_m[:, None])[..., None] * bodies.spine[:, None]
    reach = radii[..., None] * across[:, None]
    spans = ((-1.0, 1.0), _LIT_SPAN)
    return np.stack(
        [np.concatenate([centres + low * reach, (centres + high * reach)[:, ::-1]], axis=1) for low, high in spans],
        axis=1,
    )


def place_figures(bodies: Bodies, torsos_m: Float64s, radii_m: Float64s, camera: Camera, light_side: float) -> Figures:
    """Project P bodies into an image.

    Args:
        bodies: Posed bodies.
        torsos_m: (P, 2, 12, 3) from `outline_torsos`.
        radii_m: (P, L, 2) from `wardrobe.dress`.
        camera: The camera.
        light_side: +1 when light comes from the image's right, −1 from its left.
    """
    count = len(torsos_m)
    points = np.concatenate([bodies.joints_m.reshape(-1, 3), torsos_m.reshape(-1, 3)])
    pixels = camera.project(points)
    joints_px = pixels[: count * JOINTS].reshape(count, JOINTS, 2)
    torsos_px = pixels[count * JOINTS :].reshape(count, 2, -1, 2)
    distances = np.linalg.norm(bodies.joints_m - camera.centre_m, axis=2)
    px_per_m = _scale_at(camera, bodies.joints_m[:, Joint.PELVIS])
    radii_px = radii_m * px_per_m[:, None, None]
    capsules = _capsules(joints_px[:, STARTS], joints_px[:, ENDS], radii_px, light_side)
    boxes = _boxes_around(capsules[:, 0], radii_px)
    return Figures(
        parts=_to_fixed(capsules),
        order=_order_parts(distances, bodies, camera),
        torsos=_to_fixed(torsos_px),
        joints_px=joints_px,
        boxes_px=boxes,
        distance_m=distances[:, Joint.PELVIS],
        px_per_m=px_per_m,
        seen=_touches_image(boxes, camera),
    )


def _scale_at(camera: Camera, points_m: Float64s) -> Float64s:
    """Pixels per metre across the line of sight at points (P, 3): (P,)."""
    step = camera.rotation[0] * 0.1
    moved = camera.project(points_m + step) - camera.project(points_m)
    return np.asarray(np.linalg.norm(moved, axis=1) / 0.1, np.float64)


def _capsules(starts: Float64s, ends: Float64s, radii: Float64s, light_side: float) -> Float64s:
    """Outlines of capsules (P, L, 2) → (P, 2, L, 10, 2), whole and lit."""
    axis = ends - starts
    length = np.linalg.norm(axis, axis=-1, keepdims=True)
    axis = np.where(length > 1e-3, axis / np.maximum(length, 1e-3), np.array([0.0, 1.0]))
    normal = np.stack([-axis[..., 1], axis[..., 0]], axis=-1)
    fans = np.cos(_FAN)[:, None] * axis[..., None, :] + np.sin(_FAN)[:, None] * normal[..., None, :]
    centres = np.repeat(np.stack([starts, ends], axis=-2), 5, axis=-2)
    spread = np.repeat(radii, 5, axis=-1)[..., None]
    light = np.array([light_side, -0.5]) * _LIT_OFFSET
    return np.stack([centres + spread * fans, centres + spread * (_LIT_RADIUS * fans + light)], axis=1)


def _boxes_around(capsules: Float64s, radii_px: Float64s) -> Float64s:
    """Boxes (P, 4) around the capsules (P, L, 10, 2) that have a radius."""
    present = (radii_px > 0).any(axis=-1)[..., None, None]
    low = np.where(present, capsules, np.inf).min(axis=(1, 2))
    high = np.where(present, capsules, -np.inf).max(axis=(1, 2))
    return np.concatenate([low, high], axis=1)


def _order_parts(distances: Float64s, bodies: Bodies, camera: Camera) -> npt.NDArray[np.int64]:
    middles = (distances[:, STARTS] + distances[:, ENDS]) / 2 - 1.9 * NEARNESS
    chest = distances[:, Joint.WAIST] - 0.1
    return np.argsort(-np.column_stack([middles, chest]), axis=1, kind="stable")


def _touches_image(boxes: Float64s, camera: Camera) -> Bools:
    inside = (boxes[:, 2] > 0) & (boxes[:, 3] > 0) & (boxes[:, 0] < camera.width_px) & (boxes[:, 1] < camera.height_px)
    return np.asarray(inside & np.isfinite(boxes).all(axis=1), np.bool_)


def _to_fixed(pixels: Float64s) -> Int32s:
    limited = np.clip(np.round(pixels * (1 << SHIFT)), -(1 << 18), 1 << 18)
    return np.asarray(np.nan_to_num(limited), np.int32)


def shade(colours: Float64s) -> Float64s:
    """Dark and lit shade of colours (..., 3) → (..., 2, 3)."""
    return np.stack([colours * _SHADE, colours * _LIT], axis=-2)


def draw_limbs(canvas: Image, figures: Figures, person: int, parts: list[int], dyes: Dyes) -> None:
    """Draw parts of one person in the given order, each in a dark and a lit shade."""
    dark, lit = figures.parts[person]
    colours = dyes.parts[person]
    for part in parts:
        dark_rgb, lit_rgb = colours[part]
        cv2.fillConvexPoly(canvas, dark[part], dark_rgb, cv2.LINE_AA, SHIFT)
        cv2.fillConvexPoly(canvas, lit[part], lit_rgb, cv2.LINE_AA, SHIFT)


def draw_torso(canvas: Image, figures: Figures, person: int, dyes: Dyes, striped: bool) -> None:
    """Draw the shirt with its trim, or with a referee's stripes."""
    whole, lit = figures.torsos[person]
    for outline, rgb in zip((whole, lit), dyes.torsos[person], strict=True):
        cv2.fillPoly(canvas, [outline], rgb, cv2.LINE_AA, SHIFT)
    up, down = whole[:_COLLAR], whole[: -_COLLAR - 1 : -1]
    if striped:
        width = max(1, round(_STRIPE_M * float(figures.px_per_m[person])))
        stripes = [np.asarray(up * (1 - share) + down * share, np.int32) for share in _STRIPES]
        cv2.polylines(canvas, stripes, False, _STRIPE_RGB, width, cv2.LINE_AA, SHIFT)
        return
    edges = [whole[_ARMPIT:_COLLAR], whole[-_COLLAR:-_ARMPIT], np.stack([up[-1], down[-1]])]
    cv2.polylines(canvas, edges, False, dyes.trims[person], 1, cv2.LINE_AA, SHIFT)
