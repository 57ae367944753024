"""One arena's tracker: the detector's raw answer in, the frame's answer with micro-track IDs out, state in between.

Joins the selection of detections with the micro-tracks. Does not know images, Triton or where the decoder runs. Two
trackers share nothing.
"""

from dataclasses import dataclass, field
from functools import partial

from sideline.arrays import Float32s, Int64s
from sideline.tensors import FrameStatus
from sideline.tracking.detection_selector import (
    Answer,
    Detections,
    DetectionSelector,
    RawDetections,
    SelectionSettings,
)
from sideline.tracking.micro_tracks import DecodeIds, MicroTracker, MicroTrackSettings


@dataclass(frozen=True, slots=True)
class ArenaTrackerSettings:
    """What the tracker keeps of the detector's answer.

    Attributes:
        duplicate_radius_m: Of two detections nearer than this, the one with the higher score stays. Players have been
            seen to stand 0.35 m apart: keep it smaller.
        court_margin_m: Detections further outside the court than this are dropped.
        micro_tracks: Thresholds of the association.
    """

    duplicate_radius_m: float = 0.25
    court_margin_m: float = 1.0
    micro_tracks: MicroTrackSettings = field(default_factory=MicroTrackSettings)

    @property
    def selection(self) -> SelectionSettings:
        """What is kept before the association."""
        return SelectionSettings(self.micro_tracks.detection_score, self.duplicate_radius_m, self.court_margin_m)


class ArenaTracker:
    """Tracks the people of one arena frame by frame."""

    def __init__(self, decode_ids: DecodeIds, settings: ArenaTrackerSettings | None = None) -> None:
        settings = settings or ArenaTrackerSettings()
        # Not a method of its own: a circle of references would keep 4 MB of a stream that is over until gc comes by.
        identify = partial(_identify, MicroTracker(decode_ids, settings.micro_tracks))
        self._selector = DetectionSelector(identify, settings.selection)

    def update(
        self,
        frame_index: int,
        status: FrameStatus,
        message: str,
        calibration: bytes,
        logits: Float32s,
        points: Float32s,
        embeddings: Float32s,
    ) -> Answer:
        """Take one frame. The state stays as it was when the frame is refused or the decoder raises.

        Args:
            frame_index, status, message, calibration: As in `DetectionSelector.update`.
            logits, points, embeddings: (Q,1), (Q,2), (Q,256) f32, the detector's answer; see `sideline.tensors`. Rows
                that are not finite are dropped.
        """
        return self._selector.update(
            frame_index, status, message, calibration, RawDetections(logits, points, embeddings)
        )


def _identify(micro_tracker: MicroTracker, frame_index: int, found: Detections) -> Int64s:
    return micro_tracker.update(frame_index, found.embeddings, found.scores, found.points_m)
