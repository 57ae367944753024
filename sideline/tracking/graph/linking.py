"""From the engine's logits to chains of tracklets: who goes on as whom, each at most once.

Knows numbers only. SUSHI rounds by a linear programme with flow at most 1 into and out of a node; where every edge
stands for itself that programme is a linear assignment (Cetintas et al., CVPR 2023).
"""

import numpy as np

from sideline.arrays import Bools, Floats

Links = list[tuple[int, int]]


def choose_links(logits: Floats, mask: Bools) -> Links:
    """The links whose logits sum to the most; none with a logit of 0 or below, and none that is not a number.

    Args:
        logits: (N,N) logit that the column follows the row.
        mask: (N,N) true for the pairs that may be linked.

    Returns:
        (row, column), each row and each column at most once.
    """
    # Half of the CPU time that the step takes to start, and not needed before its first window is solved.
    from scipy.optimize import linear_sum_assignment

    gains = np.where(mask & (logits > 0), np.minimum(logits, 1e3), 0.0)
    rows, columns = np.flatnonzero(gains.any(axis=1)), np.flatnonzero(gains.any(axis=0))
    chosen = linear_sum_assignment(gains[np.ix_(rows, columns)], maximize=True)
    pairs = [(int(rows[row]), int(columns[column])) for row, column in zip(*chosen, strict=True)]
    return [pair for pair in pairs if gains[pair] > 0]


def follow_chains(count: int, links: Links) -> list[list[int]]:
    """Nodes 0 … count - 1 in chains, each from its first node to its last; a node without links is a chain."""
    successor = dict(links)
    heads = sorted(set(range(count)) - set(successor.values()))
    return [_follow(head, successor) for head in heads]


def _follow(node: int, successor: dict[int, int]) -> list[int]:
    chain = [node]
    while chain[-1] in successor:
        chain.append(successor[chain[-1]])
    return chain
