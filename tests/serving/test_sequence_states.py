"""State per stream: made at START, dropped at END, forgotten after silence."""

from collections.abc import Callable

import pytest

from sideline.errors import StreamError
from sideline.serving.sequence_states import SequenceStates


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def states_of(clock: Callable[[], float]) -> SequenceStates[list[int]]:
    return SequenceStates(make_state=list, max_idle_s=10.0, clock_s=clock)


def test_a_stream_finds_its_own_state_again(clock: Clock) -> None:
    states = states_of(clock)
    states.enter(1, start=True).append(11)
    states.enter("two", start=True).append(22)
    assert (states.enter(1, start=False), states.enter("two", start=False)) == ([11], [22])


def test_start_makes_the_state_anew_for_a_stream_that_is_alive(clock: Clock) -> None:
    states = states_of(clock)
    states.enter(1, start=True).append(11)
    assert states.enter(1, start=True) == []


def test_after_end_the_stream_is_unknown(clock: Clock) -> None:
    states = states_of(clock)
    states.enter(1, start=True)
    states.leave(1)
    with pytest.raises(StreamError, match="begin it again with START"):
        states.enter(1, start=False)
    states.leave(1)


def test_a_stream_is_kept_for_the_idle_time_and_forgotten_after_it(clock: Clock) -> None:
    states = states_of(clock)
    states.enter(1, start=True)
    clock.now_s = 10.0
    states.enter(1, start=False)
    clock.now_s = 20.1
    with pytest.raises(StreamError):
        states.enter(1, start=False)


def test_any_stream_sweeps_out_the_dead_ones(clock: Clock) -> None:
    states = states_of(clock)
    for correlation_id in range(5):
        states.enter(correlation_id, start=True)
    clock.now_s = 11.0
    states.enter(99, start=True)
    assert len(states) == 1


def test_with_one_stream_more_than_have_a_place_the_one_that_was_silent_for_longest_is_forgotten(clock: Clock) -> None:
    states = SequenceStates(make_state=list, max_idle_s=100.0, most=lambda: 2, clock_s=clock)
    states.enter(1, start=True)
    states.enter(2, start=True)
    clock.now_s = 4.0
    states.enter(1, start=False).append(11)
    clock.now_s = 5.1
    states.enter(3, start=True)
    assert states.enter(1, start=False) == [11]
    with pytest.raises(StreamError):
        states.enter(2, start=False)


def test_a_live_stream_is_forgotten_for_nobody(clock: Clock) -> None:
    states = SequenceStates(make_state=list, max_idle_s=100.0, most=lambda: 2, clock_s=clock)
    states.enter(1, start=True).append(11)
    for stream in range(2, 20):
        clock.now_s += 0.25
        states.enter(stream, start=True)
    assert states.enter(1, start=False) == [11]
