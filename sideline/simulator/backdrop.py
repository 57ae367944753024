"""The picture of the empty arena in one camera: floor and panels, lit.

Every pixel's ray is met with every plane once; people and baskets are drawn on a copy of the result.
"""

from typing import Final

import cv2
import numpy as np

from sideline.arena.camera import Camera
from sideline.arrays import Float32s, Float64s, Image
from sideline.simulator.court_paint import FLOOR_HALF_LENGTH_M, FLOOR_HALF_WIDTH_M, PX_PER_M
from sideline.simulator.look import LightLook
from sideline.simulator.stands import Panel

_GRID_PX: Final = 16
_COARSENESS: Final = 2
_COARSE_FROM_M: Final = 15.0
"""Beyond this distance the floor is sampled from a texture of half the size, so that planks do not shimmer."""
_LAMP_HEIGHT_M: Final = 11.0


def pixel_rays(camera: Camera) -> Float32s:
    """Directions of all pixels in the arena: [H, W, 3]; exact every 16 px, linear between."""
    columns = np.arange(0, camera.width_px + _GRID_PX, _GRID_PX)
    rows = np.arange(0, camera.height_px + _GRID_PX, _GRID_PX)
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 1, 2).astype(np.float64)
    ideal = cv2.undistortPoints(grid, camera.matrix, camera.distortion)[:, 0]
    rays = (np.column_stack([ideal, np.ones(len(ideal))]) @ camera.rotation).astype(np.float32)
    rays = rays.reshape(len(rows), len(columns), 3)
    across, down = np.meshgrid(
        np.arange(camera.width_px, dtype=np.float32) / _GRID_PX,
        np.arange(camera.height_px, dtype=np.float32) / _GRID_PX,
    )
    return np.asarray(cv2.remap(rays, across, down, cv2.INTER_LINEAR), np.float32)


def paint_backdrop(camera: Camera, floor: Image, panels: list[Panel], light: LightLook, gloss: float) -> Image:
    """Paint the empty arena, without the camera's gains, gamma and noise.

    Args:
        camera: The camera.
        floor: Texture from `court_paint.paint_floor`.
        panels: What stands around the floor.
        light: Fall-off of the light.
        gloss: Strength of the lamps' reflections on the floor, 0..1.

    Returns:
        [height_px, width_px, 3] uint8, RGB.
    """
    rays, centre = pixel_rays(camera), camera.centre_m
    image = np.full((camera.height_px, camera.width_px, 3), 14, np.uint8)
    nearest = np.full(image.shape[:2], np.inf, np.float32)
    _paint_floor(image, nearest, rays, centre, floor, light, gloss)
    for panel in panels:
        _paint_panel(image, nearest, rays, centre, panel)
    return image


def floor_light(x_m: Float32s | Float64s, z_m: Float32s | Float64s, falloff: float) -> Float32s:
    """Brightness of floor points: 1 at the centre, 1 − falloff at the corners of the court."""
    return np.asarray(1 - falloff * ((x_m / 14.0) ** 2 + (z_m / 7.5) ** 2) / 2, np.float32).clip(0.3, 1.0)


def _paint_floor(
    image: Image, nearest: Float32s, rays: Float32s, centre: Float64s, floor: Image, light: LightLook, gloss: float
) -> None:
    distance = np.where(rays[..., 1] < -1e-4, -centre[1] / np.minimum(rays[..., 1], -1e-4), 1e4).astype(np.float32)
    x, z = centre[0] + distance * rays[..., 0], centre[2] + distance * rays[..., 2]
    inside = (np.abs(x) < FLOOR_HALF_LENGTH_M) & (np.abs(z) < FLOOR_HALF_WIDTH_M)
    coarse = np.asarray(
        cv2.resize(floor, None, fx=1 / _COARSENESS, fy=1 / _COARSENESS, interpolation=cv2.INTER_AREA),
        np.uint8,
    )
    seen = _sample(floor, x, z, PX_PER_M)
    far = distance > _COARSE_FROM_M
    np.copyto(seen, _sample(coarse, x, z, PX_PER_M / _COARSENESS), where=far[..., None])
    lit = seen * floor_light(x, z, light.falloff)[..., None] + 255 * gloss * _glare(x, z, centre)[..., None]
    np.copyto(image, np.clip(lit, 0, 255).astype(np.uint8), where=inside[..., None])
    nearest[inside] = distance[inside]


def _sample(texture: Image, x: Float32s, z: Float32s, px_per_m: float) -> Image:
    columns = ((x + FLOOR_HALF_LENGTH_M) * px_per_m - 0.5).astype(np.float32)
    rows = ((z + FLOOR_HALF_WIDTH_M) * px_per_m - 0.5).astype(np.float32)
    return np.asarray(cv2.remap(texture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _glare(x: Float32s, z: Float32s, centre: Float64s) -> Float32s:
    """Reflection of two rows of lamps on the floor, 0..1: a lamp shows where the mirrored sight line meets it."""
    share = centre[1] / (centre[1] + _LAMP_HEIGHT_M)
    glare = np.zeros_like(x)
    for lamp_z in (-8.0, 2.0):
        spot_z = centre[2] + (lamp_z - centre[2]) * share
        for lamp_x in (-12.0, -4.0, 4.0, 12.0):
            spot_x = centre[0] + (lamp_x - centre[0]) * share
            glare += np.exp(-((x - spot_x) ** 2) / 1.6 - (z - spot_z) ** 2 / 5.0)
    return np.asarray(0.5 * glare.clip(0, 1), np.float32)


def _paint_panel(image: Image, nearest: Float32s, rays: Float32s, centre: Float64s, panel: Panel) -> None:
    """Paint a panel where it is the nearest thing met so far."""
    inverse = np.linalg.inv(np.column_stack([panel.across_m, panel.down_m, np.zeros(3)]) + _third_axis(panel))
    start, steps = inverse @ (centre - panel.origin_m), rays @ inverse.T.astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = -start[2] / steps[..., 2]
        across, down = start[0] + distance * steps[..., 0], start[1] + distance * steps[..., 1]
        hit = (distance > 0) & (distance < nearest) & (across >= 0) & (across < 1) & (down >= 0) & (down < 1)
    column, row, wide, high = cv2.boundingRect(hit.astype(np.uint8))
    if wide == 0:
        return
    window = np.s_[row : row + high, column : column + wide]
    height, width = panel.texture.shape[:2]
    columns, rows = (across[window] * width - 0.5).astype(np.float32), (down[window] * height - 0.5).astype(np.float32)
    seen = cv2.remap(panel.texture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    np.copyto(image[window], seen, where=hit[window][..., None])
    nearest[hit] = distance[hit]


def _third_axis(panel: Panel) -> Float64s:
    axis = np.zeros((3, 3))
    axis[:, 2] = np.cross(panel.across_m, panel.down_m)
    return axis
