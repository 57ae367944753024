"""The published rules, one by one, on boxes by hand. A box is 40 × 100 px unless said."""

from sideline.tracking.bytetrack.settings import ByteTrackSettings
from sideline.tracking.bytetrack.tracker import ByteTracker
from sideline.tracking.bytetrack.tracks import Track
from tests.tracking.bytetrack.boxes import box

_SETTINGS = ByteTrackSettings()


def _see(tracker: ByteTracker, *seen: tuple[float, float]) -> list[Track]:
    """One frame of boxes at (left edge, score)."""
    return tracker.update([box(x) for x, _ in seen], [score for _, score in seen])


def _ids(tracks: list[Track]) -> list[int]:
    return [track.track_id for track in tracks]


def test_the_first_frames_tracks_are_given_out_at_once_and_later_ones_at_their_second_detection() -> None:
    tracker = ByteTracker(_SETTINGS)
    assert _ids(_see(tracker, (0, 0.9))) == [1]
    assert _ids(_see(tracker, (0, 0.9), (300, 0.9))) == [1]
    third = _see(tracker, (300, 0.9), (0, 0.9))
    assert {track.track_id: track.detection for track in third} == {1: 1, 2: 0}


def test_a_track_begins_a_tenth_above_the_threshold() -> None:
    tracker = ByteTracker(_SETTINGS)
    assert _ids(_see(tracker, (0, 0.59), (300, 0.61))) == [1]


def test_an_unconfirmed_track_that_is_not_seen_again_is_gone_and_its_number_with_it() -> None:
    tracker = ByteTracker(_SETTINGS)
    _see(tracker, (0, 0.9))
    _see(tracker, (0, 0.9), (300, 0.9))
    _see(tracker, (0, 0.9))
    assert _ids(_see(tracker, (0, 0.9), (300, 0.9))) == [1]
    assert _ids(_see(tracker, (0, 0.9), (300, 0.9))) == [1, 3]


def test_a_low_detection_keeps_a_track_that_was_seen_but_does_not_begin_one() -> None:
    tracker = ByteTracker(_SETTINGS)
    _see(tracker, (0, 0.9), (300, 0.3))
    assert _ids(_see(tracker, (0, 0.3))) == [1]
    assert _ids(_see(tracker, (0, 0.1))) == []  # 0.1 is not above 0.1


def test_a_low_detection_does_not_bring_back_a_lost_track() -> None:
    tracker = ByteTracker(_SETTINGS)
    _see(tracker, (0, 0.9))
    _see(tracker)
    assert _ids(_see(tracker, (0, 0.3))) == []
    assert _ids(_see(tracker, (0, 0.9))) == [1]


def test_a_score_exactly_at_the_threshold_is_in_neither_round() -> None:
    tracker = ByteTracker(_SETTINGS)
    _see(tracker, (0, 0.9))
    assert _ids(_see(tracker, (0, 0.5))) == []


def test_the_score_weighs_the_overlap_unless_mot20() -> None:
    """Shifted by 13 of 41 pixels: IoU 28 / 54 = 0.519; times 0.55 is 0.285, below 1 - 0.7, but 0.519 is above it."""
    for mot20, expected in ((False, []), (True, [1])):
        tracker = ByteTracker(ByteTrackSettings(match_thresh=0.7, mot20=mot20))
        _see(tracker, (0, 0.9))
        assert _ids(_see(tracker, (13, 0.55))) == expected


def test_the_second_round_wants_half_an_overlap() -> None:
    """15 of 41 pixels: IoU 26 / 56 = 0.464; 13: 0.519."""
    for shift, expected in ((15, []), (13, [1])):
        tracker = ByteTracker(_SETTINGS)
        _see(tracker, (0, 0.9))
        assert _ids(_see(tracker, (shift, 0.4))) == expected


def test_a_lost_track_is_remembered_for_the_buffer_and_the_published_two_frames_more() -> None:
    """Lost for longer than 3 frames is expired at the end of frame 5; in frame 6 it can still be found, in frame 7
    not."""
    for missed, expected in ((4, [1]), (5, [])):
        tracker = ByteTracker(ByteTrackSettings(track_buffer=3))
        _see(tracker, (0, 0.9))
        for _ in range(missed):
            _see(tracker)
        assert _ids(_see(tracker, (0, 0.9))) == expected


def test_the_buffer_counts_frames_at_thirty_a_second() -> None:
    assert ByteTrackSettings(track_buffer=30, frame_rate=25).longest_lost_frames == 25
    assert ByteTrackSettings(track_buffer=30, frame_rate=60).longest_lost_frames == 60


def test_an_expired_track_that_was_found_once_more_is_dropped_when_it_is_lost_again() -> None:
    tracker = ByteTracker(ByteTrackSettings(track_buffer=3))
    _see(tracker, (0, 0.9))
    for _ in range(4):
        _see(tracker)
    assert _ids(_see(tracker, (0, 0.9))) == [1]
    _see(tracker)
    assert _ids(_see(tracker, (0, 0.9))) == []


def test_of_two_tracks_in_one_place_the_longer_one_stays() -> None:
    """A box of 140 px in the place of track 1 overlaps by 41 · 101 / (41 · 141) = 0.72, times its score 0.65 that is
    below 0.5: track 1 is lost and track 2 born. Then both boxes come together, and track 1 has been followed for 5
    frames."""
    tracker = ByteTracker(ByteTrackSettings(match_thresh=0.5))
    for _ in range(5):
        _see(tracker, (0, 0.9))
    assert tracker.update([box(0, height=140)], [0.65]) == []
    assert _ids(tracker.update([box(0, height=118)], [0.99])) == [1]
    assert _ids(tracker.update([box(0, height=118)], [0.99])) == [1]


def test_a_long_pause_forgets_everything_at_once() -> None:
    tracker = ByteTracker(_SETTINGS)
    _see(tracker, (0, 0.9))
    tracker.skip(10**12)
    assert _ids(_see(tracker, (0, 0.9))) == []
    assert _ids(_see(tracker, (0, 0.9))) == [2]


def test_a_frame_without_tracks_and_detections_is_empty() -> None:
    assert ByteTracker(_SETTINGS).update([], []) == []


def test_two_trackers_share_nothing() -> None:
    first, second = ByteTracker(_SETTINGS), ByteTracker(_SETTINGS)
    assert _ids(_see(first, (0, 0.9))) == _ids(_see(second, (500, 0.9))) == [1]
    assert _ids(_see(first, (0, 0.9))) == [1]
