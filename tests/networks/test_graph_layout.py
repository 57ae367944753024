"""Both layouts of a graph's pairs, on one graph small enough to add up by hand."""

import pytest
import torch

from sideline.networks.graph_layout import DenseLayout, Layout, ListLayout

# Three nodes; pairs 0→1, 0→2 and 1→2, with the values 1, 10 and 100.
FIRST, SECOND, VALUES = [0, 0, 1], [1, 2, 2], [1.0, 10.0, 100.0]
NODES = torch.tensor([[3.0], [5.0], [7.0]])


def _dense() -> tuple[Layout, torch.Tensor, torch.Tensor]:
    mask, pairs = torch.zeros(1, 3, 3, 1), torch.full((1, 3, 3, 1), 1e3)
    for first, second, value in zip(FIRST, SECOND, VALUES, strict=True):
        mask[0, first, second], pairs[0, first, second] = 1.0, value
    return DenseLayout(mask), pairs, NODES.unsqueeze(0)


def _listed() -> tuple[Layout, torch.Tensor, torch.Tensor]:
    return ListLayout(torch.tensor(FIRST), torch.tensor(SECOND), 3), torch.tensor(VALUES).unsqueeze(1), NODES


@pytest.mark.parametrize("make", [_dense, _listed])
def test_pairs_are_summed_and_counted_at_their_ends(make: object) -> None:
    assert callable(make)
    layout, pairs, _ = make()
    assert layout.sum_to_first(pairs).flatten().tolist() == [11, 100, 0]
    assert layout.sum_to_second(pairs).flatten().tolist() == [0, 1, 110]
    assert layout.pairs_of_first.flatten().tolist() == [2, 1, 0]
    assert layout.pairs_of_second.flatten().tolist() == [0, 1, 2]


def test_node_values_come_to_the_pairs_of_a_list() -> None:
    layout, _, nodes = _listed()
    assert layout.at_first(nodes).flatten().tolist() == [3, 3, 5]
    assert layout.at_second(nodes).flatten().tolist() == [5, 7, 7]


def test_node_values_come_to_the_pairs_of_an_array_and_the_mask_clears_the_rest() -> None:
    layout, _, nodes = _dense()
    spread = torch.zeros(1, 3, 3, 1)
    assert layout.mask(layout.at_first(nodes) + spread)[0, ..., 0].tolist() == [[0, 3, 3], [0, 0, 5], [0, 0, 0]]
    assert layout.mask(layout.at_second(nodes) + spread)[0, ..., 0].tolist() == [[0, 5, 7], [0, 0, 7], [0, 0, 0]]
