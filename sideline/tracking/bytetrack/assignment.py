"""Which row goes with which column when only some pairs are allowed. Knows numbers only."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

Candidate = tuple[int, int, float]
"""Row, column, and what is gained by the pair, above 0."""


def choose_pairs(candidates: Sequence[Candidate]) -> list[tuple[int, int]]:
    """The pairs that together gain the most; each row and column at most once.

    With gate - cost for a gain this is the linear assignment of the published code, where leaving a row and a column
    alone costs the gate. Where no row and no column has a choice, which is most frames, nothing need be solved.

    Returns:
        Rows and columns of the pairs, by row.
    """
    rows, columns = {row for row, _, _ in candidates}, {column for _, column, _ in candidates}
    if len(rows) == len(columns) == len(candidates):
        return [(row, column) for row, column, _ in candidates]
    return _solve(candidates, sorted(rows), sorted(columns))


def _solve(candidates: Sequence[Candidate], rows: list[int], columns: list[int]) -> list[tuple[int, int]]:
    row_of = {row: place for place, row in enumerate(rows)}
    column_of = {column: place for place, column in enumerate(columns)}
    gains = np.zeros((len(rows), len(columns)))
    for row, column, gain in candidates:
        gains[row_of[row], column_of[column]] = gain
    places = zip(*(each.tolist() for each in linear_sum_assignment(gains, maximize=True)), strict=True)
    return [(rows[row], columns[column]) for row, column in places if gains[row, column] > 0]
