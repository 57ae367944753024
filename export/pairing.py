"""Rows of a detector's answer in two forms, paired by place and score.

A detector's rows go by score, and rounding may put two that are all but equal either way: their order says nothing.
Nor does the last of a hundred: of two cells of nearly one score either may be among them, and then a row of one form
has no counterpart in the other. Nobody is served such a row as long as its score is low; see `Paired.unpaired`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from sideline import tensors
from sideline.arrays import Bools, Float32s, Int64s
from sideline.tracking.arena_tracker import ArenaTrackerSettings
from sideline.tracking.detection_selector import SelectionSettings

Arrays = Sequence[NDArray[Any]]
_Places: TypeAlias = tuple[NDArray[Any], NDArray[Any]]
"""Points in pixels [Q, 2] and logits [Q, 1]."""

SAME_PLACE_PX: Final = 4.0
"""Rows further apart are not of one foot-point: a cell of the heatmap."""
_SIZE_PX: Final = (tensors.PANORAMA_WIDTH_PX, tensors.PANORAMA_HEIGHT_PX)


@dataclass(frozen=True, slots=True)
class Paired:
    """Two answers, row beside row.

    Attributes:
        want, got: Outputs in the order given; of a detector [rows of all images, …], those left out are not there.
        rows: Rows of a detector before any was left out; 0 of another engine.
        unpaired: Rows left out: without counterpart, and in both forms below every score that is served.
    """

    want: Arrays
    got: Arrays
    rows: int = 0
    unpaired: int = 0


def pair_rows(names: Sequence[str], want: Arrays, got: Arrays) -> Paired:
    """Pair the rows of a detector by place and score; answers of other engines stay as they are.

    Args:
        names: Of the outputs, in the order of the arrays; an engine that gives points and logits is a detector.
        want, got: What both forms say, batch axis first.
    """
    if not {tensors.POINTS.name, tensors.LOGITS.name} <= set(names):
        return Paired(want, got)
    points, logits = names.index(tensors.POINTS.name), names.index(tensors.LOGITS.name)
    lowest = _lowest_served_logit(names)
    kept_want, kept_got = [], []
    for image in range(len(want[points])):
        one, other = ([output[image] for output in side] for side in (want, got))
        order = _nearest(*((side[points] * _SIZE_PX, side[logits]) for side in (one, other)))
        other = [output[order] for output in other]
        is_low = (one[logits] <= lowest) & (other[logits] <= lowest)  # so put, a NaN is kept
        kept = _is_near(one[points], other[points]) | ~is_low[:, 0]
        kept_want.append([output[kept] for output in one])
        kept_got.append([output[kept] for output in other])
    sides = [[np.concatenate(parts) for parts in zip(*side, strict=True)] for side in (kept_want, kept_got)]
    rows = want[points].shape[0] * want[points].shape[1]
    return Paired(sides[0], sides[1], rows, rows - len(sides[0][0]))


def _nearest(want: _Places, got: _Places) -> Int64s:
    """The row of ``got`` for each of ``want``; a logit counts as a pixel, for several rows may tell of one person."""
    apart = np.nan_to_num(cdist(want[0], got[0]) + cdist(want[1], got[1]), nan=np.inf)
    # Beyond the radius all are equally far: one row without counterpart does not shift the others along.
    order: Int64s = linear_sum_assignment(np.minimum(apart, SAME_PLACE_PX))[1]
    return order


def _is_near(want_uv: Float32s, got_uv: Float32s) -> Bools:
    near: Bools = np.linalg.norm((got_uv - want_uv) * _SIZE_PX, axis=1) < SAME_PLACE_PX
    return near


def _lowest_served_logit(names: Sequence[str]) -> float:
    """Path B keeps more of its detector, which gives embeddings, than those keep that have to do without."""
    selection = ArenaTrackerSettings().selection if tensors.EMBEDDINGS.name in names else SelectionSettings()
    return math.log(selection.detection_score / (1 - selection.detection_score))
