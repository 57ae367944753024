"""Windows on their way through executors that do as they are told."""

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from sideline.tracking.graph.frames import NO_WINDOWS, WindowResult
from sideline.tracking.graph.immediate_executor import ImmediateExecutor
from sideline.tracking.graph.tracks import TrackBook
from sideline.tracking.graph.window import ClosedWindow
from sideline.tracking.graph.window_queue import Solve, WindowQueue
from sideline.tracking.teams import TeamNaming
from tests.tracking.graph.engines import HeldExecutor


def solve(book: TrackBook, window: ClosedWindow) -> tuple[TrackBook, WindowResult]:
    """Counts windows in next_track_id and answers the window's number."""
    result = replace(NO_WINDOWS, window_frames=np.array([window.first_frame]))
    return replace(book, next_track_id=book.next_track_id + 1), result


def solve_simply(book: TrackBook, window: ClosedWindow) -> tuple[TrackBook, WindowResult]:
    """As `solve`, but counts in hundreds."""
    return replace(book, next_track_id=book.next_track_id + 100), solve(book, window)[1]


def fail(book: TrackBook, window: ClosedWindow) -> tuple[TrackBook, WindowResult]:
    """Dies."""
    raise KeyError("gone")


def make_queue(
    executor: Executor, solver: Solve = solve, simple: Solve = solve_simply, windows: int = 3
) -> WindowQueue:
    """A queue with windows 0 … windows - 1, two of which may wait."""
    queue = WindowQueue(TrackBook(None, TeamNaming(None)), solver, simple, executor, 2)
    for number in range(windows):
        queue.put(ClosedWindow(number, ()))
    return queue


def numbers(finished: list) -> list[int]:  # type: ignore[type-arg]
    """Windows answered."""
    return [int(each.result.window_frames[0]) for each in finished]


def test_windows_are_answered_in_order_each_with_the_book_of_the_one_before() -> None:
    queue = make_queue(ImmediateExecutor())
    assert numbers(queue.collect()) == [0, 1, 2]
    assert queue.book.next_track_id == 4
    assert queue.collect() == []
    assert len(queue) == 0


def test_one_window_is_solved_at_a_time() -> None:
    executor = HeldExecutor()
    queue = make_queue(executor)
    assert queue.collect() == []
    assert len(executor.tasks) == 1
    executor.run_next()
    assert numbers(queue.collect()) == [0]
    assert len(executor.tasks) == 1
    assert len(queue) == 2


def test_a_solver_that_dies_is_answered_simply_and_says_so() -> None:
    queue = make_queue(ImmediateExecutor(), fail)
    finished = queue.collect()
    assert numbers(finished) == [0, 1, 2]
    assert queue.book.next_track_id == 301
    assert "from frame 1" in finished[1].message
    assert "KeyError" in finished[1].message


def test_when_nothing_helps_the_window_is_lost_and_says_so() -> None:
    queue = make_queue(ImmediateExecutor(), fail, fail)
    finished = queue.collect()
    assert [each.result for each in finished] == [NO_WINDOWS] * 3
    assert "nor could that be done" in finished[0].message
    assert queue.book.next_track_id == 1


def test_with_too_many_waiting_the_window_being_solved_is_given_up_and_its_late_answer_ignored() -> None:
    executor = HeldExecutor()
    queue = make_queue(executor, windows=3)
    assert queue.collect() == []
    queue.put(ClosedWindow(3, ()))
    finished = queue.collect()
    assert numbers(finished) == [0]
    assert "too slow" in finished[0].message
    executor.run_next()
    assert queue.collect() == []
    assert queue.book.next_track_id == 101
    executor.run_next()
    assert numbers(queue.collect()) == [1]
    assert queue.book.next_track_id == 102


def test_flush_waits_for_the_solver() -> None:
    release = Event()

    def wait_and_solve(book: TrackBook, window: ClosedWindow) -> tuple[TrackBook, WindowResult]:
        release.wait(10)
        return solve(book, window)

    with ThreadPoolExecutor(1) as executor:
        queue = make_queue(executor, wait_and_solve)
        assert queue.collect() == []
        release.set()
        assert numbers(queue.flush(10)) == [0, 1, 2]
        assert queue.book.next_track_id == 4


def test_flush_does_not_wait_longer_than_told() -> None:
    finished = make_queue(HeldExecutor()).flush(0.0)
    assert numbers(finished) == [0, 1, 2]
    assert all("did not end in time" in each.message for each in finished)


@pytest.mark.parametrize("flushes", [False, True])
def test_an_executor_that_was_shut_down_is_done_without(flushes: bool) -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    queue = make_queue(executor)
    assert numbers(queue.flush(1.0) if flushes else queue.collect()) == [0, 1, 2]


def test_a_task_that_the_executor_cancelled_is_done_without() -> None:
    executor = HeldExecutor()
    queue = make_queue(executor, windows=1)
    queue.collect()
    executor.tasks[0][0].cancel()
    assert numbers(queue.collect()) == [0]
