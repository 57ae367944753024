"""What the crops of one micro-track say together: attention over their features, the same three heads."""

from typing import Final

import torch
from torch import Tensor, nn

from sideline.networks.crop_encoder import Heads
from sideline.networks.layers import Mlp, SelfAttention
from sideline.tensors import CROP_FEATURE_DIMS, TEMPORAL_CROPS

_WIDTH: Final = 128
_HEADS: Final = 4
_LAYERS: Final = 2
_MASKED: Final = -1e4


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention_norm, self.mlp_norm = nn.LayerNorm(_WIDTH), nn.LayerNorm(_WIDTH)
        self.attention = SelfAttention(_WIDTH, _HEADS)
        self.mlp = Mlp(_WIDTH, 2 * _WIDTH, _WIDTH)

    def forward(self, rows: Tensor, position: Tensor, bias: Tensor) -> Tensor:
        rows = rows + self.attention(self.attention_norm(rows), position, bias)
        mixed: Tensor = rows + self.mlp(self.mlp_norm(rows))
        return mixed


class TemporalEncoder(nn.Module):
    """Two layers of attention among the crops of a tracklet, and a weighted mean of them."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(CROP_FEATURE_DIMS, _WIDTH)
        self.age = nn.Parameter(0.02 * torch.randn(TEMPORAL_CROPS, _WIDTH))
        self.layers = nn.ModuleList([_Layer() for _ in range(_LAYERS)])
        self.worth = nn.Linear(_WIDTH, _HEADS)
        self.norm = nn.LayerNorm(_WIDTH)
        self.heads = Heads(_WIDTH)

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode tracklets.

        Args:
            features: [B, 15, 128] crop features, oldest first.
            mask: [B, 15] true where there is a crop; a row without any gives numbers, but of no meaning.

        Returns:
            Appearance [B, 64], jersey [B, 133], team [B, 8].
        """
        absent = (~mask).to(features.dtype) * _MASKED
        rows = self.enter(features)
        bias = absent[:, None, None, :]
        for layer in self.layers:
            rows = layer(rows, self.age, bias)
        weights = (self.worth(rows) + absent.unsqueeze(-1)).softmax(dim=1).unsqueeze(-1)
        split = rows.unflatten(-1, (_HEADS, -1))
        pooled = (weights * split).sum(dim=1).flatten(1)
        appearance, jersey, team = self.heads(self.norm(pooled))
        return appearance, jersey, team
