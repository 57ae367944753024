"""ByteTrack over frames: boxes and scores in, the tracks that were seen out."""

from collections.abc import Sequence

from sideline.tracking.bytetrack.association import associate
from sideline.tracking.bytetrack.boxes import Box, find_overlaps
from sideline.tracking.bytetrack.motion import BoxFilter
from sideline.tracking.bytetrack.settings import ByteTrackSettings
from sideline.tracking.bytetrack.tracks import Track, drop_doubles, lose_unseen


class ByteTracker:
    """Tracks boxes as published (Zhang et al., ECCV 2022), its quirks included.

    A track is given out from its second detection on; those of the very first frame are given out at once. IDs are
    never used again. Two trackers share nothing.

    Args:
        settings: The parameters.
    """

    def __init__(self, settings: ByteTrackSettings) -> None:
        self._settings = settings
        self._longest_lost_frames = settings.longest_lost_frames
        self._tracks: list[Track] = []
        self._frame = 0
        self._born = 0

    def update(self, boxes: Sequence[Box], scores: Sequence[float]) -> list[Track]:
        """Take the next frame.

        Args:
            boxes: M boxes, x0 y0 x1 y1 px, of positive width and height; none is fine.
            scores: M, in [0, 1].

        Returns:
            The confirmed tracks that were seen in this frame. They change with the next one; their `filter.box` is what
            the published code gives out.
        """
        self._frame += 1
        for track in self._tracks:
            track.predict()
        overlaps = find_overlaps([track.filter.box for track in self._tracks], boxes)
        found = associate(self._tracks, scores, overlaps, self._settings)
        for row, detection in found.pairs:
            self._tracks[row].go_on(boxes[detection], detection, self._frame)
        held = lose_unseen(self._tracks, self._frame, self._longest_lost_frames)
        held += [self._begin(boxes[detection], detection) for detection in found.newborn]
        self._tracks = drop_doubles(held)
        return [track for track in self._tracks if track.is_confirmed and not track.is_lost]

    def skip(self, frames: int) -> None:
        """Take so many frames without detections; no slower for many than for the few after which all are forgotten."""
        lived_through = min(frames, self._longest_lost_frames + 2)
        for _ in range(lived_through):
            self.update((), ())
        self._frame += frames - lived_through

    def _begin(self, box: Box, detection: int) -> Track:
        self._born += 1
        return Track(self._born, BoxFilter(box), self._frame, self._frame, self._frame == 1, detection)
