from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.sources.pairing import Pairer

Arrivals = list[tuple[str, int]]


def pair(arrivals: Arrivals, patience: int | None = None) -> list[tuple[int, bool, bool]]:
    pairer = Pairer(patience)
    return [
        (index, left is not None, right is not None)
        for side, arrived in arrivals
        for index, left, right in pairer.add(side, arrived, b"jpeg")
    ]


@pytest.mark.parametrize(
    ("arrivals", "pairs"),
    [
        ([], []),
        ([("left", 0)], []),
        ([("left", 0), ("right", 0)], [(0, True, True)]),
        ([("left", 0), ("left", 1), ("right", 0), ("right", 1)], [(0, True, True), (1, True, True)]),
        # the right camera skipped index 1
        ([("left", 0), ("right", 0), ("left", 1), ("right", 2), ("left", 2)],
         [(0, True, True), (1, True, False), (2, True, True)]),
        # the left camera started late
        ([("right", 0), ("right", 1), ("left", 1)], [(0, False, True), (1, True, True)]),
        # a repetition
        ([("left", 0), ("right", 0), ("right", 0), ("left", 0)], [(0, True, True)]),
    ],
)  # fmt: skip
def test_pictures_of_one_index_go_out_together_and_a_skipped_one_is_missing(
    arrivals: Arrivals, pairs: list[tuple[int, bool, bool]]
) -> None:
    assert pair(arrivals) == pairs


def test_a_camera_that_stays_away_is_missing_once_the_other_is_further_ahead_than_the_patience() -> None:
    assert pair([("left", index) for index in range(5)], patience=3) == [(0, True, False), (1, True, False)]


def test_a_picture_that_comes_after_its_frame_went_out_is_left_out() -> None:
    arrivals = [("left", 0), ("left", 1), ("left", 2), ("right", 0), ("right", 1), ("right", 2)]
    assert pair(arrivals, patience=1) == [(0, True, False), (1, True, False), (2, True, True)]


def test_a_camera_that_ended_is_waited_for_no_longer() -> None:
    pairer = Pairer()
    assert list(pairer.add("left", 0, b"l")) == []
    assert list(pairer.end("right")) == [(0, b"l", None)]
    assert list(pairer.add("left", 1, b"l")) == [(1, b"l", None)]


def test_a_camera_that_is_back_is_waited_for_again() -> None:
    pairer = Pairer(patience=3)
    list(pairer.add("left", 0, b"l"))
    list(pairer.end("right"))
    assert list(pairer.add("left", 1, b"l")) == [(1, b"l", None)]
    assert list(pairer.add("right", 3, b"r")) == []
    assert list(pairer.add("left", 2, b"l")) == [(2, b"l", None)]
    assert list(pairer.add("left", 3, b"l")) == [(3, b"l", b"r")]
    assert list(pairer.add("left", 4, b"l")) == []


@given(
    st.lists(st.tuples(st.sampled_from(["left", "right"]), st.integers(0, 40)), max_size=80),
    st.one_of(st.none(), st.integers(0, 5)),
)
def test_indices_rise_strictly_and_no_frame_is_without_any_picture(arrivals: Arrivals, patience: int | None) -> None:
    pairs = pair(arrivals, patience)
    assert all(earlier[0] < later[0] for earlier, later in pairwise(pairs))
    assert all(left or right for _, left, right in pairs)


def test_the_camera_behind_is_the_one_to_read_next() -> None:
    pairer = Pairer()
    assert pairer.behind == "left"
    list(pairer.add("left", 0, b""))
    assert pairer.behind == "right"
    list(pairer.add("right", 4, b""))
    assert pairer.behind == "left"
