"""What each person looks like, learnt from tracklets that may be them, and what that says about every tracklet.

A Gaussian a person with one covariance for all (linear discriminant analysis), estimated from probabilities instead of
labels: one round of expectation maximisation.
"""

from typing import Final

import numpy as np

from sideline.arrays import Bools, Float64s, Floats, Int64s

_DIMS: Final = 16
"""Directions kept; looks of people differ in about six (README of the identity benchmark)."""
_PRIOR_WEIGHT: Final = 1.0
"""Tracklets that the mean of the person's category counts for."""
_SHRINKAGE: Final = 10.0
"""Tracklets that an even covariance counts for."""
_EVEN: Final = 0.3
"""Its size, of the covariance of all looks."""
_TEMPER: Final = 0.8
"""Weight of the evidence: looks are no Gaussians."""


def compress_looks(appearance: Floats) -> tuple[Float64s, Bools]:
    """Turn looks into their leading directions.

    Args:
        appearance: [N, D]; rows that are not finite are unknown.

    Returns:
        [N, K] coordinates, K <= 16, zeros where unknown; [N] whether known.
    """
    known = np.asarray(np.isfinite(appearance).all(axis=1), np.bool_)
    looks = np.where(known[:, None], appearance, 0.0).astype(np.float64)
    if not known.any():
        return looks[:, :1], known
    centred = np.where(known[:, None], looks - looks[known].mean(axis=0), 0.0)
    directions = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :_DIMS]
    return np.asarray(centred @ directions), known


def judge_looks(looks: Float64s, known: Bools, beliefs: Float64s, categories: Int64s) -> Float64s:
    """Log-likelihood of each tracklet's looks under each person.

    Args:
        looks: [N, K] of :func:`compress_looks`.
        known: [N].
        beliefs: [N, P + 1] probability of each person and, last, unknown.
        categories: [P].

    Returns:
        [N, P + 1]; 0 where the looks are not known.
    """
    weights = (beliefs * known[:, None])[:, :-1]
    counts = weights.sum(axis=0)
    means = _estimate_means(looks, weights, categories)
    total = looks[known].T @ looks[known] / max(int(known.sum()), 1)
    within = _estimate_within(looks, weights, means, total)
    # How a person looks is known the less, the fewer tracklets showed it; of an unknown one nothing is known.
    doubts = [*(_PRIOR_WEIGHT / (counts + _PRIOR_WEIGHT)), 1.0]
    centres = np.vstack([means, np.zeros(looks.shape[1])])
    table = [
        _log_density(looks, *each) for each in zip(centres, (within + doubt * total for doubt in doubts), strict=True)
    ]
    return np.where(known[:, None], _TEMPER * np.column_stack(table), 0.0)


def _estimate_means(looks: Float64s, weights: Float64s, categories: Int64s) -> Float64s:
    """[P, K]: what a person's tracklets show, with the category's mean where there are few."""
    sums, counts = weights.T @ looks, weights.sum(axis=0)[:, None]
    same = (categories[:, None] == categories).astype(np.float64)
    shared = (same @ sums) / np.maximum(same @ counts, 1e-9)
    return np.asarray((sums + _PRIOR_WEIGHT * shared) / (counts + _PRIOR_WEIGHT))


def _estimate_within(looks: Float64s, weights: Float64s, means: Float64s, total: Float64s) -> Float64s:
    """[K, K] covariance around the means, drawn towards an even one."""
    counts = weights.sum(axis=1)
    scatter = (looks * counts[:, None]).T @ looks
    cross = looks.T @ weights @ means
    around = (means * weights.sum(axis=0)[:, None]).T @ means
    even = _EVEN * np.trace(total) / len(total) * np.eye(len(total))
    return np.asarray((scatter - cross - cross.T + around + _SHRINKAGE * even) / (counts.sum() + _SHRINKAGE))


def _log_density(looks: Float64s, mean: Float64s, covariance: Float64s) -> Float64s:
    """[N] log-density of each row under a Gaussian, without the constant that all share."""
    values, directions = np.linalg.eigh(covariance)
    values = np.maximum(values, 1e-12)
    whitened = (looks - mean) @ (directions / np.sqrt(values))
    return np.asarray(-0.5 * (whitened**2).sum(axis=1) - 0.5 * np.log(values).sum())
