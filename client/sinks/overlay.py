"""overlay.mp4 and contact_sheet.png: the run to look at. Blocking; about 10 ms of CPU a frame."""

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from client.drawing.scene import Scene
from client.frames import Update
from client.sinks.contact_sheet import ContactSheet
from client.sinks.sink import explain_write_errors
from sideline.arrays import Image
from sideline.errors import SinkError

_CONTAINER: Final = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"}
"""Fragments of a second each, so that the video of a client that was killed can be played up to there."""
_ENCODER: Final = {"preset": "ultrafast", "crf": "24", "tune": "fastdecode"}


class OverlaySink:
    """Draws every update and encodes it as H.264; frames that were left out hold the picture before them.

    Args:
        folder: Where overlay.mp4 and contact_sheet.png are written.
        scene: Draws the pictures.
        fps: Frames a second on the cameras' clock.
    """

    def __init__(self, folder: Path, scene: Scene, fps: float) -> None:
        self._path = folder / "overlay.mp4"
        self._scene = scene
        self._fps = Fraction(fps).limit_denominator(1001)
        self._sheet = ContactSheet(folder / "contact_sheet.png")
        self._video: tuple[OutputContainer, VideoStream] | None = None
        self._first_index: int | None = None

    def open(self) -> None:
        """See ``Sink``."""
        with explain_write_errors(self._path):
            container = av.open(str(self._path), "w", options=dict(_CONTAINER))
        stream = container.add_stream("libx264", rate=self._fps, options=dict(_ENCODER))
        stream.width, stream.height, stream.pix_fmt = self._scene.width_px, self._scene.height_px, "yuv420p"
        stream.codec_context.time_base = 1 / self._fps
        stream.codec_context.thread_count = 1
        stream.codec_context.gop_size = max(1, round(self._fps))
        self._video = container, stream

    def write(self, update: Update) -> None:
        """See ``Sink``."""
        if self._video is None or update.is_end:
            return
        picture = self._scene.draw(update)
        self._sheet.add(picture)
        if self._first_index is None:
            self._first_index = update.frame_index
        self._encode(_to_video_frame(picture, update.frame_index - self._first_index, self._fps))

    def close(self) -> None:
        """See ``Sink``."""
        if self._video is None:
            return
        self._encode(None)
        self._video[0].close()
        self._video = None
        self._sheet.write()

    def _encode(self, frame: av.VideoFrame | None) -> None:
        if self._video is None:
            return
        container, stream = self._video
        try:
            if frame is not None or self._first_index is not None:
                container.mux(stream.encode(frame))
        except FFmpegError as error:
            raise SinkError(f"cannot encode {self._path} ({error}): track with --no-overlay") from error


def _to_video_frame(picture: Image, index: int, fps: Fraction) -> av.VideoFrame:
    """OpenCV's conversion to YUV, which costs a third of ffmpeg's."""
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420), np.uint8)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts = index
    frame.time_base = 1 / fps
    return frame
