"""Clips: what the simulated cameras of the arenas see, as folders of JPEGs with the rig.

A client process that decodes video would need the cores that the server is tested on.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from client.frames import FramePair
from client.sources.match_folder import MatchFolder
from sideline.arena.rig import Rig, load_rig

_RIG = "rig.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A recording of both cameras.

    Attributes:
        rig: The cameras.
        pictures: Left and right JPEG of each frame.
    """

    rig: Rig
    pictures: tuple[tuple[bytes, bytes], ...]


def load_clip(folder: Path) -> Clip:
    """Read what ``save_clip`` wrote."""
    pictures: list[tuple[bytes, bytes]] = []
    for number in count():
        left, right = (folder / f"{number:05d}_{side}.jpg" for side in ("left", "right"))
        if not left.is_file():
            return Clip(load_rig(folder / _RIG), tuple(pictures))
        pictures.append((left.read_bytes(), right.read_bytes()))
    raise AssertionError


def save_clip(clip: Clip, folder: Path) -> None:
    """Write a clip into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _RIG).write_text(clip.rig.to_toml(), encoding="utf-8")
    for number, pair in enumerate(clip.pictures):
        for side, jpeg in zip(("left", "right"), pair, strict=True):
            (folder / f"{number:05d}_{side}.jpg").write_bytes(jpeg)


def cut_match(match_dir: Path, clips: int, frames: int, stride: int) -> list[Clip]:
    """Cut different clips out of one match.

    Args:
        match_dir: A match folder.
        clips: How many; clip k begins k frames later, so that no two share a picture (clips ≤ stride).
        frames: Frames of each at most.
        stride: Frames of the match from one picture of a clip to its next.
    """
    source = MatchFolder(match_dir)
    wanted = clips + frames * stride

    async def read() -> list[FramePair]:
        pairs: list[FramePair] = []
        async with aclosing(source.__aiter__()) as stream:
            async for frame in stream:
                pairs.append(frame)
                if len(pairs) == wanted:
                    break
        return pairs

    pairs = asyncio.run(read())
    return [
        Clip(
            source.rig, tuple((pair.left_jpeg or b"", pair.right_jpeg or b"") for pair in pairs[first::stride][:frames])
        )
        for first in range(clips)
    ]
