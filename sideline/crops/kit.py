"""The 8 numbers that an encoder says about clothes, by name, and the colours they are measured in.

Colours are CIELAB (CIE 15:2004, D65, from sRGB) divided by 100, of the kit as worn: as its owner would name it, not as
the arena's light shows it. Knows nothing about teams of a match.
"""

from dataclasses import dataclass
from typing import Final, Generic

import numpy as np
from numpy.typing import ArrayLike

from sideline.arrays import Float32s
from sideline.crops.jersey import ArrayT

TEAM_DIMS: Final = 8
PLAYER, REFEREE = 0, 1
"""Indices of `category`."""
_CATEGORY: Final = slice(0, 2)
_SHIRT: Final = slice(2, 5)
_SHORTS: Final = slice(5, 8)

_XYZ_FROM_RGB: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE_XYZ: Final = _XYZ_FROM_RGB.sum(axis=1)
_LAB_DELTA: Final = 6 / 29


@dataclass(frozen=True, slots=True, eq=False)
class TeamParts(Generic[ArrayT]):
    """What an encoder says about clothes; views of one array, the same leading axes.

    Attributes:
        category: [..., 2] logits of player and referee.
        shirt_lab, shorts_lab: [..., 3] L, a and b, each divided by 100.
    """

    category: ArrayT
    shirt_lab: ArrayT
    shorts_lab: ArrayT


def split_team(team: ArrayT) -> TeamParts[ArrayT]:
    """Name the parts of `team` [..., 8]; the parts are views.

    Raises:
        ValueError: the last axis is not 8 long.
    """
    if tuple(team.shape[-1:]) != (TEAM_DIMS,):
        raise ValueError(f"team must be [..., {TEAM_DIMS}], not {list(team.shape)}")
    return TeamParts(team[..., _CATEGORY], team[..., _SHIRT], team[..., _SHORTS])


def lab_from_rgb(rgb: ArrayLike) -> Float32s:
    """CIELAB divided by 100 of sRGB colours.

    Args:
        rgb: [..., 3] in 0..255.

    Returns:
        [..., 3]: L in [0, 1], a and b in about [-1.1, 1.1].
    """
    share = np.asarray(rgb, np.float64) / 255
    linear = np.where(share > 0.04045, ((share + 0.055) / 1.055) ** 2.4, share / 12.92)
    xyz = linear @ _XYZ_FROM_RGB.T / _WHITE_XYZ
    bent = np.where(xyz > _LAB_DELTA**3, np.cbrt(xyz), xyz / (3 * _LAB_DELTA**2) + 4 / 29)
    x, y, z = np.moveaxis(bent, -1, 0)
    lab = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1) / 100
    return np.asarray(lab, np.float32)
