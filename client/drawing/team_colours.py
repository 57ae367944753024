"""Which colour a team has in the pictures: its shirt's, or a neutral one where that would not tell the teams apart."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from client.drawing.palette import Rgb
from sideline.match_sheet import MatchSheet
from sideline.tensors import Category

_A: Final[Rgb] = (74, 163, 255)
_B: Final[Rgb] = (255, 159, 64)
_REFEREE: Final[Rgb] = (168, 168, 168)
_UNKNOWN: Final[Rgb] = (92, 108, 140)
_NEARLY_SAME: Final = 0.3
"""Distance of two shirts in CIELAB / 100 below which a viewer would mix the teams up."""


@dataclass(frozen=True, slots=True)
class TeamColours:
    """Colours of home, away and referees, RGB."""

    home: Rgb = _A
    away: Rgb = _B
    referee: Rgb = _REFEREE

    @classmethod
    def of_match_sheet(cls, sheet: MatchSheet | None) -> "TeamColours":
        """The shirts' colours; neutral ones without a sheet, or where the shirts are nearly the same."""
        if sheet is None or np.linalg.norm(sheet.home.kit.lab[:3] - sheet.away.kit.lab[:3]) < _NEARLY_SAME:
            return cls()
        return cls(sheet.home.kit.shirt_rgb, sheet.away.kit.shirt_rgb)

    def of_category(self, category: Category | None) -> Rgb:
        """Colour of a category; a slate of its own for one that is not known."""
        return _UNKNOWN if category is None else (self.home, self.away, self.referee)[category]
