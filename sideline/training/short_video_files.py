"""Short videos on disk: shards of 50, written one after the other, so that memory holds one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from rich.progress import track

from sideline.arrays import Bools, Float32s
from sideline.errors import TrainingError
from sideline.simulator.short_videos import MOST_TRACKS, ShortTracks, Uint8s, VideoKind, draw_tracks, render_video
from sideline.tensors import CLIP_FRAMES

VIDEOS_PER_SHARD: Final = 50
_JUDGING_SEED: Final = 900_000


@dataclass(frozen=True, slots=True, eq=False)
class LabelledTracks:
    """K tracks from anywhere.

    Attributes:
        points_m: [K, 25, 2] f32.
        mask: [K, 25].
        stays: [K] true for somebody who stays.
    """

    points_m: Float32s
    mask: Bools
    stays: Bools


def make_video(seed: int, number: int) -> tuple[Uint8s, ShortTracks]:
    """Video NUMBER of a seed, and its tracks; the four kinds take turns."""
    rng = np.random.default_rng([seed, number])
    tracks = draw_tracks(VideoKind(number % len(VideoKind)), rng)
    return render_video(tracks, rng), tracks


def fill_with_short_videos(folder: Path, seed: int, videos: int) -> None:
    """Make the shards that ``folder`` lacks, 00000.npz …; safe to stop and to call again.

    A shard holds videos [V, 25, 128, 128, 3] u8, points_m [V, 6, 25, 2] f32, mask [V, 6, 25], kinds [V, 6] u8 (255
    where there is no track).

    Raises:
        TrainingError: the seed is one of those kept for judging.
    """
    if seed >= _JUDGING_SEED:
        raise TrainingError(f"seeds from {_JUDGING_SEED} on are for judging; choose a lower seed")
    folder.mkdir(parents=True, exist_ok=True)
    firsts = range(0, videos, VIDEOS_PER_SHARD)
    for first in track(firsts, description=f"videos for {folder.name}"):
        path = folder / f"{first:06d}.npz"
        if not path.exists():
            _write_shard(path, seed, range(first, min(first + VIDEOS_PER_SHARD, videos)))


def _write_shard(path: Path, seed: int, numbers: range) -> None:
    count = len(numbers)
    points_m = np.zeros((count, MOST_TRACKS, CLIP_FRAMES, 2), np.float32)
    mask = np.zeros((count, MOST_TRACKS, CLIP_FRAMES), np.bool_)
    kinds = np.full((count, MOST_TRACKS), 255, np.uint8)
    videos = []
    for row, number in enumerate(numbers):
        video, tracks = make_video(seed, number)
        videos.append(video)
        held = slice(0, len(tracks.kinds))
        points_m[row, held], mask[row, held], kinds[row, held] = tracks.points_m, tracks.mask, tracks.kinds
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez_compressed(file, videos=np.stack(videos), points_m=points_m, mask=mask, kinds=kinds)
    partial.rename(path)


def load_tracks(folder: Path) -> LabelledTracks:
    """The tracks of all shards of ``folder``, without the videos.

    Raises:
        TrainingError: there is no shard, or one cannot be read.
    """
    shards = list(_read_tracks(folder))
    if not shards:
        raise TrainingError(
            f"{folder} holds no short videos; make some with: sideline train short_videos --out {folder}"
        )
    points_m, mask, kinds = (np.concatenate(parts) for parts in zip(*shards, strict=True))
    return LabelledTracks(points_m, mask, kinds == VideoKind.PERSISTENT)


def _read_tracks(folder: Path) -> Iterator[tuple[Float32s, Bools, Uint8s]]:
    for path in sorted(folder.glob("*.npz")):
        try:
            with np.load(path) as shard:
                held = shard["kinds"] != 255
                yield shard["points_m"][held], shard["mask"][held], shard["kinds"][held]
        except Exception as error:  # zip and key errors of NumPy's own
            raise TrainingError(f"{path} holds no short videos ({error}); delete it and make it again") from error
