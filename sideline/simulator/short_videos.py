"""Short videos of things that stay, things that flash up and noise: what track persistence is learnt on.

A video is 25 frames of 128 × 128 px at 25 fps and shows 8 × 8 m from above at a slant. Its tracks are what a detector
and a tracker would make of it: foot-points with noise, misses and gaps. Knows nothing of networks, nor how it is kept.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from sideline.arrays import Bools, Float32s, Float64s
from sideline.tensors import CLIP_FRAMES

Uint8s = npt.NDArray[np.uint8]

SIDE_PX: Final = 128
SIDE_M: Final = 8.0
FPS: Final = 25.0
MOST_TRACKS: Final = 6


class VideoKind(IntEnum):
    """What a video holds."""

    PERSISTENT = 0
    """People who walk, run or stand."""
    BRIEF = 1
    """Things that are seen for 1 to 3 frames."""
    NOISE = 2
    """Detections without anybody: they flicker, jump, or echo somebody unseen."""
    MIXED = 3
    """Some of each."""


@dataclass(frozen=True, slots=True, eq=False)
class ShortTracks:
    """K tracks of a video.

    Attributes:
        points_m: [K, 25, 2] f32 foot-points x and z in [0, 8) mostly; 0 where not seen.
        mask: [K, 25] true where seen.
        kinds: [K] u8, PERSISTENT, BRIEF or NOISE.
    """

    points_m: Float32s
    mask: Bools
    kinds: Uint8s


def draw_tracks(kind: VideoKind, rng: np.random.Generator) -> ShortTracks:
    """The tracks of a video of this kind: one to three, MIXED one or two of each kind."""
    if kind is VideoKind.MIXED:
        kinds = [each for each in list(VideoKind)[:3] for _ in range(rng.integers(1, 3))]
    else:
        kinds = [kind] * int(rng.integers(1, 4))
    tracks = [_DRAW[each](rng) for each in kinds]
    mask = np.stack([seen for _, seen in tracks])
    points = np.stack([points for points, _ in tracks]) * mask[..., None]
    return ShortTracks(points.astype(np.float32), mask, np.array(kinds, np.uint8))


def _draw_person(rng: np.random.Generator) -> tuple[Float64s, Bools]:
    """Somebody who is there for at least 8 frames; misses and one gap."""
    points = _walk(rng) + rng.normal(0, rng.uniform(0.02, 0.15), (CLIP_FRAMES, 2))
    seen = rng.random(CLIP_FRAMES) > rng.choice([0.0, 0.05, 0.2])
    if rng.random() < 0.3:
        gap = int(rng.integers(0, CLIP_FRAMES - 4))
        seen[gap : gap + int(rng.integers(2, 7))] = False
    if rng.random() < 0.3:  # comes or goes
        frames = np.arange(CLIP_FRAMES)
        length = rng.integers(10, CLIP_FRAMES)
        seen &= frames < length if rng.random() < 0.5 else frames >= CLIP_FRAMES - length
    if seen.sum() < 8:
        seen[:] = True
    return points, seen


def _draw_flash(rng: np.random.Generator) -> tuple[Float64s, Bools]:
    """One to three frames in a row."""
    length = int(rng.integers(1, 4))
    first = int(rng.integers(0, CLIP_FRAMES - length + 1))
    frames = np.arange(CLIP_FRAMES)
    points = _walk(rng) + rng.normal(0, rng.uniform(0.05, 0.4), (CLIP_FRAMES, 2))
    return points, (frames >= first) & (frames < first + length)


def _draw_noise(rng: np.random.Generator) -> tuple[Float64s, Bools]:
    """Four frames and more of detections that are nobody's: around one spot, anywhere, or beside somebody in jerks."""
    style = rng.integers(3)
    if style == 0:
        points = rng.uniform(1, 7, 2) + rng.normal(0, rng.uniform(0.25, 0.8), (CLIP_FRAMES, 2))
    elif style == 1:
        points = rng.uniform(0, SIDE_M, 2) + np.cumsum(rng.normal(0, rng.uniform(0.3, 1.0), (CLIP_FRAMES, 2)), axis=0)
    else:
        holds = np.repeat(rng.normal(0, 0.6, (CLIP_FRAMES, 2)), rng.integers(1, 5), axis=0)[:CLIP_FRAMES]
        points = _walk(rng) + holds + rng.normal(0, 0.2, (CLIP_FRAMES, 2))
    seen = rng.random(CLIP_FRAMES) < rng.uniform(0.3, 0.9)
    if seen.sum() < 4:
        seen[:4] = True
    return points, seen


_DRAW: Final = {VideoKind.PERSISTENT: _draw_person, VideoKind.BRIEF: _draw_flash, VideoKind.NOISE: _draw_noise}


def _walk(rng: np.random.Generator) -> Float64s:
    """[25, 2] metres of a way at up to 7 m/s whose velocity wanders."""
    speed = rng.choice([0.0, rng.uniform(0.2, 2.0), rng.uniform(2.0, 7.0)])
    angle = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, rng.uniform(0.0, 0.15), CLIP_FRAMES))
    steps = speed / FPS * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    way = np.cumsum(steps, axis=0)
    return np.asarray(way - way.mean(axis=0) + rng.uniform(2, 6, 2), np.float64)


def render_video(tracks: ShortTracks, rng: np.random.Generator) -> Uint8s:
    """[25, 128, 128, 3] uint8 RGB: people as upright ellipses, noise as specks, on a floor with boards and light."""
    video = np.repeat(_draw_floor(rng)[None], CLIP_FRAMES, axis=0)
    feet = tracks.points_m * (SIDE_PX / SIDE_M)
    for track, kind in enumerate(tracks.kinds.tolist()):
        colour = rng.uniform(0, 256, 3)
        half_px = np.array([5.0, 12.0]) if kind != VideoKind.NOISE else rng.uniform(1.5, 6.0, 2)
        half_px = half_px * rng.uniform(0.8, 1.2)
        for frame in np.flatnonzero(tracks.mask[track]).tolist():
            _paint(video[frame], feet[track, frame], half_px, colour)
    return video


def _draw_floor(rng: np.random.Generator) -> Uint8s:
    light = np.linspace(rng.uniform(0.7, 1), rng.uniform(0.7, 1), SIDE_PX)[:, None, None]
    boards = rng.normal(0, 6, (1, SIDE_PX // 8, 1)).repeat(8, axis=1)
    floor = (np.array([190, 150, 100]) + rng.normal(0, 15, 3) + boards) * light
    return np.clip(np.broadcast_to(floor, (SIDE_PX, SIDE_PX, 3)), 0, 255).astype(np.uint8)


def _paint(picture: Uint8s, foot_px: Float32s, half_px: Float64s, colour: Float64s) -> None:
    """An ellipse that stands on the foot-point, darker towards its foot."""
    centre_x, centre_y = float(foot_px[0]), float(foot_px[1]) - half_px[1]
    left, right = (int(np.clip(centre_x + side * half_px[0] + 0.5, 0, SIDE_PX)) for side in (-1, 1))
    top, bottom = (int(np.clip(centre_y + side * half_px[1] + 0.5, 0, SIDE_PX)) for side in (-1, 1))
    y, x = np.mgrid[top:bottom, left:right] + 0.5
    inside = ((x - centre_x) / half_px[0]) ** 2 + ((y - centre_y) / half_px[1]) ** 2 <= 1
    shade = 1.0 - 0.4 * (y - top) / max(1, bottom - top)
    picture[top:bottom, left:right][inside] = (shade[inside][:, None] * colour).astype(np.uint8)
