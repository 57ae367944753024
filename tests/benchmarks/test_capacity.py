"""Bisection, and the verdict on a probe."""

import pytest

from benchmarks.capacity import Probe, find_largest


@pytest.mark.parametrize(("truth", "most"), [(0, 64), (1, 64), (5, 64), (8, 64), (63, 64), (64, 64), (100, 64), (3, 3)])
def test_bisection_finds_the_largest_number_that_is_carried(truth: int, most: int) -> None:
    tried: list[int] = []

    def is_carried(number: int) -> bool:
        tried.append(number)
        return number <= truth

    assert find_largest(is_carried, most) == min(truth, most)
    assert len(tried) == len(set(tried))
    assert max(tried) <= most


def a_probe(p99_ms: float, dropped_share: float) -> Probe:
    return Probe(2, 5.0, 80.0, p99_ms, dropped_share, 10.0)


@pytest.mark.parametrize(
    ("p99_ms", "dropped_share", "carried"),
    [(200.0, 0.0, True), (200.1, 0.0, False), (90.0, 0.0009, True), (90.0, 0.001, False)],
)
def test_a_load_is_carried_within_a_frame_interval_and_hardly_a_drop(
    p99_ms: float, dropped_share: float, carried: bool
) -> None:
    assert a_probe(p99_ms, dropped_share).is_carried is carried
