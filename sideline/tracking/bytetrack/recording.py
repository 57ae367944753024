"""A whole recording's detections into tracklets. Knows the columns, not the files that they come from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sideline.arrays import Float64s, Int64s
from sideline.tracking.bytetrack.settings import ByteTrackSettings
from sideline.tracking.bytetrack.tracker import ByteTracker


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """D detections, frame after frame.

    Attributes:
        frame_numbers: (D,) i64, never falling; frames without detections are simply not there.
        bboxes: (D,4) f64, x0 y0 x1 y1 px.
        confidences: (D,) f64 in [0, 1].
    """

    frame_numbers: Int64s
    bboxes: Float64s
    confidences: Float64s


@dataclass(frozen=True, slots=True, eq=False)
class Tracklets:
    """K tracked detections, by tracklet and then by frame; no detection is in two.

    Attributes:
        tracklet_id: (K,) i64, from 1, by birth; an ID that never saw a second detection is missing.
        frame_numbers: (K,) i64.
        bboxes: (K,4) f64, the boxes of the detections.
        confidences: (K,) f64, those of the detections.
        detection_indices: (K,) i64, rows of the detections.
        filtered_bboxes: (K,4) f64, the boxes that the tracker's filter makes of them.
    """

    tracklet_id: Int64s
    frame_numbers: Int64s
    bboxes: Float64s
    confidences: Float64s
    detection_indices: Int64s
    filtered_bboxes: Float64s

    @property
    def count(self) -> int:
        """Number of tracklets."""
        return len(np.unique(self.tracklet_id))


def track_recording(
    detections: Detections, settings: ByteTrackSettings, on_frame: Callable[[], None] = lambda: None
) -> Tracklets:
    """Track all detections; the first frame that has one counts as the recording's first.

    Args:
        detections: The recording's.
        settings: ByteTrack's parameters.
        on_frame: Called after every frame that has detections, e.g. to move a progress bar.
    """
    tracker, rows = ByteTracker(settings), []
    boxes, scores = detections.bboxes.tolist(), detections.confidences.tolist()
    frames, starts = np.unique(detections.frame_numbers, return_index=True)
    before = int(frames[0]) - 1 if len(frames) else 0
    for frame, start, end in zip(frames.tolist(), starts.tolist(), [*starts[1:].tolist(), len(boxes)], strict=False):
        tracker.skip(frame - before - 1)
        before = frame
        seen = tracker.update(boxes[start:end], scores[start:end])
        rows += [(track.track_id, start + track.detection, *track.filter.box) for track in seen]
        on_frame()
    table = np.array(rows, np.float64).reshape(-1, 6)
    return _by_tracklet(detections, table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:])


def _by_tracklet(detections: Detections, ids: Int64s, indices: Int64s, filtered: Float64s) -> Tracklets:
    order = np.lexsort((indices, ids))
    rows = indices[order]
    return Tracklets(
        tracklet_id=ids[order],
        frame_numbers=detections.frame_numbers[rows],
        bboxes=detections.bboxes[rows],
        confidences=detections.confidences[rows],
        detection_indices=rows,
        filtered_bboxes=filtered[order],
    )
