"""ByteTrack in a stream: the boxes of both cameras, frame by frame, become micro-tracks. The tracker of the baseline.

A box that nobody tracks is a micro-track of its own, so that every detection has one.
"""

from collections.abc import Sequence
from itertools import count
from typing import Final

import numpy as np

from sideline.arrays import Floats, Int64s
from sideline.tracking.bytetrack.boxes import Box
from sideline.tracking.bytetrack.settings import ByteTrackSettings
from sideline.tracking.bytetrack.tracker import ByteTracker

_NO_CAMERA: Final = -1
_APART_PX: Final = 1e5
"""Boxes of the right camera are moved so far to the right: nobody is in both pictures at one place."""


class BoxTracker:
    """Tracks the boxes of one stream; two trackers share nothing.

    Args:
        settings: ByteTrack's.
    """

    def __init__(self, settings: ByteTrackSettings) -> None:
        self._tracker = ByteTracker(settings)
        self._untracked = count(1, 2)
        self._last_frame: int | None = None

    def update(self, frame_index: int, boxes_px: Floats, scores: Floats, cameras: Sequence[int]) -> Int64s:
        """Take a frame and give every detection its micro-track.

        Args:
            frame_index: 0-based; frames in between that are missing count as empty. One that does not rise is answered,
                but tracked nowhere.
            boxes_px: (N,4) x0 y0 x1 y1 in the detection's camera.
            scores: (N,) in [0, 1].
            cameras: (N,) 0 left, 1 right, -1 neither.

        Returns:
            (N,) distinct, never used again for somebody else: even for tracks, odd for what nobody tracks.
        """
        tracked = self._track(frame_index, boxes_px, scores, cameras)
        return np.array([tracked.get(row) or next(self._untracked) for row in range(len(scores))], np.int64)

    def _track(self, frame_index: int, boxes_px: Floats, scores: Floats, cameras: Sequence[int]) -> dict[int, int]:
        """Micro-track by row of the detection."""
        if self._last_frame is not None:
            if frame_index <= self._last_frame:
                return {}
            self._tracker.skip(frame_index - self._last_frame - 1)
        self._last_frame = frame_index
        rows = [row for row, camera in enumerate(cameras) if camera != _NO_CAMERA]
        boxes = [_place(boxes_px[row].tolist(), int(cameras[row])) for row in rows]
        seen = self._tracker.update(boxes, [float(scores[row]) for row in rows])
        return {rows[track.detection]: 2 * track.track_id for track in seen}


def _place(box: Box, camera: int) -> Box:
    x0, y0, x1, y1 = box
    return (x0 + camera * _APART_PX, y0, x1 + camera * _APART_PX, y1)
