"""Simulated cameras on their own clock: at each scheduled instant a picture of both is decoded, encoded and given.

The H.264 of a match folder stands for what two network cameras send; decoding it and encoding JPEG is the client's work
in a live stream, and it begins at the scheduled capture, never before: an open loop, which does not wait for answers.
"""

import asyncio
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

from client.clock import now_ns
from client.frames import FramePair
from client.sources.picture_clock import PictureClock
from client.sources.source import Frames
from client.sources.video import Video, probe_video, read_pictures
from sideline.arena.rig import Rig, load_rig

_LEAD_NS: Final = 50_000_000
"""From the start of a stream to its first frame."""


@dataclass(slots=True, eq=False)
class ClockedCameras:
    """A live source of frames from a match folder, over and over until the last frame.

    Attributes:
        match_dir: Holds left.mp4, right.mp4 and rig.toml.
        rig, fps, source_id, is_live, warnings: As in `Source`; pictures come one by one, whatever the videos' own rate.
        frames: Frames in all.
        phase: Share of a frame interval by which the clock is behind that of phase 0; cameras are not in step.
        ready_ns: When each frame was there as JPEG, ns since the Unix epoch, by frame index.
    """

    match_dir: Path
    rig: Rig
    fps: float
    frames: int
    phase: float = 0.0
    source_id: str = "clocked cameras"
    is_live: bool = True
    warnings: list[str] = field(default_factory=list)
    ready_ns: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, match_dir: Path, fps: float, frames: int, phase: float = 0.0) -> "ClockedCameras":
        """The cameras of a match folder.

        Raises:
            RigError: The rig file cannot be used.
        """
        return cls(match_dir, load_rig(match_dir / "rig.toml"), fps, frames, phase)

    async def __aiter__(self) -> Frames:
        interval_ns = 1e9 / self.fps
        with closing(_repeat(self.match_dir)) as pictures:
            first_ns = now_ns() + _LEAD_NS + int(self.phase * interval_ns)
            for index in range(self.frames):
                due_ns = first_ns + int(index * interval_ns)
                await asyncio.sleep(max(0, due_ns - now_ns()) / 1e9)
                left, right = await asyncio.to_thread(next, pictures)
                self.ready_ns.append(now_ns())
                yield FramePair(index, due_ns, left, right)


def _repeat(match_dir: Path) -> Generator[tuple[bytes, bytes], None, None]:
    videos = [probe_video(str(match_dir / name)) for name in ("left.mp4", "right.mp4")]
    while True:
        yield from _play_once(videos)


def _play_once(videos: list[Video]) -> Iterator[tuple[bytes, bytes]]:
    clocks = (PictureClock(video.fps, 0.0, is_live=False) for video in videos)
    left, right = (read_pictures(video, clock, Fraction(1)) for video, clock in zip(videos, clocks, strict=True))
    with closing(left), closing(right):
        for (_, left_jpeg), (_, right_jpeg) in zip(left, right, strict=False):
            yield left_jpeg, right_jpeg
