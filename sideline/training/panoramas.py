"""Panoramas with truth, from the simulator: one shard a match, made once and kept on disk.

Frames go the served way (render → JPEG → decode → stitch), so that training sees what the engine will see. A shard
is ``NAME.npy`` (images, memory-mapped) and ``NAME.npz`` (truth). Knows nothing about networks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from sideline.arena.panorama import Panorama
from sideline.arrays import Bools, Float32s, Float64s, Floats, Image, Int64s
from sideline.simulator.match import Match
from sideline.simulator.render import Renderer
from sideline.tensors import PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX

_IGNORED_MARGIN_M = 1.5
"""People this far beside the playing area are neither players nor background."""
_HIDDEN = 0.12
"""People of whom less is visible are neither required nor punished."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Who stands where in the F frames of a shard, P people each.

    Attributes:
        frame_index: [F].
        person_ids: [P].
        points_px: [F, P, 2] foot-points in panorama pixels, x and y.
        metres_per_px: [F, P, 2] size of a pixel on the floor there, along x (azimuth) and y (distance).
        visibility: [F, P] in [0, 1].
        required: [F, P] a detector has to find this person.
        ignored: [F, P] a detector may find this person or not.
    """

    frame_index: Int64s
    person_ids: Int64s
    points_px: Float32s
    metres_per_px: Float32s
    visibility: Float32s
    required: Bools
    ignored: Bools

    def lay_out(self, points_px: Floats) -> Float64s:
        """Panorama pixels [N, 2] as points on the floor [N, 2], metres, turned about the cameras by an unknown angle.

        Rows are logarithms of the distance and columns azimuths, so the sizes of two people's pixels tell the scale.
        """
        sizes = self.metres_per_px.reshape(-1, 2).astype(np.float64)
        slope, offset = np.polyfit(self.points_px[..., 1].ravel(), np.log(sizes[:, 1]), 1)
        distance = np.exp(slope * points_px[:, 1] + offset) / -slope
        azimuth = points_px[:, 0] * -slope * np.median(sizes[:, 0] / sizes[:, 1])
        floor: Float64s = np.column_stack([np.sin(azimuth), -np.cos(azimuth)]) * distance[:, None]
        return floor


@dataclass(frozen=True, slots=True)
class Shard:
    """Images [F, 512, 1024, 3] uint8 RGB of one match and their truth."""

    images: NDArray[np.uint8]
    truth: Truth


def render_shard(seed: int, venue: str, frame_indices: Int64s, seconds: float) -> Shard:
    """Simulate a match and stitch some of its frames.

    Args:
        seed: Seed of the match.
        venue: Name of the venue.
        frame_indices: [F] frames wanted, rising, of a match of ``seconds`` at 25 fps.
        seconds: Length of the match.
    """
    match = Match.create(seed, venue, seconds)
    renderer, panorama = Renderer(match), Panorama.of(match.rig)
    rng = np.random.default_rng(seed)
    quality = int(rng.integers(75, 96))
    images = np.stack(
        [panorama.stitch(*(_through_jpeg(view, quality) for view in renderer.render(int(k)))) for k in frame_indices]
    )
    truths = [renderer.truth(int(k)) for k in frame_indices]
    points_m = np.stack([truth.foot_points_m for truth in truths])
    on_floor = np.stack([truth.on_floor for truth in truths])
    visibility = np.stack([truth.visibility for truth in truths]).astype(np.float32)
    return Shard(images, locate_people(panorama, frame_indices, truths[0].person_ids, points_m, on_floor, visibility))


def save_shard(shard: Shard, path: Path) -> None:
    """Write ``path``.npy and, last, ``path``.npz; a shard without its .npz is incomplete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path.with_suffix(".npy"), shard.images)
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **{field.name: getattr(shard.truth, field.name) for field in fields(Truth)})
    partial.rename(path.with_suffix(".npz"))


def open_shards(folder: Path) -> Iterator[Shard]:
    """Open every complete shard of ``folder`` in the order of names; images stay on disk until they are read."""
    for path in sorted(folder.glob("*.npz")):
        if path.name.endswith(".partial.npz"):
            continue
        with np.load(path) as arrays:
            truth = Truth(**{field.name: arrays[field.name] for field in fields(Truth)})
        yield Shard(np.load(path.with_suffix(".npy"), mmap_mode="r"), truth)


def _through_jpeg(image: Image, quality: int) -> Image:
    encoded = simplejpeg.encode_jpeg(image, quality=quality, colorspace="RGB", colorsubsampling="420")
    decoded: Image = simplejpeg.decode_jpeg(encoded, colorspace="RGB")
    return decoded


def locate_people(
    panorama: Panorama, frames: Int64s, person_ids: Int64s, points_m: Float64s, on_floor: Bools, visibility: Float32s
) -> Truth:
    """Put people into the panorama.

    Args:
        panorama: Of the match's rig.
        frames: [F] frame indices.
        person_ids: [P].
        points_m: [F, P, 2] foot-points, x and z in metres.
        on_floor: [F, P] whoever a tracker has to find, if it can be seen.
        visibility: [F, P] in [0, 1].
    """
    shape = points_m.shape[:2]
    flat = points_m.reshape(-1, 2)
    uv = panorama.uv_from_floor(flat)
    points_px = uv * [PANORAMA_WIDTH_PX, PANORAMA_HEIGHT_PX] - 0.5
    distance = np.hypot(*(flat - panorama.centre_m[[0, 2]]).T)
    per_column = (panorama.azimuth_rad[1] - panorama.azimuth_rad[0]) / PANORAMA_WIDTH_PX
    per_row = (panorama.log_distance[0] - panorama.log_distance[1]) / PANORAMA_HEIGHT_PX
    in_picture = ((uv > 0) & (uv < 1)).all(1).reshape(shape)
    near = panorama.rig.court.contains(flat, 1.0 + _IGNORED_MARGIN_M).reshape(shape)
    required = on_floor & in_picture & (visibility > _HIDDEN)
    return Truth(
        frame_index=frames,
        person_ids=np.asarray(person_ids, np.int64),
        points_px=points_px.reshape(*shape, 2).astype(np.float32),
        metres_per_px=(distance[:, None] * [per_column, per_row]).reshape(*shape, 2).astype(np.float32),
        visibility=visibility,
        required=required,
        ignored=near & in_picture & ~required,
    )
