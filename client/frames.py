"""What goes to the server and what comes back: one frame of a rig, and where its players stand.

Knows nothing about gRPC, videos or files.
"""

from dataclasses import dataclass, replace

from client.detections import Detections
from client.windows import SolvedWindows
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
    """The answer to one frame, or, last of a stream, to its END.

    Attributes:
        frame: The frame that was answered.
        status: What became of it; END_OF_STREAM for the last update, which stands for no frame.
        message: What is wrong with it and what to do; empty when all is well.
        detections: Who stands where; nobody at the end.
        teams_named: Whether home and away are the match sheet's; otherwise they are the teams A and B.
        windows: The windows solved since the update before; None mostly.
        timing: When it was captured, sent and answered.
        traceparent: W3C trace context of the server's trace; empty for a frame that was not traced.
    """

    frame: FramePair
    status: FrameStatus
    message: str
    detections: Detections
    teams_named: bool
    windows: SolvedWindows | None
    timing: Timing
    traceparent: str = ""

    @property
    def frame_index(self) -> int:
        """Index of the answered frame on the cameras' clock."""
        return self.frame.frame_index

    @property
    def captured_at_ns(self) -> int:
        """Capture time of the answered frame, ns since the Unix epoch."""
        return self.frame.captured_at_ns

    @property
    def is_end(self) -> bool:
        """Whether this is the stream's last update: no frame, only the windows that were still to come."""
        return self.status is FrameStatus.END_OF_STREAM

    def without_pictures(self) -> "Update":
        """The same without JPEGs, for whoever keeps it longer than the frame."""
        return replace(self, frame=replace(self.frame, left_jpeg=None, right_jpeg=None))


@dataclass(slots=True)
class Drops:
    """Pictures that a live stream left out because a newer frame was there, counted per camera."""

    frames: int = 0
    left: int = 0
    right: int = 0
    told: int = 0

    def count(self, frame: FramePair) -> None:
        """Count one frame that was not sent."""
        self.frames += 1
        self.left += frame.left_jpeg is not None
        self.right += frame.right_jpeg is not None

    def take_untold(self) -> int:
        """Frames that were left out since the last call, to tell the server."""
        untold, self.told = self.frames - self.told, self.frames
        return untold
