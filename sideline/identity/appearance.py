"""What each person looks like, learnt from tracklets that may be them, and what that says about every tracklet.

A Gaussian a person with one covariance for all (linear discriminant analysis), estimated from probabilities instead of
labels: one round of expectation maximisation.
"""

from typing import Final

import numpy as np

from sideline.arrays import Bools, Float64s, Floats, Int64s

_DIMS: Final = 16
"""Directions kept; looks of people differ in about six (README of the identity benchmark)."""
_PRIOR_WEIGHT: Final = 2.0
"""Tracklets that the mean of the person's category counts for."""
_SHRINKAGE: Final = 40.0
"""Tracklets that an even covariance counts for."""
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
    weights = beliefs * known[:, None]
    means = _estimate_means(looks, weights[:, :-1], categories)
    total = looks[known].T @ looks[known] / max(int(known.sum()), 1)
    within = _estimate_within(looks, weights[:, :-1], means, total)
    table = np.empty_like(beliefs)
    table[:, :-1] = _log_densities(looks, means, within)
    table[:, -1] = _log_densities(looks, np.zeros((1, looks.shape[1])), total + within)[:, 0]
    return np.where(known[:, None], _TEMPER * table, 0.0)


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
    even = np.trace(total) / len(total) * np.eye(len(total))
    return np.asarray((scatter - cross - cross.T + around + _SHRINKAGE * even) / (counts.sum() + _SHRINKAGE))


def _log_densities(looks: Float64s, means: Float64s, covariance: Float64s) -> Float64s:
    """[N, M] log-density of each row under a Gaussian at each mean, without the constant that all share."""
    values, directions = np.linalg.eigh(covariance)
    values = np.maximum(values, 1e-12)
    whiten = directions / np.sqrt(values)
    seen, expected = looks @ whiten, means @ whiten
    squares = (seen**2).sum(axis=1)[:, None] - 2 * seen @ expected.T + (expected**2).sum(axis=1)
    return np.asarray(-0.5 * squares - 0.5 * np.log(values).sum())
