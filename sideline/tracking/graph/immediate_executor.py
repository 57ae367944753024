"""An executor without threads: a window is solved before the next frame is taken. For whoever is not live."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class ImmediateExecutor(Executor):
    """Runs a task in the caller's thread when it is submitted: nothing is late, and nothing is given up."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it now; what it raises is in the future, as with any executor."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # the window queue answers a window that failed without the solver
            future.set_exception(error)
        return future
