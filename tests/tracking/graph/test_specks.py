"""Specks: into whose gap they go."""

import numpy as np

from sideline.tensors import NO_NUMBER
from sideline.tracking.graph.past import Sighting
from sideline.tracking.graph.specks import fill_gaps, interleave, split_specks
from sideline.tracking.graph.tracklets import Tracklet, join_tracklets
from sideline.tracking.graph.tracks import Track
from sideline.tracking.jersey_votes import NumberVerdict
from tests.tracking.graph.pieces import looks_like, piece


def person(*seen: Tracklet) -> Sighting:
    """Somebody."""
    return Sighting(None, seen, np.zeros(3))


GAP = join_tracklets([piece(0, 10), piece(21, 30, (2.0, 0.0))])


def test_small_tracklets_are_specks() -> None:
    large, specks = split_specks([piece(0, 4), piece(0, 3)], 5)
    assert [each.detections for each in large] == [5]
    assert [each.detections for each in specks] == [4]


def test_each_speck_goes_to_the_person_whom_it_fits_best_and_no_person_is_in_two_places() -> None:
    left, right = person(piece(0, 10), piece(21, 30)), person(piece(0, 10, (1.0, 0.0)), piece(21, 30, (1.0, 0.0)))
    specks = [piece(13, 15, (0.3, 0.0)), piece(14, 16, (0.1, 0.0)), piece(13, 16, (9.0, 0.0))]
    filled = fill_gaps([left, right], [], specks, 25.0)
    frames = [np.concatenate([each.frames for each in sighting.seen]).tolist() for sighting in filled.sightings]
    assert frames[0] == [*range(11), 14, 15, 16, *range(21, 31)]
    assert frames[1] == [*range(11), 13, 14, 15, *range(21, 31)]
    assert [each.frames.tolist() for each in filled.nobody] == [[13], [14], [15], [16]]


def test_of_a_speck_that_does_not_fit_as_a_whole_the_detections_that_fit_are_given_away() -> None:
    filled = fill_gaps([person(piece(0, 10), piece(21, 30))], [], [piece(9, 12)], 25.0)
    frames = np.concatenate([each.frames for each in filled.sightings[0].seen]).tolist()
    assert frames == [*range(11), 11, 12, *range(21, 31)]
    assert [each.frames.tolist() for each in filled.nobody] == [[9], [10]]


def test_tracklets_that_lie_in_each_others_gaps_become_one_by_frame() -> None:
    whole = interleave([GAP, piece(15, 16, looks=looks_like(1, 2))])
    assert whole.frames.tolist() == [*range(11), 15, 16, *range(21, 31)]
    assert (whole.first_frame, whole.detections, whole.looks.crops) == (0, 23, 2)


def test_a_past_track_that_the_window_did_not_see_may_go_on_in_a_speck() -> None:
    old = Track(4, piece(100, 127), np.zeros(3), NumberVerdict(NO_NUMBER, 0.0))
    away = Track(5, piece(0, 20), np.zeros(3), NumberVerdict(NO_NUMBER, 0.0))
    (found,) = fill_gaps([], [away, old], [piece(128, 130)], 25.0).sightings
    assert found.track is old
    assert [each.first_frame for each in found.seen] == [128]
