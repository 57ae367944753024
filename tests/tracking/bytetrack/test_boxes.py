"""Overlap, by hand."""

import numpy as np
import pytest

from sideline.tracking.bytetrack.boxes import Box, find_overlaps


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((0, 0, 9, 9), (0, 0, 9, 9), [1.0]),
        ((0, 0, 9, 9), (5, 0, 14, 9), [50 / 150]),  # 10 × 10 pixels each, 5 columns shared
        ((0, 0, 9, 9), (10, 0, 19, 9), []),  # neighbours share no pixel
        ((0, 0, 9, 9), (9, 9, 18, 18), [1 / 199]),  # one pixel
        ((0, 0, 9, 9), (30, 30, 39, 39), []),  # apart on both axes: two negative sides make no area
    ],
)
def test_overlap_counts_whole_pixels(first: Box, second: Box, expected: list[float]) -> None:
    for copies in (1, 200):  # the loop, and NumPy
        overlaps = find_overlaps([first] * copies, [second])
        assert [overlap for _, _, overlap in overlaps] == pytest.approx(expected * copies)


def test_pairs_name_the_row_of_a_box_and_of_the_other() -> None:
    assert find_overlaps([(50, 0, 59, 9), (0, 0, 4, 9)], [(0, 0, 9, 9)]) == [(1, 0, 0.5)]
    assert find_overlaps([], [(0, 0, 9, 9)]) == []


def test_few_and_many_boxes_overlap_alike() -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 300, (40, 2))
    boxes = np.hstack([corners, corners + rng.uniform(1, 90, (40, 2))]).tolist()
    singly = [(row, *pair[1:]) for row, box in enumerate(boxes) for pair in find_overlaps([box], boxes)]
    together = find_overlaps(boxes, boxes)
    assert [pair[:2] for pair in together] == [pair[:2] for pair in singly]
    assert [pair[2] for pair in together] == pytest.approx([pair[2] for pair in singly])
