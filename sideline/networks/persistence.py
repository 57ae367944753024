"""Is this somebody who stays, or a ghost? Statistics of a short track, a transformer over its steps, a score a step.

The track is metres at 25 frames a second. Only differences between seen neighbours count, so gaps are no jumps.
"""

from typing import Final

import torch
from torch import Tensor, nn

from sideline.networks.layers import Mlp, split_heads
from sideline.networks.sequence_parts import (
    FeatureExtractor,
    InputKind,
    SequenceModel,
    SequenceNetwork,
    SequenceStates,
    TaskHead,
)
from sideline.tensors import CLIP_FRAMES

WIDTH: Final = 64
_HEADS: Final = 4
_LAYERS: Final = 4
_FPS: Final = 25.0
_STATISTICS: Final = 17
_SLOWEST_M_S: Final = 0.3
"""Under a curvature: whoever stands has no direction, only noise."""
_TINY: Final = 1e-6
"""Inside square roots, whose slope at 0 is infinite."""
_MASKED: Final = -1e4


class StatisticalFeatures(FeatureExtractor):
    """Place, velocity, acceleration, speed, direction, curvature and what is seen → 64 numbers a step."""

    input_kind = InputKind.COORDINATES
    output_dims = WIDTH

    def __init__(self) -> None:
        super().__init__()
        self.mlp = Mlp(_STATISTICS, WIDTH, WIDTH)

    def forward(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """Points [B, T, 2] in metres, anything where the mask [B, T] is false → [B, T, 64]."""
        features: Tensor = self.mlp(measure_statistics(inputs, mask))
        return features


def measure_statistics(points_m: Tensor, mask: Tensor) -> Tensor:
    """Points [B, T, 2] in metres, mask [B, T] → [B, T, 17], each about 1 in size; 0 where it cannot be said.

    In order: place beside the track's middle (2), velocity (2), acceleration (2), speed, sine and cosine of the
    direction, curvature; whether this step, it and the one before, and it and the two before are seen; of the whole
    track the share that is seen, the spread, the mean speed, the spread of the acceleration.
    """
    seen = mask.to(points_m.dtype).unsqueeze(-1)
    points_m = torch.where(mask.unsqueeze(-1), points_m, torch.zeros_like(points_m))
    middle = _average(points_m, seen)
    place = (points_m - middle) * seen
    pair = seen * _earlier(seen)
    velocity = (points_m - _earlier(points_m)) * pair * _FPS
    triple = pair * _earlier(pair)
    acceleration = (velocity - _earlier(velocity)) * triple
    speed = (velocity.square().sum(-1, keepdim=True) + _TINY).sqrt()
    direction = velocity / speed.clamp(min=_SLOWEST_M_S)
    turn = velocity[..., :1] * acceleration[..., 1:] - velocity[..., 1:] * acceleration[..., :1]
    curvature = (turn * _FPS / speed.clamp(min=_SLOWEST_M_S) ** 3).abs()
    whole = [
        seen.mean(dim=1, keepdim=True),
        (_average(place.square().sum(-1, keepdim=True), seen) + _TINY).sqrt(),
        _average(speed, pair) / 4.0,
        (_average(acceleration.square().sum(-1, keepdim=True), triple) + _TINY).sqrt() / 4.0,
    ]
    steps = [place, velocity / 4.0, acceleration / 4.0, speed / 4.0, direction, curvature.log1p() / 4.0]
    steps += [seen, pair, triple]
    return torch.cat([*steps, *(each * torch.ones_like(seen) for each in whole)], dim=-1)


def _earlier(steps: Tensor) -> Tensor:
    """[B, T, D] one step later, zeros first."""
    return torch.cat([torch.zeros_like(steps[:, :1]), steps[:, :-1]], dim=1)


def _average(values: Tensor, weights: Tensor) -> Tensor:
    """[B, T, D] and [B, T, 1] → [B, 1, D]."""
    return (values * weights).sum(dim=1, keepdim=True) / weights.sum(dim=1, keepdim=True).clamp(min=1.0)


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention_norm, self.mlp_norm = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.query_key_value, self.output = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.mlp = Mlp(WIDTH, 4 * WIDTH, WIDTH)

    def forward(self, rows: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        parts = self.query_key_value(self.attention_norm(rows)).chunk(3, dim=-1)
        query, key, value = (split_heads(part, _HEADS) for part in parts)
        weights = (query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5 + bias).softmax(-1)
        rows = rows + self.output((weights @ value).transpose(1, 2).flatten(2))
        return rows + self.mlp(self.mlp_norm(rows)), weights


class TransformerSequence(SequenceModel):
    """Four layers of four heads; a step that is not seen is not attended to."""

    input_dims = output_dims = WIDTH

    def __init__(self) -> None:
        super().__init__()
        self.time = nn.Parameter(0.02 * torch.randn(CLIP_FRAMES, WIDTH))
        self.layers = nn.ModuleList([_Layer() for _ in range(_LAYERS)])

    def forward(self, features: Tensor, mask: Tensor) -> SequenceStates:
        """[B, 25, 64], mask [B, 25] → states of 4 layers."""
        rows = features + self.time
        bias = ((~mask).to(features.dtype) * _MASKED)[:, None, None, :]
        states, attention = [], []
        for layer in self.layers:
            rows, weights = layer(rows, bias)
            states.append(rows)
            attention.append(weights)
        return SequenceStates(tuple(states), tuple(attention))


class PersistenceHead(TaskHead):
    """A logit a step: this detection is of somebody who stays."""

    input_dims = WIDTH

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.mlp = nn.LayerNorm(WIDTH), Mlp(WIDTH, WIDTH, 1)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """[B, 25, 64], mask [B, 25] → logits [B, 25]."""
        logits: Tensor = self.mlp(self.norm(states)).squeeze(-1)
        return logits


class PersistenceNetwork(SequenceNetwork):
    """The parts that are trained and served: statistics, transformer, score."""

    def __init__(self) -> None:
        super().__init__(StatisticalFeatures(), TransformerSequence(), PersistenceHead())


class PersistenceEngine(nn.Module):
    """The network as it is served: probabilities, 0 where nothing was seen."""

    def __init__(self, network: PersistenceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, points_m: Tensor, mask: Tensor) -> Tensor:
        """[B, 25, 2] metres, mask [B, 25] → [B, 25] in [0, 1]."""
        return torch.sigmoid(self.network(points_m, mask)) * mask.to(points_m.dtype)
