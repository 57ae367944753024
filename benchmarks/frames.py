"""The frames that all benchmarks use: a match folder, decoded and encoded as JPEG once, before anything is measured.

Longer runs than the match go through it forward and backward by turns, so that nobody ever jumps across the floor and
the trackers have the work of a match, however long. Knows no server.
"""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client.frames import FramePair
from client.roster_file import find_roster
from client.sources.match_folder import MatchFolder
from sideline.arena.rig import Rig
from sideline.commands.demo import simulate_demo

DEMO_MATCH: Final = Path("data/demo")


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """The pictures of a match.

    Attributes:
        pictures: Left and right JPEG of each frame, in order.
        rig: The cameras.
        fps: Frames a second of the recording.
        match_sheet: Text of the roster.toml, UTF-8.
    """

    pictures: tuple[tuple[bytes, bytes], ...]
    rig: Rig
    fps: float
    match_sheet: bytes

    @property
    def calibration(self) -> bytes:
        """The rig file as the client sends it."""
        return self.rig.to_toml().encode()

    def play(self, frames: int, fps: float | None = None) -> Iterator[FramePair]:
        """Give so many frames, to and fro through the pictures; capture times from 0 on at `fps`.

        Args:
            frames: How many.
            fps: Frames a second of the capture times; the recording's own when None. Indices rise by one.
        """
        for index in range(frames):
            left, right = self.pictures[turning_index(index, len(self.pictures))]
            yield FramePair(index, int(index * 1e9 / (fps or self.fps)), left, right)


def turning_index(index: int, length: int) -> int:
    """The picture of frame `index` when `length` pictures are shown forward, backward, forward …, none twice in a row.

    0 1 2 1 0 1 2 … for three pictures.
    """
    if length == 1:
        return 0
    turn, step = divmod(index, length - 1)
    return step if turn % 2 == 0 else length - 1 - step


def load_film(match_dir: Path = DEMO_MATCH, most_frames: int = 500) -> Film:
    """Read a match folder into memory; the demo's match is simulated if it is not there.

    Args:
        match_dir: The folder.
        most_frames: Frames to read; 500 pairs of 1280×720 take about 150 MB.

    Raises:
        SourceError, RigError: The folder cannot be read.
    """
    if match_dir == DEMO_MATCH and not (match_dir / "truth.parquet").is_file():
        simulate_demo(match_dir)
    source = MatchFolder(match_dir)
    pictures = asyncio.run(_read(source, most_frames))
    return Film(pictures, source.rig, source.fps, find_roster(match_dir))


async def _read(source: MatchFolder, most_frames: int) -> tuple[tuple[bytes, bytes], ...]:
    pictures: list[tuple[bytes, bytes]] = []
    async with aclosing(aiter(source)) as frames:
        async for frame in frames:
            if frame.left_jpeg is not None and frame.right_jpeg is not None:
                pictures.append((frame.left_jpeg, frame.right_jpeg))
            if len(pictures) == most_frames:
                break
    return tuple(pictures)
