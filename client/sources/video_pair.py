"""Two videos, files or RTSP streams, as the frames of one rig."""

import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, aclosing
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final

from client.clock import now_ns
from client.frames import FramePair
from client.sources.background import iterate_in_thread
from client.sources.merging import Arrival, Pictures, merge_files, merge_live
from client.sources.pairing import Pairer
from client.sources.picture_clock import Phase, PictureClock
from client.sources.source import Frames
from client.sources.video import Video, hide_secrets, probe_video, read_pictures
from sideline.arena.rig import Rig
from sideline.errors import SourceError

_AHEAD: Final = 4
"""Pictures that a camera's thread decodes ahead."""
_PATIENCE: Final = 3
"""Frames that a live camera may run ahead before a frame goes out without the other one."""


class VideoPair:
    """The left and the right camera's video. Both files start at the same instant; live cameras share the clock here.

    Args:
        left_url, right_url: Paths, or addresses such as rtsp://camera/stream.
        rig: The cameras' calibration.
        fps: Thin the videos out to so many frames a second; None gives every frame. Indices stay those of the videos.
        camera_wait_s: A live camera that was lost is opened again until neither gave a picture for so long.

    Attributes:
        source_id, rig, fps, is_live, warnings: As in ``Source``.

    Raises:
        SourceError: a video cannot be opened or has another size than the rig says.
    """

    def __init__(
        self, left_url: str, right_url: str, rig: Rig, *, fps: float | None = None, camera_wait_s: float = 0.0
    ) -> None:
        self.rig = rig
        self.warnings: list[str] = []
        self._videos = {"left": probe_video(left_url), "right": probe_video(right_url)}
        for side, video in self._videos.items():
            _check_size(video, side, rig)
        self._camera_wait_s = camera_wait_s
        self._clock_fps: Fraction = self._videos["left"].fps
        self._keep = min(Fraction(1), Fraction(fps).limit_denominator(1000) / self._clock_fps) if fps else Fraction(1)
        self.fps = float(self._clock_fps)
        self.is_live = any(video.is_live for video in self._videos.values())
        self.source_id = f"{rig.arena}: {_short_name(left_url)} + {_short_name(right_url)}"

    async def __aiter__(self) -> Frames:
        """Yield the frames as the videos give them.

        Raises:
            SourceError: nothing could be read.
        """
        started_ns = now_ns()
        pairer = Pairer(_PATIENCE if self.is_live else None)
        last = -1
        async with aclosing(self._arrivals(pairer)) as arrivals:
            async for arrival in arrivals:
                for last, left, right in _pair(pairer, arrival, self.is_live):
                    yield FramePair(last, self._captured_at_ns(started_ns, last), left, right)
        self._check_end(last + 1)

    def _captured_at_ns(self, started_ns: int, index: int) -> int:
        scheduled_ns = started_ns + int(index * 1_000_000_000 / self._clock_fps)
        # A camera that runs a little fast, or settled on a slow picture, is not dated into the future.
        return min(scheduled_ns, now_ns()) if self.is_live else scheduled_ns

    async def _arrivals(self, pairer: Pairer) -> AsyncGenerator[Arrival, None]:
        started_s, phase = time.monotonic(), Phase()
        cameras = {side: partial(self._open, side, started_s, phase) for side in self._videos}
        if self.is_live:
            async with aclosing(merge_live(cameras, self.warnings, self._camera_wait_s)) as arrivals:
                async for arrival in arrivals:
                    yield arrival
            return
        async with AsyncExitStack() as stack:
            pictures = {side: await stack.enter_async_context(aclosing(read())) for side, read in cameras.items()}
            async for arrival in await stack.enter_async_context(
                aclosing(merge_files(pictures, lambda: pairer.behind))
            ):
                yield arrival

    def _open(self, side: str, started_s: float, phase: Phase) -> Pictures:
        clock = PictureClock(self._clock_fps, started_s, self._videos[side].is_live, phase, leads=side == "left")
        return iterate_in_thread(read_pictures(self._videos[side], clock, self._keep), _AHEAD)

    def _check_end(self, frames: int) -> None:
        """Complain about a stream without frames, and about files that end before their headers say."""
        urls = " and ".join(video.name for video in self._videos.values())
        if not frames:
            raise SourceError(f"no frame can be read from {urls}: play them with another program, copy them again")
        promised = max(int(video.frames * self._clock_fps / video.fps) for video in self._videos.values())
        if frames + 1 / self._keep <= promised and not self.is_live:
            self.warnings.append(
                f"the videos end at frame {frames} of {promised}: the frames before were used; "
                f"copy {urls} again if they should be longer"
            )


def _pair(pairer: Pairer, arrival: Arrival, is_live: bool) -> Iterable[tuple[int, bytes | None, bytes | None]]:
    if arrival.picture is not None:
        return pairer.add(arrival.side, *arrival.picture)
    return pairer.end(arrival.side) if is_live else ()


def _check_size(video: Video, side: str, rig: Rig) -> None:
    camera = rig.camera(side)
    if (video.width_px, video.height_px) != (camera.width_px, camera.height_px):
        raise SourceError(
            f"{video.name} is {video.width_px}×{video.height_px}, "
            f"but the rig says {camera.width_px}×{camera.height_px} for the {side} camera: "
            "scale the video, or calibrate for its size"
        )


def _short_name(url: str) -> str:
    return Path(hide_secrets(url)).name
