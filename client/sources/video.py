"""One camera's video, file or RTSP, as JPEG pictures with their index on the clock. Blocking; one thread at a time.

Pictures are encoded anew from the decoder's YUV planes, without a detour through RGB.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
import simplejpeg
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream

from client.sources.picture_clock import PictureClock
from sideline.errors import SourceError

JPEG_QUALITY: Final = 90
_OPEN_TIMEOUT_S: Final = 10.0
_READ_TIMEOUT_S: Final = 5.0
_LIVE_OPTIONS: Final = {
    "rtsp_transport": "tcp",
    "fflags": "nobuffer",
    "flags": "low_delay",
    "max_delay": "100000",
    "analyzeduration": "1000000",
    "probesize": "500000",
}
"""For ffmpeg: no lost packets, no reordering buffer beyond 0.1 s, at most 1 s of guessing what the stream is."""


@dataclass(frozen=True, slots=True)
class Video:
    """What is known of a video before it is read.

    Attributes:
        url: A path or an address such as rtsp://camera/stream.
        width_px, height_px: Size of its pictures.
        fps: Pictures a second.
        frames: Pictures that a file's header promises; 0 when it does not say.
    """

    url: str
    width_px: int
    height_px: int
    fps: Fraction
    frames: int

    @property
    def is_live(self) -> bool:
        """Whether it comes from a network camera rather than from a file."""
        return is_address(self.url)

    @property
    def name(self) -> str:
        """The path or the address, fit for messages."""
        return hide_secrets(self.url)


def is_address(url: str) -> bool:
    """Whether ``url`` names a network stream rather than a file."""
    return "://" in url and not url.startswith("file://")


def hide_secrets(url: str) -> str:
    """A path as it is; of an address only scheme, host and path: user, password and query may be secrets."""
    if not is_address(url):
        return url
    scheme, _, rest = url.partition("://")
    place = rest.partition("?")[0].partition("#")[0]
    return f"{scheme}://{place.rpartition('@')[2]}"


def probe_video(url: str) -> Video:
    """Open a video and read its header.

    Raises:
        SourceError: it does not exist, cannot be reached, or is no video.
    """
    with _open_video(url) as (_, stream):
        fps = stream.average_rate or stream.guessed_rate
        if not fps:
            raise SourceError(
                f"{hide_secrets(url)} does not say how many frames a second it has: record it at a constant rate"
            )
        return Video(url, stream.codec_context.width, stream.codec_context.height, Fraction(fps), stream.frames)


def read_pictures(video: Video, clock: PictureClock, keep: Fraction) -> Generator[tuple[int, bytes], None, None]:
    """Decode a video and encode every kept picture as JPEG.

    Args:
        video: What to read.
        clock: Places its pictures on the common clock of both cameras; new for every reading.
        keep: Share of the clock's frames to give, in (0, 1]; evenly spread.

    Yields:
        (index, JPEG bytes), as they come; a picture that cannot be decoded is left out.

    Raises:
        SourceError: the video cannot be opened, or a live camera fell silent.
    """
    given = -1
    for index, frame in _index_frames(video, clock):
        if index > given and is_kept(index, keep):
            given = index
            yield index, encode_jpeg(frame)


def is_kept(index: int, keep: Fraction) -> bool:
    """Whether an index is one of the share ``keep`` of all, evenly spread, index 0 included."""
    return index * keep.numerator // keep.denominator != (index - 1) * keep.numerator // keep.denominator


def encode_jpeg(frame: VideoFrame) -> bytes:
    """Encode a decoded picture as JPEG, 4:2:0, full range, BT.601 as JFIF wants it."""
    planes = frame.reformat(format="yuvj420p", dst_colorspace=Colorspace.ITU601, threads=1).planes
    luma, blue, red = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in planes
    )
    return simplejpeg.encode_jpeg_yuv_planes(luma, blue, red, JPEG_QUALITY, fastdct=True)


def _index_frames(video: Video, clock: PictureClock) -> Iterator[tuple[int, VideoFrame]]:
    with _open_video(video.url) as (container, stream):
        for count, frame in enumerate(_decode(container, stream, video)):
            media_s = count / video.fps if frame.pts is None else frame.pts * Fraction(stream.time_base or 1)
            index = clock.place(media_s, time.monotonic())
            if index is not None:
                yield index, frame


def _decode(container: InputContainer, stream: VideoStream, video: Video) -> Iterator[VideoFrame]:
    """Packets one by one, so that a damaged one costs its pictures only; a file that breaks off just ends."""
    try:
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except InvalidDataError:
                continue
    except FFmpegError as error:
        if video.is_live:
            raise SourceError(
                f"{video.name} fell silent ({error.strerror}): look at the camera and its cable"
            ) from _without_address(error)


@contextmanager
def _open_video(url: str) -> Iterator[tuple[InputContainer, VideoStream]]:
    live = is_address(url)
    if not live and not Path(url.removeprefix("file://")).is_file():
        raise SourceError(f"there is no video {url}: give the path of a file or the address of an RTSP stream")
    try:
        container = av.open(url, options=_LIVE_OPTIONS if live else {}, timeout=(_OPEN_TIMEOUT_S, _READ_TIMEOUT_S))
    except (FFmpegError, OSError) as error:
        hint = (
            "look at its address and at the camera" if live else "it is no video, or its end is missing; copy it again"
        )
        raise SourceError(f"cannot open {hide_secrets(url)} ({error.strerror}): {hint}") from _without_address(error)
    with container:
        if not container.streams.video:
            raise SourceError(f"{hide_secrets(url)} holds no video: give the recording of a camera")
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        yield container, stream


def _without_address(error: FFmpegError | OSError) -> OSError:
    """The same as a cause that can be logged: ffmpeg's error quotes the address with its password."""
    return OSError(error.errno, error.strerror)
