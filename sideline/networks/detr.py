"""The keypoint DETR: panorama → foot-points with score and embedding.

A dense heatmap proposes the starting points of the queries, three decoder layers refine them with self-attention and
deformable sampling (Zhu et al., Deformable DETR, 2021), and there is no suppression afterwards. The embedding is made
of what the player looks like (learnt with a contrastive loss) and of the sine encoding of the refined point, so that
the ID decoder can compare both; MOTIP's embedding holds the position only implicitly.
"""

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sideline.networks.backbone import CHANNELS, STRIDES, Backbone
from sideline.networks.layers import Mlp, SelfAttention, sample_bilinear, sine_encoding
from sideline.tensors import EMBEDDING_DIMS, PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX, QUERIES

WIDTH: Final = 128
POSITION_DIMS: Final = 64
APPEARANCE_DIMS: Final = EMBEDDING_DIMS - POSITION_DIMS
DECODER_LAYERS: Final = 3
_POINTS: Final = (12, 8, 4)
"""Sampled points per query on the maps of stride 4, 8, 16."""
_BODY_HEIGHT_PX: Final = 76.0
"""A 2 m person is this tall in the panorama, wherever they stand."""
_NO_PEAK: Final = 1.0
_NO_RIDGE: Final = 20.0
"""Logits by which cells stand back that have a better one above or below, or beside them."""
_PRIOR: Final = -4.6
"""Initial logit: 1 % of the cells or queries are people (RetinaNet, Lin et al., 2017)."""


@dataclass(frozen=True, slots=True)
class Detections:
    """What one decoder layer says.

    Attributes:
        logits: [B, Q, 1].
        points_px: [B, Q, 2] x and y in pixels of the image given; pixel centres at integers.
    """

    logits: Tensor
    points_px: Tensor


@dataclass(frozen=True, slots=True)
class DetrOutput:
    """All that training needs.

    Attributes:
        heatmap: [B, 1, H/4, W/4] logits of "a foot-point lies in this cell".
        offsets_px: [B, 2, H/4, W/4] from the centre of a cell to the nearest foot-point, x and y in image pixels.
        starts_px: [B, Q, 2] centres of the cells that the queries start from, x and y in image pixels.
        layers: One :class:`Detections` a decoder layer, the last one is the answer.
        appearance: [B, Q, 192], unit length times √192.
    """

    heatmap: Tensor
    offsets_px: Tensor
    starts_px: Tensor
    layers: list[Detections]
    appearance: Tensor


class KeypointDetr(nn.Module):
    """Backbone, heatmap, decoder; :class:`DetrEngine` wraps it for export."""

    def __init__(self, queries: int = QUERIES) -> None:
        super().__init__()
        self.queries = queries
        self.backbone = Backbone()
        score = nn.Conv2d(32, 1, 1)
        nn.init.constant_(score.bias, _PRIOR)  # type: ignore[arg-type]
        self.heatmap = nn.Sequential(nn.Conv2d(CHANNELS[0], 32, 3, 1, 1), nn.ReLU(), score)
        self.offsets = nn.Conv2d(32, 2, 1)
        self.start = nn.Linear(sum(CHANNELS), WIDTH)
        self.rank = nn.Linear(1, WIDTH)
        self.layers = nn.ModuleList(DecoderLayer() for _ in range(DECODER_LAYERS))
        self.appearance = Mlp(WIDTH + DecoderLayer.sampled_dims, 256, APPEARANCE_DIMS)

    def forward(self, image: Tensor) -> DetrOutput:
        """[B, H, W, 3] uint8 RGB, H and W multiples of 32."""
        maps = self.backbone(image)
        hidden = self.heatmap[:-1](maps[0])
        heatmap, offsets = self.heatmap[-1](hidden), 4.0 * self.offsets(hidden)
        starts, scores = _propose(heatmap, self.queries)
        points = starts + _read(offsets, starts, STRIDES[0]).detach()
        start = torch.cat([_read(m, points, s) for m, s in zip(maps, STRIDES, strict=True)], dim=-1)
        queries = self.start(start) + self.rank(scores)
        outputs = []
        for layer in self.layers:
            queries, logits, points, sampled = layer(queries, points, maps)
            outputs.append(Detections(scores + logits, points))
            points = points.detach()
        appearance = self.appearance(torch.cat([queries, sampled], dim=-1))
        return DetrOutput(heatmap, offsets, starts, outputs, F.normalize(appearance, dim=-1) * APPEARANCE_DIMS**0.5)


