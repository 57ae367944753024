"""Tracks that turn out to be one person, a window or more after they were taken for two."""

from dataclasses import replace

import numpy as np
import pytest

from sideline.tensors import NO_NUMBER
from sideline.tracking.graph.hierarchy import GraphBuilder
from sideline.tracking.graph.reunion import reunite
from sideline.tracking.graph.scoring import GraphScorer
from sideline.tracking.graph.settings import GraphSettings
from sideline.tracking.graph.solve import solve_window
from sideline.tracking.graph.tracks import LastSeen, Track, TrackBook
from sideline.tracking.jersey_votes import NumberVerdict
from tests.tracking.graph.engines import ENGINES
from tests.tracking.graph.pieces import looks_like, piece
from tests.tracking.graph.scenes import team_of
from tests.tracking.graph.test_solve import ME, YOU, book_of, window_of

START = 384
"""First frame of the window that is solved; windows have 128."""


def track(
    track_id: int, first: int, last: int, name: int = ME.name, votes: float = 1.0, number: int = NO_NUMBER
) -> Track:
    """Somebody where ME stands, in ME's clothes, who looks like NAME; the end of them, as a book keeps it."""
    looks = looks_like(name, 20, team=team_of(ME).tolist())
    return Track(
        track_id,
        piece(first, last, looks=looks).keep_end(40),
        np.array([votes, 0.0, 0.0]),
        NumberVerdict(number, 0.95),
    )


def reunited(*tracks: Track, **micro: LastSeen) -> TrackBook:
    """The book before the window."""
    settings = GraphSettings(reunion_logit=0.0)  # where the formula that stands in for the engine is undecided
    book = book_of(*tracks, **micro)
    builder = GraphBuilder(book.naming.evidence, settings.fps)
    scorer = GraphScorer(ENGINES.score_pairs, settings.node_buckets, settings.largest_batch_pairs)
    return reunite(book, START, settings, builder, scorer)[0]


@pytest.mark.parametrize("began", [200, 150])  # the second: track 3 had followed somebody else at its end
def test_a_track_that_began_when_another_was_lost_goes_on_as_that_one(began: int) -> None:
    new = track(4, began, START - 1, votes=5.0)
    after = reunited(track(3, 0, 190, votes=2.0), new, m77=LastSeen(4, START - 1), m78=LastSeen(3, 190))
    assert list(after.tracks) == [3]
    united = after.tracks[3]
    assert (united.tracklet.first_frame, united.tracklet.last_frame) == (0, START - 1)
    assert united.tracklet.detections == 191 + START - began
    assert united.tracklet.looks.crops == 40
    assert united.category_votes.tolist() == [7.0, 0.0, 0.0]
    assert after.micro_tracks == {77: LastSeen(3, START - 1), 78: LastSeen(3, 190)}


@pytest.mark.parametrize(
    "other",
    [
        track(3, 0, 190, YOU.name),  # somebody else
        track(3, 0, 260),  # seen in the window before this one
        track(3, 0, 30),  # too few detections to be told
        track(3, 0, 252),  # both were seen for most of a window
    ],
)
def test_tracks_stay_two_where_they_may_be_two(other: Track) -> None:
    assert set(reunited(other, track(4, 120, START - 1)).tracks) == {3, 4}


def test_whoever_wears_one_number_in_one_team_is_one_whatever_they_look_like() -> None:
    new = track(4, 200, START - 1, number=23)
    assert list(reunited(track(3, 0, 190, YOU.name, number=23), new).tracks) == [3]
    assert set(reunited(track(3, 0, 190, YOU.name, number=24), new).tracks) == {3, 4}
    other_team = track(3, 0, 190, YOU.name, number=23, votes=-1.0)
    assert set(reunited(other_team, new).tracks) == {3, 4}


def test_the_surer_reading_of_the_number_stays() -> None:
    new = replace(track(4, 200, START - 1), number=NumberVerdict(7, 0.99))
    assert reunited(track(3, 0, 190, number=8), new).tracks[3].number == NumberVerdict(7, 0.99)


def test_of_a_chain_of_three_two_are_united_at_once_and_the_third_a_window_later() -> None:
    chain = track(2, 0, 100), track(3, 101, 200), track(4, 201, START - 1)
    after = reunited(*chain)
    assert len(after.tracks) == 2
    assert len(reunited(*after.tracks.values()).tracks) == 1


def test_a_window_goes_on_with_whom_its_track_turned_out_to_be() -> None:
    window = window_of(*((index, [ME], [77]) for index in range(START, START + 128)))
    book = book_of(track(3, 0, 190), track(4, 191, START - 1), m77=LastSeen(4, START - 1))
    after, result = solve_window(book, window, ENGINES, GraphSettings())
    assert set(result.window_track_ids.tolist()) == {3}
    assert list(after.tracks) == [3]


def test_the_answer_says_who_turned_out_to_be_whom_and_what_is_known_of_them() -> None:
    window = window_of(*((index, [YOU], [5]) for index in range(START, START + 128)))
    number = NumberVerdict(23, 0.99)
    book = book_of(track(3, 0, 190, votes=2.0), replace(track(4, 191, START - 1), number=number))
    _, result = solve_window(book, window, ENGINES, GraphSettings())
    assert result.revised_track_ids.tolist() == [[4, 3]]
    row = result.solved_track_ids.tolist().index(3)
    assert result.solved_jersey_numbers[row] == 23
    assert result.solved_team_probabilities[row].argmax() == 0
    assert 3 not in result.window_track_ids  # both are out of sight


def test_at_the_end_what_is_left_of_a_chain_is_united_too() -> None:
    window = window_of(*((index, [YOU], [5]) for index in range(START, START + 128)))
    book = book_of(track(2, 0, 100), track(3, 101, 200), track(4, 201, START - 1))
    _, result = solve_window(book, window, ENGINES, GraphSettings())
    assert len(result.revised_track_ids) == 1
    after, result = solve_window(book, replace(window, is_last=True), ENGINES, GraphSettings())
    assert len(result.revised_track_ids) == 2
    assert set(after.tracks) == {2, 9}  # 9 is YOU
