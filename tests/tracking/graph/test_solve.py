"""One window solved, with the engines and without."""

from dataclasses import replace

import numpy as np

from sideline.tensors import NO_NUMBER, NO_TRACK
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.graph.solve import keep_micro_tracks, solve_window
from sideline.tracking.graph.tracks import LastSeen, Track, TrackBook
from sideline.tracking.graph.window import ClosedWindow, OpenWindow
from sideline.tracking.jersey_votes import NumberVerdict
from sideline.tracking.teams import TeamNaming
from tests.tracking.graph.engines import ENGINES
from tests.tracking.graph.pieces import looks_like, piece
from tests.tracking.graph.scenes import Person, make_frame, stand, team_of

ME = Person(1, stand(0.0, 0.0), lightness=0.9)
YOU = Person(2, stand(4.0, 0.0), lightness=0.1)


def window_of(*frames: tuple[int, list[Person], list[int]]) -> ClosedWindow:
    """A window of (frame, people, micro-tracks)."""
    window = OpenWindow(frames[0][0])
    for index, people, ids in frames:
        window.add(make_frame(index, people, ids))
    closed = window.close()
    assert closed is not None
    return closed


def book_of(*tracks: Track, **micro: LastSeen) -> TrackBook:
    """A book; keyword m5 is micro-track 5."""
    seen = {int(name[1:]): last for name, last in micro.items()}
    return TrackBook(None, TeamNaming(None), {each.track_id: each for each in tracks}, seen, 9)


def track(track_id: int, first: int, last: int, crops: int = 9) -> Track:
    """A track of ME, where ME stands."""
    looks = looks_like(ME.name, crops, team=team_of(ME).tolist())
    return Track(track_id, piece(first, last, looks=looks, micro=77), np.zeros(3), NumberVerdict(NO_NUMBER, 0.0))


def test_a_book_stays_as_it_was_whatever_is_solved() -> None:
    book = book_of(track(3, 0, 127))
    window = window_of(*((index, [ME, YOU], [1, 2]) for index in range(128, 256)))
    before = book.naming.evidence(np.stack([team_of(ME), team_of(YOU)]))
    for after, _ in (
        solve_window(book, window, ENGINES, GraphSettings()),
        keep_micro_tracks(book, window, GraphSettings()),
    ):
        np.testing.assert_array_equal(book.naming.evidence(np.stack([team_of(ME), team_of(YOU)])), before)
        assert after.naming.evidence(np.stack([team_of(ME), team_of(YOU)])).std() > 0.1
        assert book.next_track_id == 9
        assert list(book.tracks) == [3]
        assert not book.micro_tracks


def test_a_past_track_of_a_few_detections_does_not_take_a_person_from_their_own() -> None:
    own, speck = track(3, 0, 60), track(4, 126, 127, crops=1)
    window = window_of(*((index, [ME], [77]) for index in range(128, 200)))
    _, result = solve_window(book_of(own, speck), window, ENGINES, GraphSettings())
    assert set(result.window_track_ids.tolist()) == {3}


def test_without_the_engines_of_two_micro_tracks_of_one_track_only_the_first_keeps_it() -> None:
    book = book_of(track(3, 0, 127), m5=LastSeen(3, 60), m6=LastSeen(3, 127))
    window = window_of(*((index, [ME, YOU], [5, 6]) for index in range(128, 140)))
    _, result = keep_micro_tracks(book, window, GraphSettings())
    assert set(zip(result.window_micro_track_ids.tolist(), result.window_track_ids.tolist(), strict=True)) == {
        (5, 3),
        (6, 9),
    }


def test_a_window_of_specks_only_is_answered_and_they_are_nobody() -> None:
    _, result = solve_window(book_of(), window_of((0, [ME, YOU], [1, 2]), (1, [YOU], [2])), ENGINES, GraphSettings())
    assert result.window_track_ids.tolist() == [NO_TRACK] * 3


def test_a_loose_detection_fills_a_gap_where_it_stands_and_is_nobody_elsewhere() -> None:
    seen = [(index, [ME], [77]) for index in range(128, 200) if index != 160]
    far = Person(3, stand(2.0, 0.0))
    window = window_of(*sorted([*seen, (160, [ME, far], [-1, -2])], key=lambda each: each[0]))
    after, result = solve_window(book_of(track(3, 0, 127)), window, ENGINES, GraphSettings())
    rows = zip(result.window_frames.tolist(), result.window_micro_track_ids.tolist(), strict=True)
    said = dict(zip(rows, result.window_track_ids.tolist(), strict=True))
    assert (said[160, -1], said[160, -2], said[161, 77]) == (3, NO_TRACK, 3)
    assert list(after.micro_tracks) == [77]


def test_without_the_engines_and_with_nobody_else_loose_detections_are_nobody() -> None:
    window = window_of((128, [ME, YOU], [-1, -2]), (129, [ME], [-1]))
    for after, result in (
        solve_window(book_of(), window, ENGINES, GraphSettings()),
        keep_micro_tracks(book_of(), window, GraphSettings()),
    ):
        assert result.window_micro_track_ids.tolist() == [-2, -1, -1]
        assert result.window_track_ids.tolist() == [NO_TRACK] * 3
        assert not after.micro_tracks


def test_whoever_was_seen_for_a_short_time_and_no_more_was_nobody() -> None:
    # At 25 frames a second 5 s are 125 frames. Window 896 … 1023; 30 s before its last frame is frame 273.
    tracks = track(3, 148, 271), track(4, 147, 271), track(5, 150, 273)
    window = window_of(*((index, [YOU], [1]) for index in range(896, 1024)))
    book, result = solve_window(book_of(*tracks), window, ENGINES, GraphSettings())
    assert result.revised_track_ids.tolist() == [[3, NO_TRACK]]
    assert set(book.tracks) == {4, 5, 9}


def test_at_the_end_nobody_stays_who_was_seen_for_a_short_time_but_in_the_last_window() -> None:
    tracks = track(3, 700, 760), track(4, 0, 300)
    window = window_of(*((index, [YOU], [1]) for index in range(896, 900)))
    settings = GraphSettings(fewest_detections=0, least_persistence=0.0, reunion_logit=100.0)
    _, result = solve_window(book_of(*tracks), replace(window, is_last=True), ENGINES, settings)
    assert result.revised_track_ids.tolist() == [[3, NO_TRACK]]
    assert 9 in result.window_track_ids
