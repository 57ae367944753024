"""What is written down of a window, and what is forgotten."""

import numpy as np

from sideline.arrays import Bools, Float32s
from sideline.match_sheet import MatchSheet
from sideline.tensors import NO_NUMBER
from sideline.tracking.graph.frames import NO_WINDOWS, join_results
from sideline.tracking.graph.past import Sighting
from sideline.tracking.graph.results import write_results
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.graph.specks import FilledGaps
from sideline.tracking.graph.tracks import LastSeen, Track, TrackBook, forget_tracks
from sideline.tracking.jersey_votes import NumberVerdict
from sideline.tracking.teams import TeamNaming
from tests.tracking.graph.engines import read_numbers
from tests.tracking.graph.pieces import looks_like, piece

SETTINGS = GraphSettings(past_detections=5)
KIT = 'shirt="#ffffff"\nshorts="#ffffff"\n'
SHEET = MatchSheet.parse(f'[home]\n{KIT}players=[{{number="9",name="N"}}]\n[away]\n{KIT}')
HOME = np.array([5.0, -5.0, -5.0])


def track(track_id: int, first: int, last: int) -> Track:
    """A track of somebody who stood still."""
    return Track(track_id, piece(first, last), np.array([1.0, 0.0, 0.0]), NumberVerdict(NO_NUMBER, 0.0))


def book_of(*tracks: Track, next_track_id: int = 9, sheet: MatchSheet | None = None, **micro: LastSeen) -> TrackBook:
    """A book; keyword m5 is micro-track 5."""
    seen = {int(name[1:]): last for name, last in micro.items()}
    return TrackBook(sheet, TeamNaming(sheet), {each.track_id: each for each in tracks}, seen, next_track_id)


def test_new_people_are_numbered_by_when_they_were_seen_first_and_old_ones_keep_their_number() -> None:
    old = track(3, 0, 127)
    sightings = [
        Sighting(None, (piece(140, 141, micro=6),), np.zeros(3)),
        Sighting(None, (piece(130, 131, micro=5),), np.zeros(3)),
        Sighting(old, (piece(128, 129, micro=4),), np.zeros(3)),
    ]
    after, result = write_results(book_of(old), 128, FilledGaps(sightings, []), read_numbers, SETTINGS)
    assert result.window_frames.tolist() == [128, 129, 130, 131, 140, 141]
    assert result.window_micro_track_ids.tolist() == [4, 4, 5, 5, 6, 6]
    assert result.window_track_ids.tolist() == [3, 3, 9, 9, 10, 10]
    assert result.solved_track_ids.tolist() == [3, 9, 10]
    assert after.next_track_id == 11
    assert sorted(after.tracks) == [3, 9, 10]
    assert after.micro_tracks == {4: LastSeen(3, 129), 5: LastSeen(9, 131), 6: LastSeen(10, 141)}


def test_a_track_keeps_its_end_and_counts_what_it_lets_go() -> None:
    old = track(3, 0, 127)
    after, _ = write_results(
        book_of(old), 128, FilledGaps([Sighting(old, (piece(128, 140),), HOME)], []), read_numbers, SETTINGS
    )
    kept = after.tracks[3]
    assert kept.tracklet.frames.tolist() == [136, 137, 138, 139, 140]
    assert (kept.tracklet.first_frame, kept.tracklet.detections) == (0, 141)
    np.testing.assert_allclose(kept.category_votes, HOME + np.array([0.9, 0, 0]))


def test_a_number_is_read_from_the_tracks_crops() -> None:
    sighting = Sighting(None, (piece(0, 5, looks=looks_like(1, 3, number=42)),), HOME)
    _, result = write_results(book_of(), 0, FilledGaps([sighting], []), read_numbers, SETTINGS)
    assert result.solved_jersey_numbers.tolist() == [42]
    assert result.solved_jersey_probabilities[0] > 0.9


def test_a_track_without_crops_has_no_number_and_the_engine_is_not_asked() -> None:
    def refuse(jersey: Float32s, mask: Bools) -> Float32s:
        raise AssertionError

    _, result = write_results(book_of(), 0, FilledGaps([Sighting(None, (piece(0, 5),), HOME)], []), refuse, SETTINGS)
    assert result.solved_jersey_numbers.tolist() == [NO_NUMBER]
    assert result.solved_jersey_probabilities.tolist() == [0.0]


def test_the_roster_settles_a_number_that_was_read_doubtfully() -> None:
    def doubt(jersey: Float32s, mask: Bools) -> Float32s:
        logits = np.full((len(jersey), 101), -20.0, np.float32)
        logits[:, [8, 9]] = [0.5, 0.0]
        return logits

    sighting = Sighting(None, (piece(0, 5, looks=looks_like(1)),), HOME)
    _, without = write_results(
        book_of(), 0, FilledGaps([sighting], []), doubt, GraphSettings(least_number_probability=0.5)
    )
    _, with_sheet = write_results(book_of(sheet=SHEET), 0, FilledGaps([sighting], []), doubt, SETTINGS)
    assert without.solved_jersey_numbers.tolist() == [8]
    assert with_sheet.solved_jersey_numbers.tolist() == [9]


def test_micro_tracks_unseen_for_a_window_are_forgotten() -> None:
    book = book_of(m4=LastSeen(3, 500), m5=LastSeen(3, 371))
    after, _ = write_results(
        book, 500, FilledGaps([Sighting(None, (piece(500, 501),), HOME)], []), read_numbers, SETTINGS
    )
    assert sorted(after.micro_tracks) == [1, 4]


def test_of_too_many_tracks_those_longest_unseen_are_forgotten() -> None:
    tracks = [track(number, 0, 1000 + number) for number in range(5)]
    assert sorted(forget_tracks(tracks, 2000, GraphSettings(most_past_tracks=2))) == [3, 4]


def test_short_tracks_are_forgotten_sooner_than_long_ones() -> None:
    tracks = [track(1, 0, 100), track(2, 52, 100), track(3, 1240, 1250)]
    settings = GraphSettings(short_track_s=2.0, forget_short_s=30.0)
    assert sorted(forget_tracks(tracks, 850, settings)) == [1, 2, 3]
    assert sorted(forget_tracks(tracks, 851, settings)) == [1, 3]


def test_several_windows_are_one_answer_with_the_last_word_on_every_track() -> None:
    old = track(3, 0, 127)
    book, first = write_results(
        book_of(old), 128, FilledGaps([Sighting(old, (piece(128, 129),), HOME)], []), read_numbers, SETTINGS
    )
    again = Sighting(book.tracks[3], (piece(256, 257),), -4 * HOME)
    _, second = write_results(
        book, 256, FilledGaps([again, Sighting(None, (piece(260, 260),), HOME)], []), read_numbers, SETTINGS
    )
    both = join_results([first, second])
    assert both.window_frames.tolist() == [128, 129, 256, 257, 260]
    assert both.solved_track_ids.tolist() == [3, 9]
    np.testing.assert_array_equal(both.solved_team_probabilities, second.solved_team_probabilities)
    assert join_results([]) is NO_WINDOWS
