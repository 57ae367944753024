"""Draws batches in a thread, so that disk and augmentation overlap with the training step."""

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

BatchT = TypeVar("BatchT")


class Prefetched(Generic[BatchT]):
    """An endless iterator that runs some batches ahead; what it raises is raised by the next `next`."""

    def __init__(self, batches: Iterator[BatchT], ahead: int = 4) -> None:
        """Start drawing at once."""
        self._queue: queue.Queue[BatchT | Exception] = queue.Queue(ahead)
        threading.Thread(target=self._fill, args=(batches,), daemon=True).start()

    def _fill(self, batches: Iterator[BatchT]) -> None:
        try:
            for batch in batches:
                self._queue.put(batch)
        except Exception as error:
            self._queue.put(error)

    def __next__(self) -> BatchT:
        batch = self._queue.get()
        if isinstance(batch, Exception):
            raise batch
        return batch
