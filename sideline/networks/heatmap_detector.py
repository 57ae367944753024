"""The heatmap detector of path A: panorama → foot-points with score, without queries or embeddings.

It is the first half of the keypoint DETR (backbone, heatmap, offsets) with the same names: a checkpoint of either fits.
Peaks are read as in CenterNet (Zhou et al., 2019), a cell moved by its offset, but have to beat their neighbours in the
row only: people who stand behind each other are less than two cells apart, and doubles are dropped later, in metres.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sideline.networks.backbone import CHANNELS, STRIDES, Backbone
from sideline.networks.detr import points_to_uv
from sideline.tensors import QUERIES

_STRIDE: Final = STRIDES[0]
_NO_PEAK: Final = 20.0
"""Logits by which cells stand back that a neighbour in the row beats."""
_PRIOR: Final = -4.6
"""Initial logit: 1 % of the cells are people (RetinaNet, Lin et al., 2017)."""
_DETR_ONLY: Final = ("start", "rank", "layers", "appearance")
"""Children of the keypoint DETR that come after the heatmap."""


@dataclass(frozen=True, slots=True)
class Heatmap:
    """What training needs.

    Attributes:
        logits: [B, 1, H/4, W/4] logits of "a foot-point lies in this cell".
        offsets_px: [B, 2, H/4, W/4] from the centre of a cell to the nearest foot-point, x and y in image pixels.
    """

    logits: Tensor
    offsets_px: Tensor


class HeatmapDetector(nn.Module):
    """Backbone, heatmap, offsets; :class:`HeatmapEngine` wraps it for export."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone()
        score = nn.Conv2d(32, 1, 1)
        nn.init.constant_(score.bias, _PRIOR)  # type: ignore[arg-type]
        self.heatmap = nn.Sequential(nn.Conv2d(CHANNELS[0], 32, 3, 1, 1), nn.ReLU(), score)
        self.offsets = nn.Conv2d(32, 2, 1)

    def forward(self, image: Tensor) -> Heatmap:
        """[B, H, W, 3] uint8 RGB, H and W multiples of 32."""
        hidden = self.heatmap[:-1](self.backbone(image)[0])
        return Heatmap(self.heatmap[-1](hidden), _STRIDE * self.offsets(hidden))

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Take the weights of a heatmap detector, or of a keypoint DETR, whose decoder is left out."""
        kept = {name: value for name, value in state_dict.items() if name.split(".")[0] not in _DETR_ONLY}
        return super().load_state_dict(kept, strict, assign)


class HeatmapEngine(nn.Module):
    """The network as it is served: the best peaks in the form of the keypoint DETR's answer."""

    def __init__(self, network: HeatmapDetector) -> None:
        super().__init__()
        self.network = network

    def forward(self, panorama: Tensor) -> tuple[Tensor, Tensor]:
        """Panorama uint8 [B, 512, 1024, 3] → logits [B, Q, 1], points [B, Q, 2] in [0, 1]²."""
        heatmap = self.network(panorama)
        logits, points_px = read_peaks(heatmap, QUERIES)
        return logits, points_to_uv(points_px)


def read_peaks(heatmap: Heatmap, count: int) -> tuple[Tensor, Tensor]:
    """The ``count`` best cells, best first.

    Returns:
        Logits [B, Q, 1] (cells that are no peaks come last, 20 lower) and points [B, Q, 2], x and y in image pixels.
    """
    logits = heatmap.logits
    is_peak = F.max_pool2d(logits, (1, 3), 1, (0, 1)) == logits
    best, index = (logits - torch.where(is_peak, 0.0, _NO_PEAK)).flatten(1).topk(count, dim=1)
    width = logits.shape[-1]
    rows = torch.div(index, width, rounding_mode="floor")
    cells = torch.stack([index - rows * width, rows], dim=-1).to(torch.float32)
    offsets_px = heatmap.offsets_px.flatten(2).gather(2, index.unsqueeze(1).expand(-1, 2, -1)).transpose(1, 2)
    return best.unsqueeze(-1), cells * _STRIDE + (_STRIDE - 1) / 2 + offsets_px
