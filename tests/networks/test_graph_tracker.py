"""The graph tracker: what must not change its answer, and what must."""

import math
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from sideline.networks.graph_layout import DenseLayout, ListLayout
from sideline.networks.graph_tracker import STEPS, GraphTracker, claim_shares, link_by_hand
from sideline.tensors import NODE_DIMS, PAIR_DIMS

GRAPHS, NODES = 2, 7


@dataclass(frozen=True, slots=True)
class Question:
    """The network's inputs."""

    nodes: Tensor
    pairs: Tensor
    mask: Tensor
    level: Tensor
    evidence: Tensor


@pytest.fixture(scope="module")
def network() -> GraphTracker:
    torch.manual_seed(0)
    return GraphTracker().eval()


@pytest.fixture(scope="module")
def question() -> Question:
    torch.manual_seed(1)
    mask = torch.triu(torch.rand(GRAPHS, NODES, NODES) < 0.6, diagonal=1)
    return Question(
        torch.randn(GRAPHS, NODES, NODE_DIMS),
        torch.randn(GRAPHS, NODES, NODES, PAIR_DIMS),
        mask,
        torch.eye(4)[[1, 2]],
        torch.randn(GRAPHS, NODES, 3),
    )


def _ask(network: GraphTracker, asked: Question) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        pair_logits, category_logits = network(asked.nodes, asked.pairs, asked.mask, asked.level, asked.evidence)
    return pair_logits, category_logits


def _assert_same(actual: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=0)


def _pad(values: Tensor, *axes: int) -> Tensor:
    """Three more rows of large noise along each axis."""
    for axis in axes:
        shape = list(values.shape)
        shape[axis] = 3
        values = torch.cat([values, 50 * torch.randn(shape)], dim=axis)
    return values


def test_the_array_and_the_list_of_pairs_give_the_same_and_half_of_what_is_served_is_made_by_hand(
    network: GraphTracker, question: Question
) -> None:
    # index_add over a list of edges is SUSHI's own form.
    graph, first, second = question.mask.nonzero(as_tuple=True)
    layout = ListLayout(graph * NODES + first, graph * NODES + second, GRAPHS * NODES)
    with torch.no_grad():
        listed = network.run(
            question.nodes.flatten(0, 1),
            question.pairs[question.mask],
            layout,
            question.level[graph],
            question.evidence.flatten(0, 1),
        )
    pair_logits, category_logits = _ask(network, question)
    by_hand = link_by_hand(question.pairs[question.mask])
    _assert_same(pair_logits[question.mask], (listed.pair_logits[-1].squeeze(1) + by_hand) / 2)
    _assert_same(category_logits, (listed.category_logits.view_as(question.evidence) + question.evidence) / 2)
    assert len(listed.pair_logits) == STEPS + 1
    assert float((listed.pair_logits[-1] - listed.pair_logits[-2]).abs().max()) > 1e-4


def test_by_hand_a_pair_is_judged_by_its_way_and_by_looks_only_where_both_have_any() -> None:
    pair = torch.zeros(PAIR_DIMS)
    # A gap of 0.5 s, 1 m off the way: 2.5 - 2.5 · 1 / (0.5 + 0.5) - 0.3 · arcsinh 0.5
    pair[0], pair[5], pair[6] = math.asinh(0.5), math.asinh(1.0), math.asinh(3.0)
    assert link_by_hand(pair).item() == pytest.approx(-0.3 * math.asinh(0.5), abs=1e-5)
    # Cosine 0.9, shirts 0.2 apart, category 0.75 the same, number 0.5: 1.2 - 0.6 - 1 + 1.5
    pair[7], pair[8], pair[10], pair[11] = 0.9, 0.2, 0.75, 0.5
    assert link_by_hand(pair).item() == pytest.approx(-0.3 * math.asinh(0.5), abs=1e-5)
    pair[15] = 1.0
    assert link_by_hand(pair).item() == pytest.approx(1.1 - 0.3 * math.asinh(0.5), abs=1e-5)


def test_padding_changes_nothing_whatever_is_in_it(network: GraphTracker, question: Question) -> None:
    mask = torch.zeros(GRAPHS, NODES + 3, NODES + 3, dtype=torch.bool)
    mask[:, :NODES, :NODES] = question.mask
    padded = Question(
        _pad(question.nodes, 1), _pad(question.pairs, 1, 2), mask, question.level, _pad(question.evidence, 1)
    )
    expected, actual = _ask(network, question), _ask(network, padded)
    _assert_same(actual[0][:, :NODES, :NODES], expected[0])
    _assert_same(actual[1][:, :NODES], expected[1])


