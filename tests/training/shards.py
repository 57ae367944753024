"""Shards drawn by hand: a dark floor and a bright square of 3 × 3 px around every foot-point."""

import numpy as np

from sideline.training.panoramas import Shard, Truth

FLOOR, MARK = 40, 250
HEIGHT_PX, WIDTH_PX = 320, 640
PEOPLE = 6
METRES_PER_PX = (0.02, 0.04)
"""In row 100, which is 10 m from the cameras; a column is 0.002 rad, a row 0.004 of the distance's logarithm."""
LOG_PER_ROW = 0.004


def draw_shard(seed: int, frames: int = 3) -> Shard:
    """Six people on whole pixels, at least 20 px apart; the last one is ignored, the others required."""
    rng = np.random.default_rng(seed)
    rows, columns = np.meshgrid(np.arange(30, HEIGHT_PX - 20, 20), np.arange(30, WIDTH_PX - 20, 20), indexing="ij")
    places = np.column_stack([columns.ravel(), rows.ravel()])
    points = np.stack([rng.choice(places, PEOPLE, replace=False) for _ in range(frames)])
    images = np.full((frames, HEIGHT_PX, WIDTH_PX, 3), FLOOR, np.uint8)
    for image, people in zip(images, points, strict=True):
        for x, y in people:
            image[y - 1 : y + 2, x - 1 : x + 2] = MARK
    required = np.tile(np.arange(PEOPLE) < PEOPLE - 1, (frames, 1))
    return Shard(images, truth_of(points, required, ~required))


def truth_of(points_px: np.ndarray, required: np.ndarray, ignored: np.ndarray) -> Truth:
    """Everybody visible, in frames from 0 on."""
    frames, people = points_px.shape[:2]
    return Truth(
        frame_index=np.arange(frames),
        person_ids=np.arange(people),
        points_px=points_px.astype(np.float32),
        metres_per_px=metres_per_px(points_px[..., 1]).astype(np.float32),
        visibility=np.ones((frames, people), np.float32),
        required=required,
        ignored=ignored,
    )


def metres_per_px(rows: np.ndarray) -> np.ndarray:
    """[..., 2] size of a pixel in these rows."""
    return np.exp(-LOG_PER_ROW * (rows - 100))[..., None] * METRES_PER_PX
