"""Two ways to lay out a graph's pairs: as an array with a mask, which exports, and as a list, which is cheap to train.

Both say how node values come to pairs and how pair values are summed at nodes; a network that uses nothing else gives
the same answer in both.
"""

from typing import Protocol

import torch
from torch import Tensor


class Layout(Protocol):
    """How nodes and pairs hang together; a pair has a first and a second node."""

    @property
    def pairs_of_first(self) -> Tensor:
        """How many pairs have each node as their first: nodes' axes and 1."""

    @property
    def pairs_of_second(self) -> Tensor:
        """How many pairs have each node as their second: nodes' axes and 1."""

    def mask(self, pairs: Tensor) -> Tensor:
        """The same values, zero where there is no pair."""

    def at_first(self, nodes: Tensor) -> Tensor:
        """Node values at the pairs of which they are the first; broadcasts to the pairs."""

    def at_second(self, nodes: Tensor) -> Tensor:
        """Node values at the pairs of which they are the second; broadcasts to the pairs."""

    def sum_to_first(self, pairs: Tensor) -> Tensor:
        """Sum at each node of the pairs of which it is the first."""

    def sum_to_second(self, pairs: Tensor) -> Tensor:
        """Sum at each node of the pairs of which it is the second."""


class DenseLayout:
    """Nodes [B, N, D], pairs [B, N, N, D] by first and second node."""

    def __init__(self, mask: Tensor) -> None:
        """mask: [B, N, N, 1], 1 where there is a pair and 0 elsewhere."""
        self._mask = mask
        self.pairs_of_first, self.pairs_of_second = mask.sum(2), mask.sum(1)

    def mask(self, pairs: Tensor) -> Tensor:
        """See Layout."""
        return pairs * self._mask

    def at_first(self, nodes: Tensor) -> Tensor:
        """See Layout."""
        return nodes.unsqueeze(2)

    def at_second(self, nodes: Tensor) -> Tensor:
        """See Layout."""
        return nodes.unsqueeze(1)

    def sum_to_first(self, pairs: Tensor) -> Tensor:
        """See Layout."""
        return (pairs * self._mask).sum(2)

    def sum_to_second(self, pairs: Tensor) -> Tensor:
        """See Layout."""
        return (pairs * self._mask).sum(1)


class ListLayout:
    """Nodes [S, D] of all graphs one after the other, pairs [E, D]."""

    def __init__(self, first: Tensor, second: Tensor, nodes: int) -> None:
        """first, second: [E] int64 rows of the nodes, 0 … nodes - 1."""
        self._first, self._second, self._nodes = first, second, nodes
        ones = torch.ones(len(first), 1, device=first.device)
        self.pairs_of_first, self.pairs_of_second = self.sum_to_first(ones), self.sum_to_second(ones)

    def mask(self, pairs: Tensor) -> Tensor:
        """See Layout; every row is a pair."""
        return pairs

    def at_first(self, nodes: Tensor) -> Tensor:
        """See Layout."""
        return nodes.index_select(0, self._first)

    def at_second(self, nodes: Tensor) -> Tensor:
        """See Layout."""
        return nodes.index_select(0, self._second)

    def sum_to_first(self, pairs: Tensor) -> Tensor:
        """See Layout."""
        return pairs.new_zeros(self._nodes, pairs.shape[1]).index_add(0, self._first, pairs)

    def sum_to_second(self, pairs: Tensor) -> Tensor:
        """See Layout."""
        return pairs.new_zeros(self._nodes, pairs.shape[1]).index_add(0, self._second, pairs)
