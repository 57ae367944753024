"""What goes to the server and what comes back: one frame of a rig, and where its players stand.

Knows nothing about gRPC, videos or files.
"""

from dataclasses import dataclass

from sideline.arrays import Float32s, Int64s
from sideline.tensors import FrameStatus


@dataclass(frozen=True, slots=True)
class FramePair:
    """One instant of a rig: the pictures of both cameras.

    Attributes:
        frame_index: 0-based on the cameras' clock; rises, may jump ahead.
        captured_at_ns: Capture time, ns since the Unix epoch.
        left_jpeg, right_jpeg: JPEG bytes; None when the camera gave no picture.
    """

    frame_index: int
    captured_at_ns: int
    left_jpeg: bytes | None
    right_jpeg: bytes | None


@dataclass(frozen=True, slots=True)
class Timing:
    """When a frame went out and when its answer came, ns since the Unix epoch on the client's clock."""

    captured_at_ns: int
    sent_at_ns: int
    answered_at_ns: int

    def latency_ms(self, live: bool) -> float:
        """Milliseconds to the answer: live from the scheduled capture, otherwise from the sending."""
        since_ns = self.captured_at_ns if live else self.sent_at_ns
        return (self.answered_at_ns - since_ns) / 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """The answer to one frame: its detections, best score first, N rows.

    Attributes:
        frame: The frame that was answered.
        status: What became of it.
        message: What is wrong with it and what to do; empty when all is well.
        foot_points_m: [N, 2] float32, on the floor, x along and z across in metres, origin at the centre.
        foot_points_uv: [N, 2] float32, in the panorama, [0, 1]².
        scores: [N] float32, probability that this is a player.
        micro_track_ids: [N] int64, identity within the ID decoder's memory; never reused.
        timing: When it was captured, sent and answered.
    """

    frame: FramePair
    status: FrameStatus
    message: str
    foot_points_m: Float32s
    foot_points_uv: Float32s
    scores: Float32s
    micro_track_ids: Int64s
    timing: Timing

    @property
    def frame_index(self) -> int:
        """Index of the answered frame on the cameras' clock."""
        return self.frame.frame_index

    @property
    def captured_at_ns(self) -> int:
        """Capture time of the answered frame, ns since the Unix epoch."""
        return self.frame.captured_at_ns


@dataclass(slots=True)
class Drops:
    """Pictures that a live stream left out because a newer frame was there, counted per camera."""

    frames: int = 0
    left: int = 0
    right: int = 0

    def count(self, frame: FramePair) -> None:
        """Count one frame that was not sent."""
        self.frames += 1
        self.left += frame.left_jpeg is not None
        self.right += frame.right_jpeg is not None
