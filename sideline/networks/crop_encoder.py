"""What one crop says about a person: appearance, jersey number, kit; one backbone, three heads.

The backbone looks twice: at the person, coarsely, and at where the number is, finely. Everything that the heads say
follows from the 128 crop features, since the temporal encoder sees nothing else.
"""

from typing import Final, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sideline.crops.jersey import JERSEY_DIMS
from sideline.crops.kit import TEAM_DIMS
from sideline.networks.layers import BasicBlock, Mlp, conv_bn
from sideline.tensors import APPEARANCE_DIMS, CROP_FEATURE_DIMS

_CHANNELS: Final = 96
_DEEP_CHANNELS: Final = 160
_NUMBER_CHANNELS: Final = 64
_NUMBER_DIMS: Final = 96
NUMBER_WINDOW: Final = (slice(48, 144), slice(16, 112))
"""Rows and columns of a crop where 97 % of the legible numbers lie wholly."""


class Encoding(NamedTuple):
    """What an encoder says about a batch of crops or tracklets.

    Attributes:
        appearance: [B, 64] unit length.
        jersey: [B, 133] logits; parts: sideline.crops.jersey.
        team: [B, 8]; parts: sideline.crops.kit.
    """

    appearance: Tensor
    jersey: Tensor
    team: Tensor


class Heads(nn.Module):
    """Features → the three answers; the temporal encoder has its own of the same form."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.appearance = nn.Linear(inputs, APPEARANCE_DIMS)
        self.jersey = Mlp(inputs, 192, JERSEY_DIMS)
        self.team = Mlp(inputs, 64, TEAM_DIMS)

    def forward(self, features: Tensor) -> Encoding:
        """[B, inputs] → what it says."""
        appearance = F.normalize(self.appearance(features), dim=-1)
        return Encoding(appearance, self.jersey(features), self.team(features))


class Glances(nn.Module):
    """Pooling of a map by looking at learned places, e.g. the number, the shirt, the shoes."""

    def __init__(self, channels: int, glances: int, dims: int) -> None:
        super().__init__()
        self.shape = (glances, dims)
        self.places = nn.Conv2d(channels, glances, 1)
        self.values = nn.Conv2d(channels, glances * dims, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """[B, channels, H, W] → [B, glances · dims]."""
        where = self.places(maps).flatten(2).softmax(dim=-1).unsqueeze(2)
        what = self.values(maps).reshape(maps.shape[0], *self.shape, -1)
        return torch.matmul(what, where.transpose(2, 3)).flatten(1)


class PersonBranch(nn.Module):
    """The whole crop: small residual stages at strides 8, 16 and 32.

    The stem takes patches of 4 × 4 at once: most people are less than half as large in the cameras as in their crops.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 32, 4, 4, bias=False), nn.BatchNorm2d(32), nn.ReLU(inplace=True))
        self.stage8 = nn.Sequential(conv_bn(32, 48, stride=2), BasicBlock(48))
        self.stage16 = nn.Sequential(conv_bn(48, _CHANNELS, stride=2), BasicBlock(_CHANNELS))
        self.stage32 = nn.Sequential(conv_bn(_CHANNELS, _DEEP_CHANNELS, stride=2), BasicBlock(_DEEP_CHANNELS))
        self.lateral32 = nn.Conv2d(_DEEP_CHANNELS, _CHANNELS, 1)
        self.glances = Glances(_CHANNELS, 8, 32)

    def forward(self, pixels: Tensor) -> Tensor:
        """[B, 3, 256, 128] → [B, 416]."""
        at16 = self.stage16(self.stage8(self.stem(pixels)))
        at32 = self.stage32(at16)
        fused = at16 + F.interpolate(self.lateral32(at32), scale_factor=2.0, mode="nearest")
        return torch.cat([self.glances(fused), at32.mean(dim=(2, 3))], dim=1)


