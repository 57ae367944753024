"""Frames wait for their windows; what waits is bounded."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from client.frames import Update
from client.settling import HELD_FRAMES, SettledFrame, Settler
from sideline.tensors import Category, FrameStatus
from tests.client.updates import Person, end, make_update, solve


def settle(*updates: Update) -> list[list[tuple[int, list[int]]]]:
    """For each update, the frames that it settles with their tracks."""
    settler = Settler()
    return [[essence(frame) for frame in settler.take(update)] for update in updates]


def essence(frame: SettledFrame) -> tuple[int, list[int]]:
    return frame.update.frame_index, frame.track_ids.tolist()


def test_a_frame_waits_for_its_window_and_those_after_it_wait_on() -> None:
    settled = settle(
        make_update(0, [Person(1), Person(2)]),
        make_update(1, [Person(2), Person(1)]),
        make_update(2, [Person(1)], windows=solve([(0, 1, 7), (0, 2, 8), (1, 1, 7), (1, 2, 8)])),
        make_update(3, [Person(1)]),
    )
    assert settled == [[], [], [(0, [7, 8]), (1, [8, 7])], []]


def test_one_micro_track_may_be_two_tracks() -> None:
    settled = settle(
        make_update(0, [Person(1)]), make_update(1, [Person(1)]), make_update(2, windows=solve([(0, 1, 7), (1, 1, 9)]))
    )
    assert settled[-1] == [(0, [7]), (1, [9])]


def test_a_detection_that_its_window_leaves_out_keeps_its_live_track() -> None:
    people = [Person(1), Person(2, track_id=5), Person(3)]
    settled = settle(make_update(0, people), make_update(1, windows=solve([(0, 1, 7)])))
    assert settled[-1] == [(0, [7, 5, -1])]


def test_frames_without_people_and_bad_frames_keep_their_place() -> None:
    settled = settle(
        make_update(0),
        make_update(1, [Person(1)]),
        make_update(2, status=FrameStatus.NO_IMAGE),
        make_update(5, [Person(1)], windows=solve([(1, 1, 7)])),
        end(6, solve([(5, 1, 7)])),
    )
    assert settled == [[], [], [], [(0, []), (1, [7])], [(2, []), (5, [7])]]


def test_at_the_end_nothing_is_held_back_and_the_end_is_no_frame() -> None:
    assert settle(make_update(0, [Person(1, track_id=4)]), end(1)) == [[], [(0, [4])]]


def test_a_stream_that_broke_off_gives_what_was_held_once() -> None:
    settler = Settler()
    settler.take(make_update(0, [Person(1, track_id=4)]))
    assert [essence(frame) for frame in settler.flush()] == [(0, [4])]
    assert settler.flush() == []


def test_a_verdict_holds_from_the_window_that_brought_it() -> None:
    settler = Settler()
    settler.take(make_update(0, [Person(1)]))
    first = settler.take(make_update(1, [Person(1)], windows=solve([(0, 1, 7)], [(7, Category.AWAY, -1)])))
    second = settler.take(end(2, solve([(1, 1, 7)], [(7, Category.HOME, 23)])))
    assert [frame[0].jersey_numbers.tolist() for frame in (first, second)] == [[-1], [23]]
    assert [int(frame[0].team_probabilities[0].argmax()) for frame in (first, second)] == [1, 0]
    assert (settler.last_word.verdicts[7].category, settler.last_word.verdicts[7].jersey_number) == (Category.HOME, 23)


def test_without_windows_a_bounded_number_of_frames_waits_without_pictures() -> None:
    settler = Settler()
    settled = [
        frame
        for index in range(HELD_FRAMES + 10)
        for frame in settler.take(make_update(index, [Person(1, track_id=3)], jpeg=b"picture"))
    ]
    assert [essence(frame) for frame in settled] == [(index, [3]) for index in range(10)]
    assert {frame.update.frame.left_jpeg for frame in [*settled, *settler.flush()]} == {None}


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
    st.lists(st.integers(0, 4), min_size=6, max_size=6),
    st.lists(st.integers(0, 3), min_size=60, max_size=60),
)
def test_whenever_windows_come_every_frame_is_given_once_in_order_with_the_tracks_of_its_window(
    lengths: list[int], delays: list[int], crowds: list[int]
) -> None:
    """Windows of any length, some frames empty; each is solved so many frames after its last, never before another."""
    starts = [sum(lengths[:place]) for place in range(len(lengths) + 1)]
    windows, due = {}, 0
    for (start, stop), delay in zip(pairwise(starts), delays, strict=False):
        due = max(due + 1, stop + delay)
        windows[due] = solve([(frame, micro, 100 * start + micro) for frame in range(start, stop)
                              for micro in range(crowds[frame])])  # fmt: skip
    settler, given_frames = Settler(), []
    for index in range(due + 1):
        people = [Person(micro) for micro in range(crowds[index] if index < starts[-1] else 0)]
        given_frames += settler.take(make_update(index, people, windows=windows.get(index)))
    given_frames += settler.take(end(due + 1))
    start_of = {frame: start for start, stop in pairwise(starts) for frame in range(start, stop)}
    assert [frame.update.frame_index for frame in given_frames] == list(range(due + 1))
    for frame in given_frames[: starts[-1]]:
        index = frame.update.frame_index
        assert frame.track_ids.tolist() == [100 * start_of[index] + micro for micro in range(crowds[index])]
