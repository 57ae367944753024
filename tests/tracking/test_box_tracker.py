"""ByteTrack in a stream: micro-tracks of the boxes of two cameras."""

import numpy as np

from sideline.tracking.box_tracker import BoxTracker
from sideline.tracking.bytetrack.settings import ByteTrackSettings

_BOX = [100.0, 0.0, 140.0, 100.0]
_OTHER = [500.0, 0.0, 540.0, 100.0]


def _update(tracker: BoxTracker, frame: int, *seen: tuple[list[float], float, int]) -> list[int]:
    boxes = np.array([box for box, _, _ in seen], np.float32).reshape(-1, 4)
    scores = np.array([score for _, score, _ in seen], np.float32)
    return tracker.update(frame, boxes, scores, [camera for _, _, camera in seen]).tolist()


def _tracker() -> BoxTracker:
    return BoxTracker(ByteTrackSettings(frame_rate=25))


def test_a_box_keeps_its_micro_track_whatever_its_row() -> None:
    tracker = _tracker()
    first, other = _update(tracker, 0, (_BOX, 0.9, 0), (_OTHER, 0.9, 0))
    assert _update(tracker, 1, (_OTHER, 0.9, 0), (_BOX, 0.9, 0)) == [other, first]


def test_boxes_at_one_place_of_two_cameras_are_two() -> None:
    tracker = _tracker()
    left, right = _update(tracker, 0, (_BOX, 0.9, 0), (_BOX, 0.9, 1))
    assert left != right
    assert _update(tracker, 1, (_BOX, 0.9, 1)) == [right]


def test_what_nobody_tracks_has_a_new_micro_track_in_every_frame() -> None:
    tracker = _tracker()
    seen = [_update(tracker, frame, (_BOX, 0.9, 0), (_OTHER, 0.3, 0), (_BOX, 0.9, -1)) for frame in range(3)]
    assert len({row[0] for row in seen}) == 1
    assert len({each for row in seen for each in row}) == 1 + 3 + 3


def test_dropped_frames_count_as_empty() -> None:
    """A lost track is remembered for 25 frames and the published two more."""
    for missing, same in ((26, True), (27, False)):
        tracker = _tracker()
        before = _update(tracker, 0, (_BOX, 0.9, 0))
        assert (_update(tracker, missing + 1, (_BOX, 0.9, 0)) == before) is same


def test_a_frame_that_does_not_rise_is_answered_and_changes_nothing() -> None:
    tracker = _tracker()
    before = _update(tracker, 5, (_BOX, 0.9, 0))
    assert _update(tracker, 5, (_OTHER, 0.9, 0)) != before
    assert _update(tracker, 6, (_BOX, 0.9, 0)) == before
