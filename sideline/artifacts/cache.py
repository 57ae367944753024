"""A folder of artifacts by key, shared by any number of processes and machines. Knows not what they mean.

    CACHE/frames/3f/3fa0….npz    CACHE/tracks/…    CACHE/locks/3fa0….lock

An artifact is written whole under its key, so parallel writers cannot harm each other. Where file locks work (one
machine, most shared disks), a second process waits for the first instead of computing the same; where they do not, it
computes the same.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from sideline.artifacts.entries import Arrays, read_entry, write_entry
from sideline.artifacts.keys import Key
from sideline.errors import ArtifactError


class Outcome(StrEnum):
    """How an artifact was come by."""

    FOUND = "found"
    COMPUTED = "computed"
    REPAIRED = "repaired"
    """It was there, but damaged or of another version, and was computed anew."""


class ArtifactCache:
    """Gives artifacts, computing those that are not there.

    Args:
        root: The folder; made if it is not there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def path_of(self, key: Key) -> Path:
        """Where an artifact is, or would be."""
        return self._root / key.layer / key.digest[:2] / f"{key.digest}.npz"

    def get_or_compute(self, key: Key, compute: Callable[[], Arrays]) -> tuple[Arrays, Outcome]:
        """The arrays of a key.

        Args:
            key: Everything that the arrays follow from.
            compute: Called once where they are not there, or cannot be used.

        Raises:
            ArtifactError: the folder cannot be read or written; and whatever `compute` raises: then nothing is kept.
        """
        path = self.path_of(key)
        if path.exists():
            try:
                return read_entry(path), Outcome.FOUND
            except ArtifactError:
                return self._compute(key, compute, Outcome.REPAIRED)
        return self._compute(key, compute, Outcome.COMPUTED)

    def _compute(self, key: Key, compute: Callable[[], Arrays], outcome: Outcome) -> tuple[Arrays, Outcome]:
        path = self.path_of(key)
        with self._locked(key):
            try:
                return read_entry(path), Outcome.FOUND  # somebody else was faster
            except ArtifactError:
                arrays = compute()
                write_entry(path, arrays)
        return arrays, outcome

    @contextmanager
    def _locked(self, key: Key) -> Iterator[None]:
        path = self._root / "locks" / f"{key.digest}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = path.open("w")
        except OSError as exc:
            raise ArtifactError(f"cannot write to the cache {self._root} ({exc.strerror}): choose another") from exc
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
