"""The graph tracker: which tracklet goes on as which, and what each person is (after SUSHI, CVPR 2023).

Message passing between tracklets (nodes) and their possible continuations (pairs), with the same weights in every step
and on every level; a learned embedding tells the levels apart. Served, the graph is dense: pairs are an N × N array
with a mask, nodes are projected before they are broadcast, sums are masked, and there is no scatter to export. Trained,
it is a list of pairs, which are a seventh of the array. Beyond SUSHI, a pair sees in each step what its rivals
claim: its share of what leaves the first node and of what reaches the second.

Served, the network's word on a pair is averaged with a formula made by hand (`link_by_hand`), and that on a category
with the kit's evidence. On real detections the two err in different places, and the mean errs less than either
(docs/experiments.md).
"""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from sideline.networks.graph_layout import DenseLayout, Layout
from sideline.networks.layers import Mlp
from sideline.tensors import LEVEL, NODE_DIMS, PAIR_DIMS, TEAM_EVIDENCE

NODE_WIDTH: Final = 48
PAIR_WIDTH: Final = 32
STEPS: Final = 8
_LEVELS: Final = LEVEL.dims[0]
_CATEGORIES: Final = TEAM_EVIDENCE.dims[-1]
_LARGEST_LOGIT: Final = 12.0
"""Logits are kept within this before they are made into shares."""
_FARTHEST: Final = 6.0
"""Of arcsinh m: 200 m; whatever stands in rows that pad must stay finite."""
HAND_SHARE: Final = 0.5
"""Share of what is made by hand in a served logit."""


@dataclass(frozen=True, slots=True)
class GraphOutput:
    """What training needs; the leading axes are those of the layout.

    Attributes:
        pair_logits: One [..., 1] for the encoded pairs, then one a step.
        category_logits: [..., 3].
    """

    pair_logits: list[Tensor]
    category_logits: Tensor


