"""The tracks that ByteTrack holds: how they come, go on, are lost and go; not who goes with which detection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sideline.tracking.bytetrack.boxes import Box, find_overlaps
from sideline.tracking.bytetrack.motion import BoxFilter

_SAME_DISTANCE: Final = 0.15
"""A seen and a lost track whose boxes' 1 - IoU is below this are one person."""


@dataclass(slots=True, eq=False)
class Track:
    """One person as far as the boxes tell.

    Attributes:
        track_id: From 1, by birth.
        filter: Where the box is.
        first_frame, last_frame: Number of the frame of birth and of the last detection.
        is_confirmed: Seen twice, or born in the very first frame.
        is_lost: Not seen in the last frame; only confirmed ones.
        is_expired: Was lost for too long once. The published code looks for such a track in one more frame, and if it
            is found then, it goes on, but is dropped as soon as it is lost again.
        detection: Row of its detection in the last frame that it was seen in.
    """

    track_id: int
    filter: BoxFilter
    first_frame: int
    last_frame: int
    is_confirmed: bool
    detection: int
    is_lost: bool = False
    is_expired: bool = False

    def predict(self) -> None:
        """Move on by one frame; the unconfirmed wait where they were born, and what is lost stops growing."""
        if self.is_lost:
            self.filter.height_speed = 0.0
        if self.is_confirmed:
            self.filter.predict()

    def go_on(self, box: Box, detection: int, frame: int) -> None:
        """It was seen."""
        self.filter.correct(box)
        self.is_confirmed, self.is_lost = True, False
        self.detection, self.last_frame = detection, frame


def lose_unseen(tracks: Iterable[Track], frame: int, longest_lost_frames: int) -> list[Track]:
    """Mark who was not seen in `frame` as lost; the unconfirmed among them, and who was lost for too long, are left
    out."""
    kept = []
    for track in tracks:
        if track.last_frame < frame:
            if not track.is_confirmed or track.is_expired:
                continue
            track.is_expired = track.is_lost and frame - track.last_frame > longest_lost_frames
            track.is_lost = True
        kept.append(track)
    return kept


def drop_doubles(tracks: Sequence[Track]) -> list[Track]:
    """Of a seen and a lost track in one place keep the one that has been followed for longer, or the lost one."""
    lost = [track for track in tracks if track.is_lost]
    seen = [track for track in tracks if not track.is_lost]
    dropped = set()
    if lost and seen:
        for row, column, overlap in find_overlaps([t.filter.box for t in seen], [t.filter.box for t in lost]):
            if 1.0 - overlap < _SAME_DISTANCE:
                longer = _followed(seen[row]) > _followed(lost[column])
                dropped.add(lost[column].track_id if longer else seen[row].track_id)
    return [track for track in tracks if track.track_id not in dropped] if dropped else list(tracks)


def _followed(track: Track) -> int:
    return track.last_frame - track.first_frame
