"""Training samples of the detector: groups of crops of one match, with photometric and mirror augmentation.

A crop is a quarter of the panorama, so that a step costs a quarter; the crops of a group show the same player at
several instants, and beside them team-mates: the contrastive loss of the appearance needs both.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sideline.arrays import Bools, Float32s, Image, Int64s
from sideline.training.panoramas import Shard

HEIGHT_PX: Final = 256
WIDTH_PX: Final = 512
PERSONS_PER_MATCH: Final = 1000
"""A label is the number of the match times this, plus the person's ID."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a panorama.

    Attributes:
        image: [256, 512, 3] uint8 RGB.
        points_px: [P, 2] foot-points in pixels of the crop.
        metres_per_px: [P, 2].
        labels: [P] identity, unique over all matches; see PERSONS_PER_MATCH.
        visibility: [P] in [0, 1].
        required: [P]; the others are ignored.
    """

    image: Image
    points_px: Float32s
    metres_per_px: Float32s
    labels: Int64s
    visibility: Float32s
    required: Bools


def sample_group(shards: list[Shard], rng: np.random.Generator, size: int) -> list[Crop]:
    """Crops around the same person at ``size`` instants of one match, fewer if it has fewer."""
    index = int(rng.integers(len(shards)))
    shard = shards[index]
    frames = rng.permutation(len(shard.images))[:size]
    present = shard.truth.required[frames].sum(0)
    candidates = np.flatnonzero(present >= min(2, present.max()))
    person = int(rng.choice(candidates))
    mirrored = bool(rng.random() < 0.5)
    return [_cut(shard, index, int(frame), person, mirrored, rng) for frame in frames]


def _cut(shard: Shard, match: int, frame: int, person: int, mirrored: bool, rng: np.random.Generator) -> Crop:
    truth = shard.truth
    height, width = shard.images.shape[1:3]
    x, y = truth.points_px[frame, person] + rng.uniform([-200, -60], [200, 100])
    left = int(np.clip(x - WIDTH_PX / 2, 0, width - WIDTH_PX))
    top = int(np.clip(y - HEIGHT_PX * 0.6, 0, height - HEIGHT_PX))
    image = np.array(shard.images[frame, top : top + HEIGHT_PX, left : left + WIDTH_PX])
    points = truth.points_px[frame] - np.array([left, top], np.float32)
    if mirrored:
        image = image[:, ::-1]
        points = np.column_stack([WIDTH_PX - 1 - points[:, 0], points[:, 1]])
    inside = ((points > 2) & (points < [WIDTH_PX - 3, HEIGHT_PX - 3])).all(1)
    kept = inside & (truth.required[frame] | truth.ignored[frame])
    return Crop(
        image=_recolour(image, rng),
        points_px=points[kept].astype(np.float32),
        metres_per_px=truth.metres_per_px[frame, kept],
        labels=truth.person_ids[kept] + PERSONS_PER_MATCH * match,
        visibility=truth.visibility[frame, kept],
        required=truth.required[frame, kept],
    )


def _recolour(image: Image, rng: np.random.Generator) -> Image:
    """Random gain per channel, gamma, blur and noise."""
    gain = rng.uniform(0.75, 1.25) * rng.uniform(0.92, 1.08, 3)
    gamma = np.exp(rng.uniform(-0.25, 0.25))
    levels = np.arange(256)[:, None] / 255
    table = np.clip(255 * (levels * gain) ** gamma, 0, 255).astype(np.uint8)
    changed: NDArray[np.uint8] = cv2.LUT(np.ascontiguousarray(image), table[:, None, :]).astype(np.uint8)
    if rng.random() < 0.3:
        changed = cv2.GaussianBlur(changed, (3, 3), float(rng.uniform(0.3, 1.0))).astype(np.uint8)
    if rng.random() < 0.3:
        noise = rng.normal(0, rng.uniform(1, 6), changed.shape)
        changed = np.clip(changed + noise, 0, 255).astype(np.uint8)
    return changed