class GraphTracker(nn.Module):
    """Nodes, pairs and the kit's evidence → logits of pairs and of categories."""

    def __init__(self, *, stops_gradient: bool = True) -> None:
        """
        Args:
            stops_gradient: Whether the category head leaves the nodes' embedding alone, so that naming teams cannot
                make linking worse.
        """
        super().__init__()
        self.stops_gradient = stops_gradient
        self.node_encoder = Mlp(NODE_DIMS, NODE_WIDTH, NODE_WIDTH)
        self.pair_encoder = Mlp(PAIR_DIMS, PAIR_WIDTH, PAIR_WIDTH)
        self.level_embedding = nn.Linear(_LEVELS, PAIR_WIDTH, bias=False)
        self.step = _MessagePassing()
        self.pair_head = Mlp(PAIR_WIDTH, PAIR_WIDTH // 2, 1)
        self.category_head = Mlp(NODE_WIDTH + _CATEGORIES, NODE_WIDTH, _CATEGORIES)

    def forward(
        self, nodes: Tensor, pairs: Tensor, pair_mask: Tensor, level: Tensor, team_evidence: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Score a batch of dense graphs; rows that pad a graph have a false mask and change nothing for the others.

        Args:
            nodes: [B, N, 71].
            pairs: [B, N, N, 16], from the end of the first node to the start of the second.
            pair_mask: [B, N, N] bool, true for the pairs that may be one person.
            level: [B, 4] one-hot.
            team_evidence: [B, N, 3] log-likelihood of each Category.

        Returns:
            [B, N, N] pair logits, zero where the mask is false, and [B, N, 3] category logits.
        """
        layout = DenseLayout(pair_mask.to(nodes.dtype).unsqueeze(-1))
        output = self.run(nodes, pairs, layout, level[:, None, None], team_evidence)
        by_hand = layout.mask(link_by_hand(pairs).unsqueeze(-1))
        pair_logits = torch.lerp(output.pair_logits[-1], by_hand, HAND_SHARE)
        return pair_logits.squeeze(-1), torch.lerp(output.category_logits, team_evidence, HAND_SHARE)

    def run(self, nodes: Tensor, pairs: Tensor, layout: Layout, level: Tensor, team_evidence: Tensor) -> GraphOutput:
        """As :meth:`forward` for any layout, with the pair logits of every step.

        Args:
            nodes, team_evidence: [..., 71] and [..., 3], axes of the layout's nodes.
            pairs: [..., 16], axes of the layout's pairs.
            layout: Which pairs there are.
            level: [..., 4] one-hot, broadcasts to the pairs.
        """
        first_nodes = torch.relu(self.node_encoder(nodes))
        first_pairs = layout.mask(torch.relu(self.pair_encoder(pairs) + self.level_embedding(level)))
        constants = self.step.prepare(first_nodes, first_pairs)
        nodes_now, pairs_now = first_nodes, first_pairs
        logits = [layout.mask(self.pair_head(pairs_now))]
        for _ in range(STEPS):
            nodes_now, pairs_now = self.step(nodes_now, pairs_now, logits[-1], layout, constants)
            logits.append(layout.mask(self.pair_head(pairs_now)))
        seen = nodes_now.detach() if self.stops_gradient else nodes_now
        category_logits = team_evidence + self.category_head(torch.cat([seen, team_evidence], dim=-1))
        return GraphOutput(logits, category_logits)


class _MessagePassing(nn.Module):
    """One step; what does not change from step to step is prepared once."""

    def __init__(self) -> None:
        super().__init__()
        self.from_first_pair = nn.Linear(PAIR_WIDTH, PAIR_WIDTH)
        self.from_pair = nn.Linear(PAIR_WIDTH + 2, PAIR_WIDTH, bias=False)
        self.from_ends = nn.ModuleList(nn.Linear(NODE_WIDTH, PAIR_WIDTH, bias=False) for _ in range(2))
        self.pair_output = nn.Linear(PAIR_WIDTH, PAIR_WIDTH)
        self.message_of_pair = nn.ModuleList(nn.Linear(PAIR_WIDTH, NODE_WIDTH) for _ in range(2))
        self.message_of_sender = nn.ModuleList(nn.Linear(NODE_WIDTH, NODE_WIDTH, bias=False) for _ in range(2))
        self.from_first_node = nn.Linear(NODE_WIDTH, NODE_WIDTH)
        self.from_node = nn.Linear(3 * NODE_WIDTH, NODE_WIDTH, bias=False)
        self.node_output = nn.Linear(NODE_WIDTH, NODE_WIDTH)

    def prepare(self, first_nodes: Tensor, first_pairs: Tensor) -> tuple[Tensor, Tensor]:
        """The share of a step's input that stays the same."""
        return self.from_first_node(first_nodes), self.from_first_pair(first_pairs)

    def forward(
        self, nodes: Tensor, pairs: Tensor, logits: Tensor, layout: Layout, constants: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Nodes [..., 48], pairs [..., 32] and their logits [..., 1] → nodes and pairs, updated."""
        always_node, always_pair = constants
        claims = torch.cat([pairs, *claim_shares(logits, layout)], dim=-1)
        ends = layout.at_first(self.from_ends[0](nodes)) + layout.at_second(self.from_ends[1](nodes))
        hidden = torch.relu(always_pair + self.from_pair(claims) + ends)
        pairs = layout.mask(torch.relu(pairs + self.pair_output(hidden)))
        future = layout.at_second(self.message_of_sender[0](nodes)) + self.message_of_pair[0](pairs)
        past = layout.at_first(self.message_of_sender[1](nodes)) + self.message_of_pair[1](pairs)
        heard = [
            layout.sum_to_first(torch.relu(future)) / (1.0 + layout.pairs_of_first),
            layout.sum_to_second(torch.relu(past)) / (1.0 + layout.pairs_of_second),
        ]
        change = self.node_output(torch.relu(always_node + self.from_node(torch.cat([nodes, *heard], dim=-1))))
        return torch.relu(nodes + change), pairs


def link_by_hand(pairs: Tensor) -> Tensor:
    """What one would do without training: likely ways, like looks, no contradiction of clothes or numbers.

    Args:
        pairs: [..., 16] of `sideline.tracking.graph.features.pair_features`.

    Returns:
        [...] logits.
    """
    gap, forward, backward, cosine, shirt, category, number, seen = (
        pairs[..., column] for column in (0, 5, 6, 7, 8, 10, 11, 15)
    )
    way_m = torch.minimum(forward, backward).clamp(0.0, _FARTHEST).sinh() / (0.5 + gap.clamp(0.0, 1.5).sinh())
    looks = 6.0 * (cosine - 0.7) - 6.0 * (shirt - 0.1).clamp(min=0.0) + 4.0 * (category - 1.0) + 3.0 * number
    return 2.5 - 2.5 * way_m - 0.3 * gap + seen * looks


def claim_shares(logits: Tensor, layout: Layout) -> tuple[Tensor, Tensor]:
    """Softmax over the rivals at the first node and at the second, each beside "none", logit 0: two [..., 1]."""
    weights = layout.mask(logits.clamp(-_LARGEST_LOGIT, _LARGEST_LOGIT).exp())
    leaving = weights / (1.0 + layout.at_first(layout.sum_to_first(weights)))
    arriving = weights / (1.0 + layout.at_second(layout.sum_to_second(weights)))
    return leaving, arriving
