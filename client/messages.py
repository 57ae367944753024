"""What a transport carries: requests of a sequence, and the answer or the refusal of each."""

from dataclasses import dataclass, field

from client.detections import Detections
from client.frames import FramePair, Timing, Update
from client.windows import SolvedWindows
from sideline.tensors import FrameStatus


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a sequence.

    Attributes:
        frame: What to send; without pictures for the END request.
        calibration: The rig file's text, UTF-8.
        match_sheet: The match sheet's text, UTF-8, with START; empty for none, and afterwards.
        correlation_id: Triton's sequence ID: one per rig and session, never 0.
        start, end: Whether the request opens or closes the sequence.
        dropped: Frames that were left out for newer ones since the request before.
    """

    frame: FramePair
    calibration: bytes
    match_sheet: bytes
    correlation_id: int
    start: bool
    end: bool
    dropped: int = 0


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
    detections: Detections = field(default_factory=Detections.none)
    teams_named: bool = False
    windows: SolvedWindows | None = None
    traceparent: str = ""

    def to_update(self, frame: FramePair, timing: Timing) -> Update:
        """Join the answer with the frame that it answers."""
        return Update(
            frame,
            self.status,
            self.message,
            self.detections,
            self.teams_named,
            self.windows,
            timing,
            self.traceparent,
        )