def test_pairs_outside_the_mask_are_zero_and_what_is_in_them_is_ignored(
    network: GraphTracker, question: Question
) -> None:
    other = torch.where(question.mask[..., None], question.pairs, 50 * torch.randn_like(question.pairs))
    pair_logits, category_logits = _ask(network, replace(question, pairs=other))
    assert not pair_logits[~question.mask].any()
    assert (pair_logits[question.mask] != 0).all()
    expected = _ask(network, question)
    _assert_same(pair_logits, expected[0])
    _assert_same(category_logits, expected[1])


def test_nodes_in_another_order_get_their_answers_in_that_order(network: GraphTracker, question: Question) -> None:
    order = torch.tensor([4, 0, 6, 5, 2, 1, 3])
    turned = Question(
        question.nodes[:, order],
        question.pairs[:, order][:, :, order],
        question.mask[:, order][:, :, order],
        question.level,
        question.evidence[:, order],
    )
    expected, actual = _ask(network, question), _ask(network, turned)
    _assert_same(actual[0], expected[0][:, order][:, :, order])
    _assert_same(actual[1], expected[1][:, order])


def test_graphs_of_a_batch_do_not_see_each_other(network: GraphTracker, question: Question) -> None:
    alone = Question(
        question.nodes[:1], question.pairs[:1], question.mask[:1], question.level[:1], question.evidence[:1]
    )
    _assert_same(_ask(network, alone)[0], _ask(network, question)[0][:1])


def test_the_level_matters_and_so_does_a_node_that_is_two_pairs_away(network: GraphTracker) -> None:
    torch.manual_seed(2)
    mask = torch.zeros(1, 3, 3, dtype=torch.bool)
    mask[0, 0, 1] = mask[0, 1, 2] = True
    chain = Question(
        torch.randn(1, 3, NODE_DIMS), torch.randn(1, 3, 3, PAIR_DIMS), mask, torch.eye(4)[:1], torch.zeros(1, 3, 3)
    )
    elsewhere = chain.nodes.clone()
    elsewhere[0, 2] += 1.0
    before = _ask(network, chain)[0][0, 0, 1]
    assert abs(_ask(network, replace(chain, nodes=elsewhere))[0][0, 0, 1] - before) > 1e-5
    assert abs(_ask(network, replace(chain, level=torch.eye(4)[3:]))[0][0, 0, 1] - before) > 1e-5


def test_the_category_head_leaves_the_nodes_alone_unless_it_is_told_to(question: Question) -> None:
    for stops in (True, False):
        torch.manual_seed(0)
        network = GraphTracker(stops_gradient=stops)
        _, category_logits = network(question.nodes, question.pairs, question.mask, question.level, question.evidence)
        category_logits.square().sum().backward()
        assert (network.node_encoder[0].weight.grad is None) == stops
        assert network.category_head[0].weight.grad is not None


def test_rivals_share_what_leaves_and_what_reaches_a_node() -> None:
    # Pairs 0→2 with logit log 1, 0→3 with log 3, 1→3 with log 2; "none" counts 1 at every node.
    layout = ListLayout(torch.tensor([0, 0, 1]), torch.tensor([2, 3, 3]), 4)
    leaving, arriving = claim_shares(torch.tensor([[1.0], [3.0], [2.0]]).log(), layout)
    torch.testing.assert_close(leaving.flatten(), torch.tensor([1 / 5, 3 / 5, 2 / 3]))
    torch.testing.assert_close(arriving.flatten(), torch.tensor([1 / 2, 3 / 6, 2 / 6]))


def test_shares_of_pairs_that_are_not_there_are_zero_even_for_huge_logits() -> None:
    mask = torch.tensor([[0.0, 1.0], [0.0, 0.0]]).reshape(1, 2, 2, 1)
    leaving, arriving = claim_shares(torch.full((1, 2, 2, 1), 1e6), DenseLayout(mask))
    for share in (leaving, arriving):
        assert share[0, 0, 1, 0] == pytest.approx(1.0, abs=1e-4)
        assert share[0, ..., 0].sum() == share[0, 0, 1, 0]
