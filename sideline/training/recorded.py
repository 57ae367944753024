"""Panoramas with truth, from recorded matches with annotations: the same shards as simulated ones.

A match folder holds left.mp4, right.mp4, rig.toml and truth.parquet; only frames that truth.parquet mentions are
used, so it is enough to annotate some. Pictures go the served way (decode → JPEG → decode → stitch). Needs PyAV.
"""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
from rich.progress import track

from client.sources.match_folder import MatchFolder
from client.sources.source import Source
from sideline.arena.panorama import Panorama
from sideline.arrays import Image, Int64s
from sideline.errors import TrainingError
from sideline.pixels.jpeg import decode_jpeg
from sideline.training.match_truth import read_match_truth
from sideline.training.panoramas import Shard, save_shard

_FEWEST_FRAMES: Final = 2


def fill_with_recorded(folder: Path, match_dirs: list[Path], frames: int, *, in_a_row: bool) -> None:
    """Make a shard of every match; one that is newer than its match and has the same frames is kept.

    Args:
        folder: Where the shards lie.
        match_dirs: Match folders.
        frames: Frames of each match, 1.6 MB of memory each.
        in_a_row: Consecutive frames (for the ID decoder) instead of frames spread over the match.
    """
    for match_dir in track(match_dirs, description=f"stitching {folder.name}"):
        path = folder / f"recorded-{crc32(str(match_dir.resolve()).encode()):08x}"
        if not _is_current(path, match_dir, frames, in_a_row):
            for suffix in (".npz", ".npy"):  # a training that has the old ones open goes on with them
                path.with_suffix(suffix).unlink(missing_ok=True)
            save_shard(record_shard(match_dir, frames, in_a_row=in_a_row), path)


def record_shard(match_dir: Path, frames: int, *, in_a_row: bool) -> Shard:
    """Stitch annotated frames of a recorded match; frames of which a camera's picture cannot be read are left out.

    Args:
        match_dir: Match folder; columns of truth.parquet beside frame_index, person_id, x_m and z_m may be absent.
        frames: How many, at most.
        in_a_row: Consecutive frames instead of frames spread over the match.

    Raises:
        TrainingError: truth.parquet cannot be used, or fewer than two annotated frames are in the videos.
        SourceError, RigError: the videos or the rig cannot be used.
    """
    source, truth = MatchFolder(match_dir), read_match_truth(match_dir)
    wanted = choose_frames(np.unique(truth.frame_index), frames, in_a_row=in_a_row)
    panorama = Panorama.of(source.rig)
    images = asyncio.run(_stitch(source, panorama, wanted))
    if len(images) < _FEWEST_FRAMES:
        raise TrainingError(
            f"{len(images)} of the {len(wanted)} frames wanted of {match_dir} are in its videos: frame_index counts "
            "the frames of left.mp4 from 0, look whether the annotations belong to these videos"
        )
    return Shard(np.stack(list(images.values())), truth.within(panorama, np.array(list(images))))


def choose_frames(annotated: Int64s, frames: int, *, in_a_row: bool) -> Int64s:
    """Choose at most ``frames`` of the annotated frames [A], rising: evenly spread, or from the longest gapless run."""
    if in_a_row:
        runs = np.split(annotated, np.flatnonzero(np.diff(annotated) != 1) + 1)
        return max(runs, key=len)[:frames]
    places = np.linspace(0, len(annotated) - 1, min(frames, len(annotated)))
    chosen: Int64s = annotated[np.rint(places).astype(int)]
    return chosen


async def _stitch(source: Source, panorama: Panorama, wanted: Int64s) -> dict[int, Image]:
    """Panoramas of the wanted frames that both cameras have, by frame index, rising."""
    images: dict[int, Image] = {}
    indices = frozenset(wanted.tolist())
    async with aclosing(aiter(source)) as pairs:
        async for pair in pairs:
            if pair.frame_index in indices and pair.left_jpeg and pair.right_jpeg:
                views = (decode_jpeg(np.frombuffer(jpeg, np.uint8)) for jpeg in (pair.left_jpeg, pair.right_jpeg))
                images[pair.frame_index] = panorama.stitch(*views)
            if pair.frame_index >= wanted[-1]:
                break
    return images


def _is_current(path: Path, match_dir: Path, frames: int, in_a_row: bool) -> bool:
    made = path.with_suffix(".npz")
    if not made.is_file():
        return False
    if any((match_dir / name).stat().st_mtime > made.stat().st_mtime for name in ("truth.parquet", "rig.toml")):
        return False
    wanted = choose_frames(np.unique(read_match_truth(match_dir).frame_index), frames, in_a_row=in_a_row)
    with np.load(made) as arrays:
        return np.array_equal(arrays["frame_index"], wanted)
