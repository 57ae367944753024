"""A small residual network with a feature pyramid: panorama → maps at strides 4, 8 and 16."""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sideline.networks.layers import BasicBlock, conv_bn

STRIDES: Final = (4, 8, 16)
CHANNELS: Final = (32, 64, 64)


class Backbone(nn.Module):
    """Half-width ResNet-like stages, fused top-down (FPN, Lin et al., 2017)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv_bn(3, 16, stride=2), conv_bn(16, 32, stride=2), conv_bn(32, 32))
        self.stage8 = nn.Sequential(conv_bn(32, 64, stride=2), BasicBlock(64))
        self.stage16 = nn.Sequential(conv_bn(64, 96, stride=2), BasicBlock(96), BasicBlock(96))
        self.stage32 = nn.Sequential(conv_bn(96, 160, stride=2), BasicBlock(160))
        self.lateral8 = nn.Conv2d(64, 64, 1)
        self.lateral16 = nn.Conv2d(96, 64, 1)
        self.lateral32 = nn.Conv2d(160, 64, 1)
        self.smooth8 = conv_bn(64, 64)
        self.down4 = nn.Conv2d(64, 32, 1)
        self.smooth4 = conv_bn(32, 32)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the pyramid.

        Args:
            image: [B, H, W, 3] uint8 RGB, H and W multiples of 32.

        Returns:
            Maps [B, 32, H/4, W/4], [B, 64, H/8, W/8], [B, 64, H/16, W/16].
        """
        pixels = image.to(torch.float32).permute(0, 3, 1, 2) * (4.0 / 255.0) - 2.0
        at4 = self.stem(pixels)
        at8 = self.stage8(at4)
        at16 = self.stage16(at8)
        at32 = self.lateral32(self.stage32(at16))
        fused16 = self.lateral16(at16) + _double(at32)
        fused8 = self.smooth8(self.lateral8(at8) + _double(fused16))
        fused4 = self.smooth4(at4 + _double(self.down4(fused8)))
        return fused4, fused8, fused16


def _double(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=2.0, mode="nearest")
