"""Where work is done: in processes of this machine or on a Ray cluster, by the same call. Knows not which work."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from sideline.errors import ArtifactError

T = TypeVar("T")
R = TypeVar("R")


class Workers(Protocol):
    """Does the same with many things at once."""

    def map(self, work: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
        """Results as they come, in any order.

        Raises:
            whatever `work` raises, as soon as it does; what was done before has been given.
        """
        ...


class LocalWorkers:
    """Processes of this machine; one does the work in this process.

    Args:
        count: How many at once, at least 1.
    """

    def __init__(self, count: int = 1) -> None:
        self._count = count

    def map(self, work: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
        """See ``Workers``."""
        if self._count == 1:
            yield from map(work, things)
            return
        # A fork of a process that has ONNX Runtime's threads may hang.
        with ProcessPoolExecutor(self._count, mp_context=get_context("spawn")) as pool:
            tasks = [pool.submit(work, thing) for thing in things]
            try:
                for task in as_completed(tasks):
                    yield task.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


class RayWorkers:
    """The workers of a Ray cluster, which see the same paths (a shared disk) and have Sideline installed.

    Args:
        address: Of the cluster, e.g. "ray://head:10001" or "auto"; "local" starts one on this machine.
        count: Workers of a cluster that is started here.
    """

    def __init__(self, address: str, count: int = 2) -> None:
        self._address = address
        self._count = count

    def map(self, work: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
        """See ``Workers``."""
        try:
            import ray
        except ImportError as exc:
            raise ArtifactError(f"Ray is not installed ({exc}): pip install 'sideline[cluster]'") from exc
        with _connected(self._address, self._count):
            remote: Any = ray.remote(_call)
            shared = ray.put(work)
            waiting = [remote.remote(shared, thing) for thing in things]
            while waiting:
                done, waiting = ray.wait(waiting)
                yield from ray.get(done)


def _call(work: Callable[[T], R], thing: T) -> R:
    return work(thing)


@contextmanager
def _connected(address: str, count: int) -> Iterator[None]:
    import ray

    try:
        if address == "local":
            ray.init(address="local", num_cpus=count, include_dashboard=False, log_to_driver=False)
        else:
            ray.init(address=address, log_to_driver=False)
    except (ConnectionError, ValueError) as exc:
        raise ArtifactError(f"there is no Ray cluster at {address} ({exc}): start one with `ray start --head`") from exc
    try:
        yield
    finally:
        ray.shutdown()
