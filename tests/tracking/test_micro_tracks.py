"""MOTIP's run-time as published, derived by hand from its rules; the gate of reach is in `test_reach`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideline.tensors import NEWBORN
from tests.tracking.decoders import RecognisingDecoder, ScriptedDecoder, looks_of
from tests.tracking.frames import show, tracker_of


def test_the_first_frame_is_all_newborn_and_asks_no_decoder() -> None:
    decoder = RecognisingDecoder()
    assert show(tracker_of(decoder), 0, 7, 3, 5, scores=[0.7, 0.9, 0.8]) == [3, 1, 2]
    assert decoder.calls == []


def test_people_keep_their_ids_whatever_their_order() -> None:
    tracker = tracker_of(RecognisingDecoder())
    assert show(tracker, 0, 10, 11, 12) == [1, 2, 3]
    assert show(tracker, 1, 12, 10, 11) == [3, 1, 2]


@pytest.mark.parametrize(
    ("score", "first", "later"),
    [(0.61, 2, 2), (0.60, -1, -1), (0.31, -1, -1), (0.30, -1, -1), (float("nan"), -1, -1)],
)
def test_a_newborn_needs_the_newborn_score(score: float, first: int, later: int) -> None:
    tracker = tracker_of(RecognisingDecoder())
    assert show(tracker, 0, 1, 2, scores=[0.9, score]) == [1, first]
    assert show(tracker, 1, 1, 2, scores=[0.9, score]) == [1, later]


@pytest.mark.parametrize(("score", "expected"), [(0.31, 2), (0.29, -1)])
def test_a_known_person_needs_the_detection_score_only(score: float, expected: int) -> None:
    tracker = tracker_of(RecognisingDecoder())
    show(tracker, 0, 1, 2)
    assert show(tracker, 1, 1, 2, scores=[0.9, score]) == [1, expected]


@pytest.mark.parametrize(("gap", "expected"), [(1, 1), (38, 1), (39, 1), (40, 3)])
def test_the_memory_is_39_frames_long(gap: int, expected: int) -> None:
    tracker = tracker_of(RecognisingDecoder())
    show(tracker, 0, 1, 2)
    for frame_index in range(1, gap):
        assert show(tracker, frame_index, 2) == [2]
    assert show(tracker, gap, 1, 2) == [expected, 2]


@pytest.mark.parametrize(("gap", "expected"), [(39, 1), (40, 2)])
def test_empty_frames_age_the_memory_and_ask_no_decoder(gap: int, expected: int) -> None:
    decoder = RecognisingDecoder()
    tracker = tracker_of(decoder)
    show(tracker, 0, 1)
    for frame_index in range(1, gap):
        assert show(tracker, frame_index) == []
    assert decoder.calls == []
    assert show(tracker, gap, 1) == [expected]


def test_frames_that_were_not_sent_do_not_age_the_memory() -> None:
    tracker = tracker_of(RecognisingDecoder())
    show(tracker, 0, 1)
    assert show(tracker, 75, 1) == [1]


def test_a_long_jump_clears_the_memory_and_ids_go_on_counting() -> None:
    tracker = tracker_of(RecognisingDecoder())
    show(tracker, 0, 1, 2)
    assert show(tracker, 76, 1, 2) == [3, 4]


def test_a_full_memory_evicts_whoever_was_seen_longest_ago() -> None:
    tracker = tracker_of(RecognisingDecoder())
    assert show(tracker, 0, *range(50)) == list(range(1, 51))
    assert show(tracker, 1, *range(1, 51)) == list(range(2, 52))  # 50 is new and takes the label of 0
    assert show(tracker, 2, 1, 0) == [2, 52]  # 0 is new again and takes the label of 2, now the least recent
    assert show(tracker, 3, 3, 2, 50) == [4, 53, 51]


def test_people_of_this_frame_are_never_evicted_and_the_worst_newborns_go_without() -> None:
    tracker = tracker_of(RecognisingDecoder())
    show(tracker, 0, *range(49))
    ids = show(tracker, 1, *range(52), scores=[0.9] * 49 + [0.7, 0.8, 0.75])
    assert ids == [*range(1, 50), -1, 50, -1]


def test_the_decoder_takes_the_best_64_detections_in_their_order() -> None:
    decoder = RecognisingDecoder()
    tracker = tracker_of(decoder)
    show(tracker, 0, 0)
    scores = [0.5] * 3 + [0.7, 0.9] * 32 + [0.4] * 3
    assert show(tracker, 1, *range(100, 170), scores=scores)[:5] == [-1, -1, -1, 34, 2]
    _, _, current, mask = decoder.calls[0]
    assert mask.all()
    np.testing.assert_array_equal(current, looks_of(*range(103, 167)))


def test_the_decoder_sees_the_memory_by_age_and_zeros_where_nobody_is() -> None:
    decoder = RecognisingDecoder()
    tracker = tracker_of(decoder)
    show(tracker, 0, 8)
    show(tracker, 1, 9)
    show(tracker, 2, 8)
    features, mask, current, current_mask = decoder.calls[-1]
    assert np.argwhere(mask).tolist() == [[0, 1], [1, 0]]
    np.testing.assert_array_equal(features[[0, 1], [1, 0]], looks_of(9, 8))
    assert features.sum() == 2.0
    assert current_mask.tolist() == [True] + [False] * 63
    np.testing.assert_array_equal(current[0], looks_of(8)[0])
    assert not current[1:].any()


def test_a_label_is_empty_before_somebody_else_takes_it() -> None:
    decoder = RecognisingDecoder()
    tracker = tracker_of(decoder)
    show(tracker, 0, *range(50))
    show(tracker, 1, 60)
    show(tracker, 2, 61)
    features, mask, *_ = decoder.calls[-1]
    assert mask[:, 0].tolist() == [True] + [False] * 38
    assert features[1:, 0].sum() == 0.0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([{0: 0.6, NEWBORN: 0.4}, {0: 0.7, NEWBORN: 0.3}], [3, 1]),  # the more probable one has the label
        ([{0: 0.7, 1: 0.3}, {0: 0.6, 1: 0.4}], [1, 3]),  # the loser is newborn although it likes 1 as well
        ([{0: 0.21, **dict.fromkeys(range(2, 12), 0.079)}, {1: 0.9}], [1, 2]),
        ([{0: 0.19, **dict.fromkeys(range(2, 12), 0.081)}, {1: 0.9}], [3, 2]),  # not believed below 0.2
        ([{30: 0.9}, {1: 0.9}], [3, 2]),  # nobody lives under label 30
        ([{NEWBORN: 0.5, 0: 0.4}, {1: 0.9}], [3, 2]),
        ([{0: float("nan")}, {1: 0.9}], [3, 2]),
    ],
)
def test_every_detection_takes_its_best_label_unless_it_is_taken_dead_or_doubtful(
    words: list[dict[int, float]], expected: list[int]
) -> None:
    tracker = tracker_of(ScriptedDecoder(*words))
    show(tracker, 0, 1, 2)
    assert show(tracker, 1, 1, 2) == expected


def test_hungarian_assignment_lets_the_loser_have_its_second_label() -> None:
    decoder = ScriptedDecoder({0: 0.7, 1: 0.3}, {0: 0.6, 1: 0.4})
    tracker = tracker_of(decoder, assignment="hungarian")
    show(tracker, 0, 1, 2)
    assert show(tracker, 1, 1, 2) == [1, 2]


def test_a_decoder_that_fails_leaves_the_state_as_it_was() -> None:
    decoder = RecognisingDecoder()
    tracker = tracker_of(decoder)
    show(tracker, 0, 1, 2)
    decoder.broken = True
    with pytest.raises(RuntimeError, match="engine is gone"):
        show(tracker, 1, 2, 3)
    decoder.broken = False
    assert show(tracker, 2, 2, 3, 1) == [2, 3, 1]
    assert np.argwhere(decoder.calls[-1][1]).tolist() == [[0, 0], [0, 1]]


def test_two_interleaved_trackers_give_what_each_gives_alone() -> None:
    rng = np.random.default_rng(5)
    frames = [rng.permutation(12)[: rng.integers(0, 12)].tolist() for _ in range(120)]

    def run(people: list[list[int]]) -> list[list[int]]:
        tracker = tracker_of(RecognisingDecoder())
        return [show(tracker, index, *frame) for index, frame in enumerate(people)]

    first, second = tracker_of(RecognisingDecoder()), tracker_of(RecognisingDecoder())
    backwards = frames[::-1]
    together = [(show(first, i, *frames[i]), show(second, i, *backwards[i])) for i in range(120)]
    assert [ids for ids, _ in together] == run(frames)
    assert [ids for _, ids in together] == run(backwards)


frame_of_people = st.lists(st.integers(0, 70), unique=True, max_size=60)


@settings(max_examples=25, deadline=None)
@given(st.lists(frame_of_people, min_size=1, max_size=60))
def test_ids_are_distinct_rise_and_stay_with_one_person_however_full_the_floor(frames: list[list[int]]) -> None:
    tracker, owner = tracker_of(RecognisingDecoder()), dict[int, int]()
    for index, people in enumerate(frames):
        newest_before = max(owner, default=0)
        ids = show(tracker, index, *people)
        held = [(identity, person) for identity, person in zip(ids, people, strict=True) if identity != -1]
        assert len({identity for identity, _ in held}) == len(held) == min(len(people), 50)
        assert all(identity in owner or identity > newest_before for identity, _ in held)
        assert all(owner.setdefault(identity, person) == person for identity, person in held)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 14), unique=True, max_size=4), min_size=45, max_size=130))
def test_ids_equal_a_dictionary_of_last_sightings(frames: list[list[int]]) -> None:
    tracker, seen, count = tracker_of(RecognisingDecoder()), dict[int, tuple[int, int]](), 0
    for index, people in enumerate(frames):
        for person in people:
            identity, last = seen.get(person, (0, -1000))
            if index - last > 39:
                count += 1
                identity = count
            seen[person] = (identity, index)
        assert show(tracker, index, *people) == [seen[person][0] for person in people]
