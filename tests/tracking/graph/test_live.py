"""What is said of detections before their window is solved."""

import numpy as np

from sideline.match_sheet import MatchSheet
from sideline.tensors import Category
from sideline.tracking.graph.live import LiveTeams, answer_detections
from sideline.tracking.graph.tracks import LastSeen, Track, TrackBook
from sideline.tracking.graph.window import OpenWindow
from sideline.tracking.jersey_votes import NumberVerdict
from sideline.tracking.teams import TeamNaming
from tests.tracking.graph.pieces import piece
from tests.tracking.graph.scenes import Person, make_frame, stand

SHEET = MatchSheet.parse('[home]\nshirt="#ffffff"\nshorts="#ffffff"\n[away]\nshirt="#101010"\nshorts="#101010"\n')
LIGHT, DARK = Person(1, stand(0.0, 0.0), lightness=0.95), Person(2, stand(1.0, 0.0), lightness=0.05)


def make_book(**micro_tracks: LastSeen) -> TrackBook:
    """A book with track 8, which is away's number 31; keyword m5 is micro-track 5."""
    track = Track(8, piece(0, 9), np.array([-3.0, 0.0, -5.0]), NumberVerdict(31, 0.9))
    seen = {int(name[1:]): last for name, last in micro_tracks.items()}
    return TrackBook(SHEET, TeamNaming(SHEET), {8: track}, seen)


def test_a_detection_of_a_known_micro_track_has_what_its_track_has() -> None:
    answer = answer_detections(make_book(m1=LastSeen(8, 9)), make_frame(0, [LIGHT, DARK]), LiveTeams())
    assert answer.track_ids.tolist() == [8, -1]
    assert answer.jersey_numbers.tolist() == [31, -1]
    np.testing.assert_allclose(answer.jersey_probabilities, [0.9, 0.0])
    assert answer.team_probabilities[0].argmax() == Category.AWAY
    np.testing.assert_allclose(answer.team_probabilities[1], 1 / 3, rtol=1e-6)


def test_of_two_who_claim_one_track_the_one_seen_last_has_it() -> None:
    book = make_book(m1=LastSeen(8, 120), m2=LastSeen(8, 60))
    assert answer_detections(book, make_frame(0, [DARK, LIGHT]), LiveTeams()).track_ids.tolist() == [-1, 8]
    assert answer_detections(book, make_frame(0, [DARK]), LiveTeams()).track_ids.tolist() == [8]


def test_the_crops_of_a_new_micro_track_add_up() -> None:
    teams, naming = LiveTeams(), TeamNaming(SHEET)
    sure = []
    for index in range(9):
        frame = OpenWindow(0).add(make_frame(index, [LIGHT, DARK]))
        teams.observe(frame, naming)
        sure.append(answer_detections(make_book(), frame, teams).team_probabilities)
    assert sure[8].argmax(axis=1).tolist() == [Category.HOME, Category.AWAY]
    assert sure[8][0, Category.HOME] > sure[2][0, Category.HOME] > 0.4


def test_micro_tracks_unseen_for_two_windows_are_forgotten() -> None:
    teams, naming = LiveTeams(), TeamNaming(SHEET)
    teams.observe(OpenWindow(0).add(make_frame(2, [LIGHT])), naming)
    teams.age()
    assert teams.votes_of(1).any()
    teams.age()
    assert not teams.votes_of(1).any()
    assert len(teams) == 0


def test_nobody_is_answered_nothing() -> None:
    answer = answer_detections(make_book(), make_frame(0), LiveTeams())
    assert answer.track_ids.shape == (0,)
    assert answer.team_probabilities.shape == (0, 3)
    assert (answer.track_ids.dtype, answer.jersey_numbers.dtype) == (np.int64, np.int32)