class NumberSight(NamedTuple):
    """What the number branch sees.

    Attributes:
        pooled: [B, 384] what is at the places looked at.
        digits: [B, 3, 10] logits of a digit at the first three places; see DIGIT_PLACES.
        places: [B, 4, 144] logits of the cells of a 12 × 12 grid over the window, row by row.
    """

    pooled: Tensor
    digits: Tensor
    places: Tensor


DIGIT_PLACES: Final = ("number", "tens", "ones")
"""What the first three places of the number branch are trained to find; the fourth is free."""
CELL_PX: Final = 8
"""Pixels of a crop that a cell of the number branch's grid covers, across and down."""


class NumberBranch(nn.Module):
    """The part of the crop where numbers are, finely: places are found, and one classifier reads the digit at each.

    Places and digits are trained directly: a classifier of whole numbers alone found no way in (docs/experiments.md).
    """

    def __init__(self) -> None:
        super().__init__()
        stem = (conv_bn(3, 24, stride=2), conv_bn(24, 48, stride=2), conv_bn(48, _NUMBER_CHANNELS, stride=2))
        self.stem = nn.Sequential(*stem)
        self.stage8 = nn.Sequential(BasicBlock(_NUMBER_CHANNELS), BasicBlock(_NUMBER_CHANNELS))
        self.places = nn.Conv2d(_NUMBER_CHANNELS, len(DIGIT_PLACES) + 1, 1)
        self.values = conv_bn(_NUMBER_CHANNELS, _NUMBER_DIMS, kernel=1)
        self.digit = Mlp(_NUMBER_DIMS, _NUMBER_DIMS, 10)

    def forward(self, pixels: Tensor) -> NumberSight:
        """Pixels [B, 3, 256, 128] of crops in [-2, 2]."""
        rows, columns = NUMBER_WINDOW
        maps = self.stage8(self.stem(pixels[:, :, rows, columns]))
        places = self.places(maps).flatten(2)
        pooled = torch.matmul(places.softmax(dim=-1), self.values(maps).flatten(2).transpose(1, 2))
        return NumberSight(pooled.flatten(1), self.digit(pooled[:, : len(DIGIT_PLACES)]), places)


def to_pixels(crops: Tensor) -> Tensor:
    """Crops [B, 256, 128, 3] uint8 RGB → [B, 3, 256, 128] in [-2, 2]."""
    return crops.to(torch.float32).permute(0, 3, 1, 2) * (4.0 / 255.0) - 2.0


class CropBackbone(nn.Module):
    """Both branches."""

    def __init__(self) -> None:
        super().__init__()
        self.person, self.number = PersonBranch(), NumberBranch()

    def forward(self, crops: Tensor) -> tuple[Tensor, NumberSight]:
        """Crops [B, 256, 128, 3] uint8 RGB → what both saw [B, 830], and what the number branch saw alone."""
        pixels = to_pixels(crops)
        sight = self.number(pixels)
        return torch.cat([self.person(pixels), sight.pooled, sight.digits.flatten(1)], dim=1), sight


class CropEncoder(nn.Module):
    """Backbone, features, heads."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = CropBackbone()
        self.features = nn.Sequential(nn.Linear(830, 256), nn.ReLU(), nn.Linear(256, CROP_FEATURE_DIMS))
        self.heads = Heads(CROP_FEATURE_DIMS)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Encode crops.

        Args:
            crops: [B, 256, 128, 3] uint8 RGB.

        Returns:
            Appearance [B, 64], jersey [B, 133], team [B, 8], crop features [B, 128].
        """
        encoding, features, _ = self.look(crops)
        return *encoding, features

    def look(self, crops: Tensor) -> tuple[Encoding, Tensor, NumberSight]:
        """Encoding, crop features [B, 128] and, for training, what the number branch saw."""
        seen, sight = self.backbone(crops)
        features = self.features(seen)
        return self.heads(features), features, sight
