"""From the ID decoder's logits to one label per detection (Gao et al., "Multiple Object Tracking as ID Prediction").

Stateless: knows probabilities and which labels are live, not who holds a label or what happens to a newborn.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from sideline.arrays import Bools, Float32s, Float64s, Floats, Int64s
from sideline.tensors import IDENTITY_SLOTS, NEWBORN

_SMALLEST_PROBABILITY = 1e-30
_LEAST_LOG_PROBABILITY = -12.0
_FORBIDDEN_COST = 1e6


def log_probabilities(id_logits: Float32s) -> Float64s:
    """Log-softmax over the 51 words, no word below −12: a decoder that is sure may be wrong.

    Args:
        id_logits: (N,51) f32.

    Returns:
        (N,51) in [−12, 0]; a row with a logit that is not finite is NaN throughout.
    """
    finite = np.isfinite(id_logits).all(axis=1, keepdims=True)
    logits = np.where(finite, id_logits, 0.0).astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return np.where(finite, np.maximum(logits, _LEAST_LOG_PROBABILITY), np.nan)


def label_probabilities(logits: Floats) -> Float64s:
    """Softmax over the 51 words.

    Args:
        logits: (N,51).

    Returns:
        (N,51) in [0,1], rows sum to 1; a row with a logit that is not finite is 0 throughout.
    """
    finite = np.isfinite(logits).all(axis=1, keepdims=True)
    shifted = np.where(finite, logits, 0.0).astype(np.float64)
    weights = np.exp(shifted - shifted.max(axis=1, keepdims=True)) * finite
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1.0))


def assign_by_object_max(probabilities: Float64s, live_labels: Bools, id_threshold: float) -> Int64s:
    """Give every detection its most probable label; of two that want the same, the more probable one has it.

    Args:
        probabilities: (N,51), the last word is newborn.
        live_labels: (50,) labels with an observation in memory.
        id_threshold: A label below this probability is not believed.

    Returns:
        (N,) labels 0–49, each at most once, or 50 for a newborn.
    """
    labels = np.full(len(probabilities), NEWBORN, np.int64)
    best = probabilities.argmax(axis=1)
    best_probability = probabilities.max(axis=1)
    free = np.append(live_labels, False)
    for row in np.argsort(-best_probability, kind="stable"):
        if free[best[row]] and best_probability[row] >= id_threshold:
            labels[row], free[best[row]] = best[row], False
    return labels


def assign_by_hungarian(probabilities: Float64s, live_labels: Bools, id_threshold: float) -> Int64s:
    """Give the labels that are most probable together, every detection being free to be newborn instead.

    Args, Returns: as `assign_by_object_max`.
    """
    count = len(probabilities)
    cost = -np.log(np.maximum(probabilities, _SMALLEST_PROBABILITY))
    believed = live_labels & (probabilities[:, :IDENTITY_SLOTS] >= id_threshold)
    label_cost = np.where(believed, cost[:, :IDENTITY_SLOTS], _FORBIDDEN_COST)
    newborn_cost = np.repeat(cost[:, NEWBORN:], count, axis=1)
    _, columns = linear_sum_assignment(np.hstack([label_cost, newborn_cost]))
    return np.asarray(np.minimum(columns, NEWBORN), np.int64)
