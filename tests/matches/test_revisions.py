"""Rows that were written before a track turned out to be an earlier one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sideline.matches.revisions import NO_REVISIONS, revise_ids
from sideline.tensors import NO_TRACK


def give(rows: list[tuple[int, int]], *revisions: tuple[int, int]) -> list[int]:
    table = np.array(rows, np.int64).reshape(-1, 2)
    return revise_ids(table[:, 0], table[:, 1], np.array(revisions, np.int64).reshape(-1, 2)).tolist()


def test_the_earlier_id_goes_to_all_rows_of_the_later_track_and_to_nobody_else() -> None:
    assert give([(0, 3), (0, 4), (1, 7), (1, 4), (2, NO_TRACK)], (7, 3)) == [3, 4, 3, 4, NO_TRACK]


def test_in_a_frame_with_both_the_row_of_the_earlier_one_is_nobodys() -> None:
    assert give([(0, 3), (1, 3), (1, 7), (2, 3)], (7, 3)) == [3, NO_TRACK, 3, 3]


def test_revisions_follow_each_other() -> None:
    assert give([(0, 3), (1, 7), (2, 9)], (9, 7), (7, 3)) == [3, 3, 3]
    assert give([(0, 3), (1, 7), (2, 9)], (7, 3), (9, 3)) == [3, 3, 3]


@given(
    st.lists(st.sets(st.integers(1, 6), max_size=5), max_size=8),
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)).filter(lambda pair: pair[1] < pair[0]), max_size=5),
)
def test_whatever_is_reunited_ids_stay_distinct_in_a_frame_and_a_second_time_changes_nothing(
    ids_of_frames: list[set[int]], revisions: list[tuple[int, int]]
) -> None:
    rows = [(frame, track) for frame, ids in enumerate(ids_of_frames) for track in sorted(ids)]
    # A track that turned out to be another one is named by no reunion after it: the server knows it no more.
    gone = [later for later, _ in revisions]
    known = [pair for row, pair in enumerate(revisions) if not {*pair} & set(gone[:row])]
    given_ids = give(rows, *known)
    found = [(frame, track) for (frame, _), track in zip(rows, given_ids, strict=True) if track != NO_TRACK]
    assert len(found) == len(set(found))
    assert not {track for _, track in found} & {later for later, _ in known}
    again = [(frame, track) for (frame, _), track in zip(rows, given_ids, strict=True)]
    assert give(again, *known) == given_ids


def test_a_track_that_was_nobody_has_no_row() -> None:
    assert give([(0, 3), (0, 7), (1, 7), (1, NO_TRACK)], (7, NO_TRACK)) == [3, NO_TRACK, NO_TRACK, NO_TRACK]


def test_without_revisions_nothing_changes() -> None:
    ids = np.array([4, 5, NO_TRACK])
    assert revise_ids(np.zeros(3, np.int64), ids, NO_REVISIONS).tolist() == ids.tolist()
