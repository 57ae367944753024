"""The playing field: its size and what lies on it. Knows nothing about cameras or lines' paint."""

from dataclasses import dataclass

import numpy as np

from sideline.arrays import Bools, Float64s, Floats


@dataclass(frozen=True, slots=True)
class Court:
    """A court with the origin at its centre, x along and z across.

    Attributes:
        length_m: Extent along x; 28 m in FIBA's rules (2024, art. 2.1).
        width_m: Extent along z; 15 m in FIBA's rules.
    """

    length_m: float = 28.0
    width_m: float = 15.0

    def contains(self, points_m: Floats, margin_m: float = 0.0) -> Bools:
        """Whether floor points lie on the court or at most ``margin_m`` beside it.

        Args:
            points_m: Floor points, [N, 2], x and z in metres.
            margin_m: Width of the strip around the court that still counts, metres.

        Returns:
            [N] bool; false for NaN.
        """
        half = np.array([self.length_m, self.width_m]) / 2 + margin_m
        inside: Bools = (np.abs(points_m) <= half).all(axis=-1)
        return inside

    def corners_m(self, margin_m: float = 0.0) -> Float64s:
        """Corners of the court widened by ``margin_m``: [4, 2], x and z in metres, far left first, then clockwise."""
        x, z = self.length_m / 2 + margin_m, self.width_m / 2 + margin_m
        return np.array([[-x, -z], [x, -z], [x, z], [-x, z]])
