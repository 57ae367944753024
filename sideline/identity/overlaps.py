"""Which tracklets exist at the same time: one person cannot be in two of them. Knows times only."""

import numpy as np

from sideline.arrays import Floats, Int64s


def find_overlaps(first_s: Floats, last_s: Floats, least_s: float) -> tuple[Int64s, Int64s]:
    """Pairs of tracklets that share more than `least_s` seconds.

    Args:
        first_s, last_s: [N].
        least_s: Shorter common times do not count: ends are not exact.

    Returns:
        Indices of the first and of the second of each pair; every pair once.
    """
    order = np.argsort(first_s, kind="stable")
    starts, ends = first_s[order], last_s[order]
    stops = np.searchsorted(starts, ends - least_s, side="left")
    counts = np.maximum(stops - np.arange(len(order)) - 1, 0)
    rows = np.repeat(np.arange(len(order)), counts)
    columns = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + rows + 1
    shared = np.minimum(ends[rows], ends[columns]) - starts[columns]
    return order[rows[shared > least_s]], order[columns[shared > least_s]]


def find_cliques(first_s: Floats, last_s: Floats, least_s: float) -> list[Int64s]:
    """The largest sets of tracklets that exist at one time, each sharing more than `least_s` with all others.

    Intervals shortened by `least_s` overlap where the tracklets share that much; the cliques of an interval graph are
    found by one sweep over its ends (Golumbic, Algorithmic Graph Theory and Perfect Graphs, 2004, chapter 8).

    Args:
        first_s, last_s: [N].

    Returns:
        Indices of each clique of two or more, by time.
    """
    ends = last_s - least_s
    alive = np.flatnonzero(ends > first_s)
    events = sorted([(first_s[i], 1, i) for i in alive] + [(ends[i], 0, i) for i in alive])
    cliques: list[Int64s] = []
    present: set[int] = set()
    grew = False
    for _, is_start, index in events:
        if is_start:
            present.add(int(index))
        else:
            if grew and len(present) > 1:
                cliques.append(np.array(sorted(present), np.int64))
            present.remove(int(index))
        grew = bool(is_start)
    return cliques