class DecoderLayer(nn.Module):
    """Self-attention, sampling of the maps around each point, feed-forward, refinement of score and point."""

    sampled_dims: Final = sum(c * n for c, n in zip(CHANNELS, _POINTS, strict=True))

    def __init__(self) -> None:
        super().__init__()
        self.position = nn.Linear(64, WIDTH)
        self.attention = SelfAttention(WIDTH, heads=4)
        self.offsets = nn.Linear(WIDTH, 2 * sum(_POINTS))
        self.sampled = nn.Linear(self.sampled_dims, WIDTH)
        self.feed_forward = Mlp(WIDTH, 256, WIDTH)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))
        self.logit = nn.Linear(WIDTH, 1)
        self.shift = nn.Linear(WIDTH, 2)
        for head in (self.offsets, self.shift, self.logit):
            nn.init.zeros_(head.weight)
        nn.init.zeros_(self.shift.bias)
        nn.init.zeros_(self.logit.bias)
        with torch.no_grad():
            self.offsets.bias.copy_(_body_pattern().flatten() / _BODY_HEIGHT_PX)

    def forward(
        self, queries: Tensor, points: Tensor, maps: tuple[Tensor, Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One round.

        Args:
            queries: [B, Q, 128].
            points: [B, Q, 2] x, y in image pixels.
            maps: The backbone's pyramid.

        Returns:
            Queries, score logits [B, Q, 1], refined points, sampled features [B, Q, sampled_dims].
        """
        position = self.position(sine_encoding(points / PANORAMA_WIDTH_PX, 16, shortest=0.01))
        queries = self.norms[0](queries + self.attention(queries, position))
        sampled = self._sample(queries, points, maps)
        queries = self.norms[1](queries + self.sampled(sampled))
        queries = self.norms[2](queries + self.feed_forward(queries))
        return queries, self.logit(queries), points + 8.0 * self.shift(queries), sampled

    def _sample(self, queries: Tensor, points: Tensor, maps: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        batch, count = points.shape[:2]
        offsets = (self.offsets(queries) * _BODY_HEIGHT_PX).reshape(batch, count, sum(_POINTS), 2)
        where = points.unsqueeze(2) + offsets
        parts = []
        for features, stride, group in zip(maps, STRIDES, where.split(_POINTS, dim=2), strict=True):
            values = _read(features, group.reshape(batch, -1, 2), stride)
            parts.append(values.reshape(batch, count, -1))
        return torch.cat(parts, dim=-1)


class DetrEngine(nn.Module):
    """The network as it is served: fixed panorama size, normalised points, one embedding."""

    def __init__(self, network: KeypointDetr) -> None:
        super().__init__()
        self.network = network

    def forward(self, panorama: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Panorama uint8 [B, 512, 1024, 3] → logits [B, Q, 1], points [B, Q, 2] in [0, 1]², embeddings [B, Q, 256]."""
        output = self.network(panorama)
        last = output.layers[-1]
        points = points_to_uv(last.points_px)
        return last.logits, points, join_embedding(output.appearance, points)


def points_to_uv(points_px: Tensor) -> Tensor:
    """Panorama pixels [..., 2] (centres at integers) → foot_points_uv in [0, 1]²."""
    size = torch.tensor([PANORAMA_WIDTH_PX, PANORAMA_HEIGHT_PX], dtype=torch.float32, device=points_px.device)
    return ((points_px + 0.5) / size).clamp(0.0, 1.0)


def join_embedding(appearance: Tensor, points_uv: Tensor) -> Tensor:
    """Appearance [B, Q, 192] and points [B, Q, 2] → embedding [B, Q, 256]."""
    return torch.cat([appearance, sine_encoding(points_uv, POSITION_DIMS // 4, shortest=0.01)], dim=-1)


def _propose(heatmap: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The ``count`` best cells to start from: points [B, Q, 2] in image pixels and their logits [B, Q, 1], detached.

    A cell has to beat its left and right neighbours, not those above and below: people who stand behind each other are
    less than two cells apart, and a plain 3 × 3 peak loses one of ten players in a crowd. The decoder tells doubles.
    """
    logits = heatmap.detach()
    in_row = F.max_pool2d(logits, (1, 3), 1, (0, 1)) == logits
    in_square = F.max_pool2d(logits, 3, 1, 1) == logits
    handicap = torch.where(in_square, 0.0, torch.where(in_row, _NO_PEAK, _NO_RIDGE))
    index = (logits - handicap).flatten(1).topk(count, dim=1).indices
    width = heatmap.shape[-1]
    rows = torch.div(index, width, rounding_mode="floor")
    cells = torch.stack([index - rows * width, rows], dim=-1).to(torch.float32)
    stride = STRIDES[0]
    return cells * stride + (stride - 1) / 2, logits.flatten(1).gather(1, index).unsqueeze(-1)


def _read(features: Tensor, points_px: Tensor, stride: int) -> Tensor:
    return sample_bilinear(features, (points_px - (stride - 1) / 2) / stride)


def _body_pattern() -> Tensor:
    """Where a layer looks at first, relative to the foot-point: columns up the body; [points, 2] pixels."""
    patterns = []
    for count in _POINTS:
        heights = -_BODY_HEIGHT_PX * torch.linspace(0.0, 1.0, count // 2)
        sides = torch.tensor([-4.0, 4.0])
        patterns.append(torch.cartesian_prod(sides, heights))
    return torch.cat(patterns)
