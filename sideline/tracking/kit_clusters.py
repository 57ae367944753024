"""Finds the two kits among the clothes seen: a mixture of two heavy-tailed clusters with one spread.

Knows colours only, neither teams nor time. A cluster's tail is Student's, so that a crop which shows somebody else's
shirt moves nothing far (Peel and McLachlan: Robust mixture modelling using the t distribution, 2000).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Float64s, Floats

KIT_DIMS: Final = 6
"""Shirt L, a, b and shorts L, a, b; CIELAB / 100."""
_FREEDOM: Final = 5.0
"""Degrees of freedom of the tails."""
_LEAST_SPREAD: Final = 0.03
_ITERATIONS: Final = 12
_STARTS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class KitPair:
    """Two kits as they are seen.

    Attributes:
        centres: [2, 6] colours of the kits.
        spread: [6] standard deviation of what is seen around them, the same for both.
    """

    centres: Float64s
    spread: Float64s

    @property
    def gap(self) -> float:
        """Distance of the centres in spreads; one cloud that was cut in two has about 1."""
        return float(np.linalg.norm((self.centres[0] - self.centres[1]) / self.spread))

    def swap(self) -> "KitPair":
        """The same kits in the other order."""
        return KitPair(self.centres[::-1], self.spread)

    def log_densities(self, colours: Floats) -> Float64s:
        """Log-density of `colours` [..., 6] under both kits, [..., 2], up to one constant."""
        squares = self._squares(colours)
        return np.asarray(-0.5 * (_FREEDOM + KIT_DIMS) * np.log1p(squares / _FREEDOM), np.float64)

    def score(self, colours: Floats, weights: Floats) -> float:
        """Mean log-density of the mixture over `colours` [N, 6] with `weights` [N]; comparable between pairs."""
        mixed = np.logaddexp.reduce(self.log_densities(colours), axis=-1) - np.log(self.spread).sum()
        return float(np.average(mixed, weights=weights))

    def refine(self, colours: Floats, weights: Floats) -> "KitPair":
        """One step of expectation and maximisation; a cluster that nobody belongs to stays where it is."""
        squares = self._squares(colours)
        densities = -0.5 * (_FREEDOM + KIT_DIMS) * np.log1p(squares / _FREEDOM)
        shares = weights[:, None] * np.exp(densities - np.logaddexp.reduce(densities, axis=-1, keepdims=True))
        pull = shares * (_FREEDOM + KIT_DIMS) / (_FREEDOM + squares)
        totals = pull.sum(axis=0)[:, None]
        centres = np.where(totals > 1e-6, pull.T @ colours / np.maximum(totals, 1e-6), self.centres)
        deviations = (colours[:, None] - centres) ** 2
        variance = np.einsum("nk,nkd->d", pull, deviations) / max(shares.sum(), 1e-6)
        return KitPair(centres, np.sqrt(variance + _LEAST_SPREAD**2))

    def _squares(self, colours: Floats) -> Float64s:
        offsets = (colours[..., None, :] - self.centres) / self.spread
        return np.asarray((offsets**2).sum(axis=-1), np.float64)


def fit_kit_pair(colours: Floats, weights: Floats) -> KitPair:
    """The two kits that explain what was seen best.

    Args:
        colours: [N, 6] with N >= 2, see KIT_DIMS.
        weights: [N] how much each counts, >= 0, not all zero.
    """
    pairs = [settle(start, colours, weights) for start in _cut_along_axes(colours, weights)]
    return max(pairs, key=lambda pair: pair.score(colours, weights))


def settle(pair: KitPair, colours: Floats, weights: Floats) -> KitPair:
    """Refine a pair until it hardly moves."""
    for _ in range(_ITERATIONS):
        pair = pair.refine(colours, weights)
    return pair


def _cut_along_axes(colours: Floats, weights: Floats) -> list[KitPair]:
    """Pairs to start from: what was seen, cut through its middle across each of its longest axes."""
    middle = np.average(colours, axis=0, weights=weights)
    _, lengths, axes = np.linalg.svd((colours - middle) * np.sqrt(weights)[:, None], full_matrices=False)
    deviations = lengths[:_STARTS] / np.sqrt(weights.sum())
    steps = deviations[:, None] * axes[:_STARTS]
    spread = np.sqrt(np.average((colours - middle) ** 2, axis=0, weights=weights) / 2 + _LEAST_SPREAD**2)
    return [KitPair(np.stack([middle - step, middle + step]), spread) for step in steps]
