"""What speaks for a label besides the decoder: reach, motion, newborn's handicap and distance, derived by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.tensors import NEWBORN
from tests.tracking.decoders import RecognisingDecoder, ScriptedDecoder
from tests.tracking.frames import show, tracker_of

SLACK_M, M_PER_FRAME = 1.0, 0.5
REACH = {"reach_slack_m": SLACK_M, "reach_m_per_frame": M_PER_FRAME}
"""In the frame after it was seen a label reaches 1.5 m."""


@pytest.mark.parametrize(
    ("place_m", "expected"),
    [
        ((3.9, 6.2), 1),  # 1.5 m away: 0.9 across 1.2
        ((4.49, 5.0), 1),
        ((4.51, 5.0), 2),
        ((3.0, 3.49), 2),
        ((4.4, 6.4), 2),  # 1.98 m away although each way alone is within reach
    ],
)
def test_a_person_is_known_again_within_reach_of_where_he_was_last_seen(
    place_m: tuple[float, float], expected: int
) -> None:
    tracker = tracker_of(RecognisingDecoder(), reach_slack_m=SLACK_M, reach_m_per_frame=0.5001)  # 1.5 m and rounding
    show(tracker, 0, 1, places_m=[(3.0, 5.0)])
    assert show(tracker, 1, 1, places_m=[place_m]) == [expected]


@pytest.mark.parametrize("assignment", ["object_max", "hungarian"])
@pytest.mark.parametrize(
    ("words", "expected"), [({0: 0.9, 1: 0.1}, 2), ({0: 0.9, NEWBORN: 0.1}, 3), ({0: 0.99, NEWBORN: 0.01, 1: 1e-3}, 3)]
)
def test_a_label_out_of_reach_is_not_given_even_with_the_best_logit(
    words: dict[int, float], expected: int, assignment: str
) -> None:
    tracker = tracker_of(ScriptedDecoder(words), **REACH, newborn_handicap=2.0, assignment=assignment)
    show(tracker, 0, 1, 2, places_m=[(0, 0), (10, 0)])
    assert show(tracker, 1, 1, places_m=[(10, 1)]) == [expected]


def test_a_label_out_of_reach_of_one_detection_is_left_to_another() -> None:
    tracker = tracker_of(ScriptedDecoder({0: 0.9, NEWBORN: 0.1}, {0: 0.6, NEWBORN: 0.4}), **REACH)
    show(tracker, 0, 1)
    assert show(tracker, 1, 1, 1, places_m=[(8, 0), (1, 0)]) == [2, 1]


@pytest.mark.parametrize("between", ["nothing was sent", "empty frames", "frames of somebody else"])
@pytest.mark.parametrize(("frame_index", "expected"), [(17, 3), (18, 1)])
def test_reach_grows_with_the_frames_since_the_label_was_seen(frame_index: int, expected: int, between: str) -> None:
    """5 m = 1 m + 8 frames of half a metre; the last sighting is in frame 10."""
    tracker = tracker_of(RecognisingDecoder(), **REACH)
    show(tracker, 10, 1, 2, places_m=[(0, 0), (-9, 0)])
    for index in range(11, frame_index) if between != "nothing was sent" else ():
        others = [2] if between == "frames of somebody else" else []
        assert show(tracker, index, *others, places_m=[(-9, 0)] * len(others)) == others
    assert show(tracker, frame_index, 1, places_m=[(5, 0)]) == [expected]


def test_every_sighting_moves_the_place_and_starts_the_count_again() -> None:
    tracker = tracker_of(RecognisingDecoder(), **REACH)
    walk = [(0, 0.0), (8, 5.0), (9, 6.5), (10, 8.0), (12, 6.0)]
    assert [show(tracker, index, 1, places_m=[(x_m, 0)]) for index, x_m in walk] == [[1]] * 5
    assert show(tracker, 13, 1, places_m=[(4.4, 0)]) == [2]


def test_a_detection_below_the_score_does_not_move_the_place() -> None:
    tracker = tracker_of(RecognisingDecoder(), **REACH)
    show(tracker, 0, 1)
    assert show(tracker, 1, 1, scores=[0.2], places_m=[(1.5, 0)]) == [-1]
    assert show(tracker, 2, 1, places_m=[(-2, 0)]) == [1]  # 3.5 m from the doubtful place


def test_places_go_with_their_detections_when_others_are_left_out() -> None:
    tracker = tracker_of(RecognisingDecoder(), **REACH)
    places_m = [(-5, 0), (0, 0), (5, 0)]
    assert show(tracker, 0, 7, 1, 2, scores=[0.2, 0.7, 0.9], places_m=places_m) == [-1, 2, 1]
    assert show(tracker, 1, 7, 1, 2, scores=[0.2, 0.9, 0.9], places_m=places_m) == [-1, 2, 1]


@pytest.mark.parametrize("assignment", ["object_max", "hungarian"])
@pytest.mark.parametrize(("x_m", "expected"), [(0.1, 1), (0.19, 1), (0.21, 2), (0.3, 2)])
def test_of_two_labels_with_equal_logits_the_nearer_one_wins(x_m: float, expected: int, assignment: str) -> None:
    tracker = tracker_of(ScriptedDecoder({0: 0.5, 1: 0.5}), reach_slack_m=10.0, weight=1.0, assignment=assignment)
    show(tracker, 0, 1, 2, places_m=[(0, 0), (0.4, 0)])
    assert show(tracker, 1, 1, places_m=[(x_m, 0)]) == [expected]


@pytest.mark.parametrize(("lead", "expected"), [(0.9, 2), (0.99, 1)])
def test_the_decoders_word_counts_by_its_weight(lead: float, expected: int) -> None:
    """Half of log(0.9 / 0.1) = 2.2 is 1.1, half of log 99 = 4.6 is 2.3; the way speaks for the other label by 2."""
    tracker = tracker_of(ScriptedDecoder({0: lead, 1: 1 - lead}), decoder_weight=0.5, **REACH)
    tracker._motion.penalise = lambda *_: np.where(np.arange(50) == 0, 2.0, 0.0)[None]  # type: ignore[method-assign]
    show_two = show(tracker, 0, 1, 2, places_m=[(0, 0), (1, 0)])
    assert show_two == [1, 2]
    assert show(tracker, 1, 1, places_m=[(0.5, 0)]) == [expected]


@pytest.mark.parametrize(("x_m", "expected"), [(0.79, -1), (0.81, 2)])
def test_a_newborn_stands_apart_from_everybody_else(x_m: float, expected: int) -> None:
    tracker = tracker_of(RecognisingDecoder(), newborn_distance_m=0.8)
    show(tracker, 0, 1)
    assert show(tracker, 1, 1, 2, places_m=[(0, 0), (x_m, 0)]) == [1, expected]


def test_of_two_newborns_close_together_the_better_one_lives_and_the_other_when_they_part() -> None:
    tracker = tracker_of(RecognisingDecoder(), newborn_distance_m=0.8)
    assert show(tracker, 0, 1, 2, scores=[0.8, 0.9], places_m=[(0, 0), (0.5, 0)]) == [-1, 1]
    assert show(tracker, 1, 1, 2, scores=[0.8, 0.9], places_m=[(0, 0), (0.9, 0)]) == [2, 1]


def test_players_who_are_known_may_come_as_close_as_they_like() -> None:
    tracker = tracker_of(RecognisingDecoder(), newborn_distance_m=0.8)
    show(tracker, 0, 1, 2, places_m=[(0, 0), (2, 0)])
    assert show(tracker, 1, 1, 2, places_m=[(0, 0), (0.1, 0)]) == [1, 2]


@pytest.mark.parametrize("assignment", ["object_max", "hungarian"])
@pytest.mark.parametrize(
    ("words", "handicap", "expected"),
    [
        ({0: 0.4, NEWBORN: 0.5}, 0.0, 2),
        ({0: 0.4, NEWBORN: 0.5}, 0.22, 2),  # log(0.5 / 0.4) = 0.223
        ({0: 0.4, NEWBORN: 0.5}, 0.23, 1),
        ({0: 0.15, NEWBORN: 0.85}, 2.0, 1),  # log(0.85 / 0.15) = 1.73; with the handicap 0.15 becomes 0.57
        ({0: 0.1, NEWBORN: 0.9}, 2.0, 2),  # log 9 = 2.2: no close call
        ({30: 0.1, NEWBORN: 0.2}, 2.0, 2),  # nobody lives under label 30
    ],
)
def test_the_handicap_turns_a_close_call_for_newborn_into_a_continuation(
    words: dict[int, float], handicap: float, expected: int, assignment: str
) -> None:
    tracker = tracker_of(ScriptedDecoder(words), newborn_handicap=handicap, assignment=assignment)
    show(tracker, 0, 1)
    assert show(tracker, 1, 1) == [expected]


def test_the_decoders_own_answer_is_not_written_to() -> None:
    id_logits = np.random.default_rng(0).normal(size=(64, 51)).astype(np.float32)
    id_logits.flags.writeable = False
    tracker = tracker_of(lambda *_: id_logits, **REACH, weight=1.0, newborn_handicap=2.0)
    show(tracker, 0, 1)
    show(tracker, 1, 1, places_m=[(1, 0)])


@pytest.mark.parametrize(
    ("x_m", "expected"),
    [
        (301.4, 51),
        (301.6, 52),  # the label's count starts in frame 20, although its last owner was seen in frame 0
        (0.0, 52),  # where its last owner stood
    ],
)
def test_after_an_eviction_place_and_frame_are_those_of_the_new_owner(x_m: float, expected: int) -> None:
    decoder = RecognisingDecoder()
    tracker = tracker_of(decoder, **REACH)
    show(tracker, 0, *range(50), places_m=[(2.0 * person, 0) for person in range(50)])
    assert show(tracker, 20, 60, places_m=[(300, 0)]) == [51]
    assert show(tracker, 21, 60, places_m=[(x_m, 0)]) == [expected]
    features, mask, *_ = decoder.calls[-1]
    assert np.flatnonzero(mask[:, 0]).tolist() == [0]
    assert np.flatnonzero(features[:, 0].sum(axis=0)).tolist() == [60]


def test_after_a_cleared_memory_a_label_starts_from_its_new_place() -> None:
    tracker = tracker_of(RecognisingDecoder(), **REACH)
    show(tracker, 0, 1)
    assert show(tracker, 76, 1) == [2]  # a jump beyond the memory: newborn at the very place
    assert show(tracker, 77, 1, places_m=[(1.4, 0)]) == [2]
    assert show(tracker, 78, 1, places_m=[(9, 0)]) == [3]


def test_a_decoder_that_fails_leaves_the_places_as_they_were() -> None:
    decoder = RecognisingDecoder()
    tracker = tracker_of(decoder, **REACH)
    show(tracker, 0, 1)
    decoder.broken = True
    with pytest.raises(RuntimeError, match="engine is gone"):
        show(tracker, 1, 1, places_m=[(1.5, 0)])
    decoder.broken = False
    assert show(tracker, 2, 1, places_m=[(-2, 0)]) == [1]  # 3.5 m from the place of the failed frame


def test_two_interleaved_trackers_share_no_places() -> None:
    left, right = (tracker_of(RecognisingDecoder(), **REACH, weight=1.0) for _ in range(2))
    for index in range(30):
        way_m = 0.2 * index
        assert show(left, index, 1, 2, places_m=[(way_m, 0), (50, way_m)]) == [1, 2]
        assert show(right, index, 1, 2, places_m=[(-way_m, 90), (-50, -way_m)]) == [1, 2]


sighting = st.tuples(st.integers(0, 5), st.integers(-12, 12))
frame = st.tuples(st.integers(1, 6), st.lists(sighting, unique_by=lambda seen: seen[0], max_size=6))


@settings(max_examples=50, deadline=None)
@given(st.lists(frame, min_size=1, max_size=80), st.sampled_from([0.0, 2.0]), st.sampled_from([0.0, 2.0]))
def test_no_id_ever_leaps_out_of_reach(
    frames: Sequence[tuple[int, list[tuple[int, int]]]], weight: float, handicap: float
) -> None:
    tracker = tracker_of(RecognisingDecoder(), **REACH, weight=weight, newborn_handicap=handicap)
    last, index = dict[int, tuple[int, int, int]](), 0
    for step, sightings in frames:
        index += step
        people, xs_m = [person for person, _ in sightings], [x_m for _, x_m in sightings]
        ids = show(tracker, index, *people, places_m=[(x_m, 0) for x_m in xs_m])
        for identity, person, x_m in zip(ids, people, xs_m, strict=True):
            was, before_m, seen = last.get(identity, (person, x_m, index - 1))
            assert person == was
            assert abs(x_m - before_m) <= SLACK_M + M_PER_FRAME * (index - seen)
            last[identity] = (person, x_m, index)
