"""What a transport carries: requests of a sequence, and the answer or the refusal of each."""

from dataclasses import dataclass, field

import numpy as np

from client.frames import FramePair, Timing, Update
from sideline.arrays import Float32s, Int64s
from sideline.tensors import FrameStatus


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a sequence.

    Attributes:
        frame: What to send; without pictures for the END request.
        calibration: The rig file's text, UTF-8.
        correlation_id: Triton's sequence ID: one per rig and session, never 0.
        start, end: Whether the request opens or closes the sequence.
    """

    frame: FramePair
    calibration: bytes
    correlation_id: int
    start: bool
    end: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server's error in place of an answer."""

    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the server said to one request; fields as in ``Update``."""

    frame_index: int
    status: FrameStatus
    message: str = ""
    foot_points_m: Float32s = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    foot_points_uv: Float32s = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    scores: Float32s = field(default_factory=lambda: np.zeros(0, np.float32))
    micro_track_ids: Int64s = field(default_factory=lambda: np.zeros(0, np.int64))

    def to_update(self, frame: FramePair, timing: Timing) -> Update:
        """Join the answer with the frame that it answers."""
        return Update(
            frame=frame,
            status=self.status,
            message=self.message,
            foot_points_m=self.foot_points_m,
            foot_points_uv=self.foot_points_uv,
            scores=self.scores,
            micro_track_ids=self.micro_track_ids,
            timing=timing,
        )
