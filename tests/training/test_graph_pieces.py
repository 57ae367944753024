"""Pieces of a window: from micro-tracks, from the truth, and owned."""

import numpy as np

from sideline.training.graph_pieces import (
    IMPURE,
    Border,
    Damage,
    break_truth,
    cut_pieces,
    keep_latest,
    own_pieces,
    renumber,
)
from sideline.training.sightings import NOBODY, Sightings
from tests.training.sighted_worlds import make_world

WHOLE = Damage(block_frames=0, longest_gap_frames=1000, break_rate=0.0, exchange_rate=0.0)


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)


def _pairs(sightings: Sightings, pieces: np.ndarray) -> set[tuple[int, int]]:  # type: ignore[type-arg]
    return set(zip(sightings.persons.tolist(), pieces.tolist(), strict=True))


def test_the_undamaged_truth_is_one_piece_a_person() -> None:
    seen = make_world(people=4, frames=50, hidden=(2, 10, 30)).sightings
    assert len(_pairs(seen, break_truth(seen, WHOLE, _rng()))) == 4


def test_blocks_and_gaps_break_the_truth() -> None:
    seen = make_world(people=4, frames=50, hidden=(2, 10, 22)).sightings
    blocks = break_truth(seen, Damage(16, 1000, 0.0, 0.0), _rng())
    # Frames 0–15, 16–31, 32–47 and 48–49 for each of four people.
    assert sorted(blocks.tolist()) == sorted(renumber(seen.persons * 10 + seen.frames // 16).tolist())
    assert len(_pairs(seen, break_truth(seen, Damage(0, 12, 0.0, 0.0), _rng()))) == 5
    assert len(_pairs(seen, break_truth(seen, Damage(0, 13, 0.0, 0.0), _rng()))) == 4


def test_a_border_cuts_everybody_or_some_and_breaks_what_follows() -> None:
    seen = make_world(people=10, frames=60).sightings
    assert len(set(break_truth(seen, WHOLE, _rng(), Border(30, 1.0, 0.0)).tolist())) == 20
    some = len(set(break_truth(seen, WHOLE, _rng(), Border(30, 0.5, 0.0)).tolist()))
    assert 10 < some < 20
    late = break_truth(seen, WHOLE, _rng(), Border(30, 1.0, 0.5))
    assert len(set(late[seen.frames < 30].tolist())) == 10
    assert len(set(late[seen.frames >= 30].tolist())) > 60


def test_people_who_touch_exchange_the_rest_of_their_block_only() -> None:
    seen = make_world(people=3, frames=40).sightings
    pieces = break_truth(seen, Damage(20, 1000, 0.0, 1.0, touch_m=1.5), _rng())
    mixed = [len(set(seen.persons[pieces == piece].tolist())) for piece in set(pieces.tolist())]
    assert max(mixed) > 1
    for piece in set(pieces.tolist()):
        assert len(set((seen.frames[pieces == piece] // 20).tolist())) == 1


def test_false_detections_make_pieces_of_their_own() -> None:
    seen = make_world(people=2, frames=10).sightings
    seen.persons[(seen.persons == 1) & (seen.frames >= 6)] = NOBODY
    pieces = break_truth(seen, WHOLE, _rng())
    assert sorted(own_pieces(seen.persons, pieces).tolist()) == [NOBODY, 0, 1]


def test_micro_tracks_are_cut_as_served() -> None:
    seen = make_world(people=4, frames=60, hidden=(1, 20, 40)).sightings
    assert len(set(cut_pieces(seen).tolist())) == 5


def test_a_piece_is_its_majoritys_or_nobodys_or_impure() -> None:
    pieces = np.repeat([0, 1, 2, 3], 8)
    persons = np.array([5] * 8 + [7] * 6 + [2] * 2 + [7] * 5 + [2] * 3 + [NOBODY] * 8)
    assert own_pieces(persons, pieces).tolist() == [5, 7, IMPURE, NOBODY]
    assert own_pieces(np.empty(0, np.int64), np.empty(0, np.int64)).tolist() == []


def test_of_the_past_the_latest_are_kept_and_all_that_reach_the_window() -> None:
    frames = np.array([0, 1, 2, 3, 4, 5, 6, 9, 10, 11])
    pieces = np.array([0, 0, 1, 1, 2, 3, 3, 4, 4, 5])
    # Pieces 0, 1 and 3 are past tracks of two detections, 2 is a speck; 4 and 5 reach frame 10.
    kept = keep_latest(pieces, frames, border_frame=10, fewest=2, most=2)
    assert sorted(set(pieces[kept].tolist())) == [1, 3, 4, 5]


def test_pieces_are_numbered_anew_without_holes() -> None:
    assert renumber(np.array([7, 3, 7, 9])).tolist() == [1, 0, 1, 2]
