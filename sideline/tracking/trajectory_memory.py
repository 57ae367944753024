"""The ID decoder's memory of one arena: embeddings of the last frames, by label.

Knows how the memory is laid out. Does not know what a label stands for or who decides on it.
"""

import mmap
from math import prod

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s
from sideline.tensors import EMBEDDING_DIMS, IDENTITY_SLOTS, MEMORY_FRAMES


class TrajectoryMemory:
    """Embeddings of the last 39 frames, axis 0 by age: row 0 is the previous frame.

    A ring of 39 rows kept twice, one after the other, so that any 39 consecutive rows are one contiguous view: a
    frame costs two rows instead of a shift of the whole memory (2 MB). Nothing is written where nobody was: a stream
    that dies after its first frame holds what that frame took, not 4 MB.
    """

    def __init__(self) -> None:
        self._features = _own_pages((2 * MEMORY_FRAMES, IDENTITY_SLOTS, EMBEDDING_DIMS))
        self._mask = np.zeros((2 * MEMORY_FRAMES, IDENTITY_SLOTS), np.bool_)
        self._newest_row = 0

    @property
    def features(self) -> Float32s:
        """(39,50,256) f32, age × label × embedding; zero where there was no detection. A view until the next push."""
        return self._features[self._newest_row : self._newest_row + MEMORY_FRAMES]

    @property
    def mask(self) -> Bools:
        """(39,50) bool, age × label; true where there was a detection. A view until the next push."""
        return self._mask[self._newest_row : self._newest_row + MEMORY_FRAMES]

    def live_labels(self) -> Bools:
        """(50,) bool: labels with at least one observation left."""
        return np.asarray(self.mask.any(axis=0))

    def push(self, labels: Int64s, embeddings: Float32s) -> None:
        """Add a frame as row 0 and forget the oldest.

        Args:
            labels: (N,) distinct, 0–49; empty for an empty frame.
            embeddings: (N,256) in the order of the labels.
        """
        self._newest_row = (self._newest_row - 1) % MEMORY_FRAMES
        for row in (self._newest_row, self._newest_row + MEMORY_FRAMES):
            self._features[row, self._mask[row]], self._mask[row] = 0, False
            self._features[row, labels], self._mask[row, labels] = embeddings, True

    def forget(self, label: int) -> None:
        """Erase one label's past, before somebody else takes the label."""
        self._features[self._mask[:, label], label], self._mask[:, label] = 0, False

    def clear(self) -> None:
        """Erase everything."""
        self._features[self._mask], self._mask[:] = 0, False


def _own_pages(shape: tuple[int, ...]) -> Float32s:
    """Zeros outside of malloc's memory: the kernel gives a page when it is written to.

    It has all of them back with the array, whatever malloc would keep for later.
    """
    return np.frombuffer(mmap.mmap(-1, 4 * prod(shape)), np.float32).reshape(shape)
