"""Closed windows on their way through the solver, one after the other, in the background.

Knows order and failure: what is asked of it never waits for the solver, but for `flush`. A window that the solver fails
on is answered without it, and the stream goes on.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias

from sideline.tracking.graph.frames import NO_WINDOWS, WindowResult
from sideline.tracking.graph.tracks import TrackBook
from sideline.tracking.graph.window import ClosedWindow

Solve: TypeAlias = Callable[[TrackBook, ClosedWindow], tuple[TrackBook, WindowResult]]


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A window's answer; message says what went wrong, empty when nothing did; solve_s, how long the solver took."""

    result: WindowResult
    message: str
    solve_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    window: ClosedWindow
    future: Future[tuple[TrackBook, Finished]]


class WindowQueue:
    """One stream's windows.

    Args:
        book: What is known before the first window.
        solve: Solves a window; runs in the executor, one window of the stream at a time.
        solve_simply: Answers a window without the engines; must be quick.
        executor: Where windows are solved; may be shared between streams.
        most_waiting: Windows that may wait while one is being solved; with one more, the one that is being solved is
            given up.
    """

    def __init__(
        self, book: TrackBook, solve: Solve, solve_simply: Solve, executor: Executor, most_waiting: int
    ) -> None:
        self.book = book
        self._solve = solve
        self._solve_simply = solve_simply
        self._executor = executor
        self._most_waiting = most_waiting
        self._waiting: deque[ClosedWindow] = deque()
        self._job: _Job | None = None

    def __len__(self) -> int:
        """Windows that are not answered yet."""
        return len(self._waiting) + (self._job is not None)

    def put(self, window: ClosedWindow) -> None:
        """Add a closed window; it is begun by the next `collect`."""
        self._waiting.append(window)

    def collect(self) -> list[Finished]:
        """The windows finished since the last call, oldest first. Does not wait."""
        finished = []
        while self._advance():
            if self._job is not None and self._job.future.done():
                finished.append(self._take(self._job))
            elif len(self._waiting) > self._most_waiting:
                finished.append(self._give_up("is too slow"))
            else:
                break
        return finished

    def flush(self, longest_s: float) -> list[Finished]:
        """Answer all windows, the solver's word being waited for no longer than longest_s altogether."""
        until = monotonic() + longest_s
        finished = []
        while self._advance():
            try:
                if self._job is not None:
                    self._job.future.exception(timeout=max(0.0, until - monotonic()))
                    finished.append(self._take(self._job))
            except (TimeoutError, CancelledError):
                finished.append(self._give_up("did not end in time"))
        return finished

    def _advance(self) -> bool:
        """Begin the next window if none is being solved; false when there is none left."""
        if self._job is None and self._waiting:
            window = self._waiting.popleft()
            self._job = _Job(window, self._submit(window))
        return self._job is not None

    def _submit(self, window: ClosedWindow) -> Future[tuple[TrackBook, Finished]]:
        try:
            return self._executor.submit(self._run, self.book, window)
        except RuntimeError as error:  # the executor was shut down
            refused: Future[tuple[TrackBook, Finished]] = Future()
            refused.set_exception(error)
            return refused

    def _run(self, book: TrackBook, window: ClosedWindow) -> tuple[TrackBook, Finished]:
        """In the executor: the solver's answer, or the simple one."""
        began_s = monotonic()
        try:
            after, result = self._solve(book, window)
        except Exception as error:  # whatever an engine raises: the stream lives on and the answer says it
            return self._run_simply(book, window, f"failed ({type(error).__name__}: {error})")
        return after, Finished(result, "", monotonic() - began_s)

    def _run_simply(self, book: TrackBook, window: ClosedWindow, what: str) -> tuple[TrackBook, Finished]:
        after, result = self._solve_simply(book, window)
        return after, Finished(result, describe_failure(window, what))

    def _take(self, job: _Job) -> Finished:
        try:
            self.book, finished = job.future.result()
        except Exception as error:
            return self._give_up(f"could not run ({type(error).__name__}: {error})")
        self._job = None
        return finished

    def _give_up(self, what: str) -> Finished:
        """Answer the window that is being solved without the solver, here and now."""
        if self._job is None:
            return Finished(NO_WINDOWS, "")
        window, self._job = self._job.window, None
        try:
            self.book, finished = self._run_simply(self.book, window, what)
        except Exception as error:
            return Finished(NO_WINDOWS, f"{describe_failure(window, what)}; nor could that be done: {error}")
        return finished


def describe_failure(window: ClosedWindow, what: str) -> str:
    """The message to a window that was answered without the solver."""
    return (
        f"the graph solver {what} in the window from frame {window.first_frame}: its micro-tracks are given out as "
        "tracks; look into the server's log for the engines, and stream fewer arenas if the machine is overloaded"
    )
