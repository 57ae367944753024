"""Reads a track's jersey number from what the crop encoder said of up to 64 crops; knows no images.

A transformer over the crops decides how much each has to say: those that are illegible, that belong to somebody else
or that repeat their neighbours say little. The crops' log-probabilities of the numbers are summed with these weights:
the sum of log-likelihoods is what the network starts from, and numbers that were rare in training are read like the
others. A small head adds what no single crop shows. Crops have no order here: a number does not change with time, and
the gaps between crops are not known.
"""

from typing import Final, cast

import torch
from torch import Tensor, nn

from sideline.arrays import Floats
from sideline.crops.jersey import JERSEY_DIMS, ONE_DIGIT, TWO_DIGITS, split_jersey
from sideline.networks.layers import Mlp, SelfAttention
from sideline.tensors import NUMBERS

WIDTH: Final = 96
HEADS: Final = 4
LAYERS: Final = 2
_MASKED: Final = -1e4
"""Added to masked scores; fits float16."""
_LARGEST_LOGIT: Final = 30.0
_LEAST_LOG: Final = -6.0
"""A crop's least log-probability of a number; one crop cannot veto."""
_SURE: Final = 10.0
"""Logit of "nothing legible" for a track without crops; that of the numbers is its negative."""


class JerseyClassifier(nn.Module):
    """Jersey features of a track's crops → logits of 100 numbers and of "nothing legible"."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Sequential(nn.Linear(JERSEY_DIMS + 3, WIDTH), nn.LayerNorm(WIDTH))
        self.layers = nn.ModuleList(_Layer() for _ in range(LAYERS))
        self.weight = nn.Linear(WIDTH, 1)
        self.repetition = nn.Parameter(torch.zeros(()))
        self.head = Mlp(2 * WIDTH + 2, WIDTH, NUMBERS + 1)
        nn.init.zeros_(cast(nn.Linear, self.head[2]).weight)

    def forward(self, jersey_sequence: Tensor, jersey_mask: Tensor) -> Tensor:
        """Read the numbers of B tracks.

        Args:
            jersey_sequence: [B, T, 133] logits in the order of ``sideline.crops.jersey``; anything where masked.
            jersey_mask: [B, T] bool, true where there is a crop.

        Returns:
            [B, 101] logits of 0–99 and, last, nothing legible; of a track without crops: nothing legible, surely.
        """
        there = jersey_mask.unsqueeze(-1)
        crops = torch.where(there, jersey_sequence, 0.0).clamp(-_LARGEST_LOGIT, _LARGEST_LOGIT)
        present = there.to(crops.dtype)
        tokens = self._look_around(crops, present)
        weights = torch.sigmoid(self.weight(tokens)) * present
        amounts = torch.log1p(torch.cat([present.sum(1), weights.sum(1)], dim=-1))
        discount = torch.exp(-torch.sigmoid(self.repetition) * amounts[:, 1:])
        votes = (weights * log_numbers(crops)).sum(1) * discount
        opinion = self.head(torch.cat([_mean(tokens, present), _mean(tokens, weights), amounts], dim=-1))
        logits = opinion + nn.functional.pad(votes, (0, 1))
        anything = present.amax(1)
        result: Tensor = anything * logits + (1.0 - anything) * _say_nothing(logits)
        return result

    def _look_around(self, crops: Tensor, present: Tensor) -> Tensor:
        legibility = cast(Tensor, split_jersey(cast(Floats, crops)).legibility)
        tokens: Tensor = self.entry(torch.cat([crops / 4.0, legibility.softmax(-1)], dim=-1))
        absent = ((1.0 - present) * _MASKED).transpose(1, 2).unsqueeze(1)
        for layer in self.layers:
            tokens = layer(tokens, absent)
        return tokens


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.itself = SelfAttention(WIDTH, HEADS)
        self.feed_forward = Mlp(WIDTH, 2 * WIDTH, WIDTH)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(2))

    def forward(self, tokens: Tensor, absent: Tensor) -> Tensor:
        tokens = self.norms[0](tokens + self.itself(tokens, bias=absent))
        result: Tensor = self.norms[1](tokens + self.feed_forward(tokens))
        return result


def log_numbers(crops: Tensor) -> Tensor:
    """Log-probabilities [..., 100] of the numbers if one is legible, less their mean: the mixture of
    ``number_log_probabilities`` in torch, none more than 6 below the likeliest.

    Args:
        crops: [..., 133] logits.
    """
    parts = split_jersey(cast(Floats, crops))
    lengths, single, tens, ones, whole = (
        cast(Tensor, part).log_softmax(-1)
        for part in (
            parts.legibility[..., ONE_DIGIT : TWO_DIGITS + 1],
            parts.single_digit,
            parts.tens_digit,
            parts.ones_digit,
            parts.whole_number,
        )
    )
    double = (tens.unsqueeze(-1) + ones.unsqueeze(-2)).flatten(-2) + lengths[..., 1:]
    low = torch.cat([single + lengths[..., :1], torch.full_like(double[..., 10:], 4 * _LEAST_LOG)], dim=-1)
    mixed = (double.exp() + low.exp() + whole.exp() + 1e-9).log()
    floored = torch.maximum(mixed - mixed.amax(-1, keepdim=True), torch.full_like(mixed, _LEAST_LOG))
    return floored - floored.mean(-1, keepdim=True)


def _mean(tokens: Tensor, weights: Tensor) -> Tensor:
    return (tokens * weights).sum(1) / weights.sum(1).clamp(min=1e-3)


def _say_nothing(logits: Tensor) -> Tensor:
    return torch.cat([torch.full_like(logits[:, :-1], -_SURE), torch.full_like(logits[:, -1:], _SURE)], dim=-1)
