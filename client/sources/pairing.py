"""Pairs the pictures of two cameras by their index on the common clock. Pure bookkeeping: no pictures, no threads."""

import sys
from collections.abc import Iterator
from typing import Final

SIDES: Final = ("left", "right")


class Pairer:
    """Joins two rising sequences of indices; an index that one camera skipped comes with None for it.

    Args:
        patience: How many frames one camera may run ahead before the other counts as missing; None waits for ever.
    """

    def __init__(self, patience: int | None = None) -> None:
        self._patience = patience
        self._waiting: dict[str, dict[int, bytes]] = {side: {} for side in SIDES}
        self._newest = dict.fromkeys(SIDES, -1)
        self._given = -1

    @property
    def behind(self) -> str:
        """The camera that has come less far; the left one when they are level."""
        return min(SIDES, key=lambda side: self._newest[side])

    def add(self, side: str, index: int, jpeg: bytes) -> Iterator[tuple[int, bytes | None, bytes | None]]:
        """Take a picture and yield what is complete: (index, left, right), indices rising.

        A picture whose index was given already came too late, and one whose index does not rise is a repetition;
        both are left out.
        """
        if self._newest[side] == sys.maxsize:  # it had ended, and is back
            self._newest[side] = self._given
        if index <= max(self._newest[side], self._given):
            return
        self._newest[side] = index
        self._waiting[side][index] = jpeg
        settled = min(self._newest.values())
        if self._patience is not None:
            settled = max(settled, max(self._newest.values()) - self._patience)
        yield from self._give(settled)

    def end(self, side: str) -> Iterator[tuple[int, bytes | None, bytes | None]]:
        """Wait for this camera no longer, until it gives a picture again; yields what waited for it."""
        self._newest[side] = sys.maxsize
        yield from self._give(min(self._newest.values()))

    def _give(self, settled: int) -> Iterator[tuple[int, bytes | None, bytes | None]]:
        left, right = self._waiting["left"], self._waiting["right"]
        for index in sorted(index for index in left.keys() | right.keys() if index <= settled):
            self._given = index
            yield index, left.pop(index, None), right.pop(index, None)
