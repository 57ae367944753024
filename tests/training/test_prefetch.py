"""Batches that are drawn ahead come in order, and errors reach the one who asks."""

import itertools
from collections.abc import Iterator

import pytest

from sideline.training.prefetch import Prefetched


def test_batches_come_in_the_order_drawn() -> None:
    batches = Prefetched(itertools.count())
    assert [next(batches) for _ in range(20)] == list(range(20))


def test_an_error_is_raised_after_the_batches_before_it() -> None:
    def draw() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    batches = Prefetched(draw())
    assert next(batches) == 1
    with pytest.raises(ValueError, match="no more"):
        next(batches)
