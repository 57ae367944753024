"""Rows of a detector's answer in two forms, paired by place and score.

A detector's rows go by score, and rounding may put two that are all but equal either way: their order says nothing.
Nor does the last of a hundred: of two cells of nearly one score either may be among them, and then a row of one form
has no counterpart in the other. Nobody is served such a row if its score is low, or if a better row tells of the same
person; what the tracker keeps, its own selection says (`sideline.tracking.detection_selector`).
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
from sideline.errors import EngineError
from sideline.tensors import FrameStatus
from sideline.tracking.arena_tracker import ArenaTrackerSettings
from sideline.tracking.detection_selector import Detections, DetectionSelector, RawDetections, SelectionSettings

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
        served: Of a detector (rows,) bool: what is kept by who is served, in either form. None of another engine.
        rows: Rows of a detector before any was left out; 0 of another engine.
        unpaired: Rows left out: without counterpart, and kept by nobody in both forms.
    """

    want: Arrays
    got: Arrays
    served: Bools | None = None
    rows: int = 0
    unpaired: int = 0


def pair_rows(names: Sequence[str], want: Arrays, got: Arrays, calibration: bytes | None = None) -> Paired:
    """Pair the rows of a detector by place and score; answers of other engines stay as they are.

    Args:
        names: Of the outputs, in the order of the arrays; an engine that gives points and logits is a detector.
        want, got: What both forms say, batch axis first.
        calibration: The rig file of the images, UTF-8. Without one every row above the score that is served counts as
            kept, whether a better one is near or not.
    """
    if not {tensors.POINTS.name, tensors.LOGITS.name} <= set(names):
        return Paired(want, got)
    points, logits = names.index(tensors.POINTS.name), names.index(tensors.LOGITS.name)
    settings = _selection(names)
    kept_want, kept_got, kept_served = [], [], []
    for image in range(len(want[points])):
        one, other = ([output[image] for output in side] for side in (want, got))
        served, found = (_find_served(side[logits], side[points], settings, calibration) for side in (one, other))
        order = _nearest(*((side[points] * _SIZE_PX, side[logits]) for side in (one, other)))
        other, served = [output[order] for output in other], served | found[order]
        kept = _is_near(one[points], other[points]) | served
        kept_want.append([output[kept] for output in one])
        kept_got.append([output[kept] for output in other])
        kept_served.append(served[kept])
    sides = [[np.concatenate(parts) for parts in zip(*side, strict=True)] for side in (kept_want, kept_got)]
    rows = want[points].shape[0] * want[points].shape[1]
    return Paired(sides[0], sides[1], np.concatenate(kept_served), rows, rows - len(sides[0][0]))


def _find_served(logits: Float32s, points: Float32s, settings: SelectionSettings, calibration: bytes | None) -> Bools:
    """Mark the rows [Q] that a tracker keeps, and those that are no numbers."""
    served: Bools = ~(np.isfinite(logits).all(axis=1) & np.isfinite(points).all(axis=1))
    if calibration is None:
        lowest = math.log(settings.detection_score / (1 - settings.detection_score))
        return served | (logits[:, 0] > lowest)

    def note(_frame_index: int, found: Detections) -> Int64s:
        rows = found.embeddings[:, 0].astype(np.int64)
        served[rows] = True
        return rows

    numbers = np.arange(len(logits), dtype=np.float32)[:, None]
    selector = DetectionSelector(note, settings)
    answer = selector.update(0, FrameStatus.OK, "", calibration, RawDetections(logits, points, numbers))
    if answer.status is not FrameStatus.OK:
        raise EngineError(f"the rig of the match that the engines are compared on is of no use: {answer.message}")
    return served


def _nearest(want: _Places, got: _Places) -> Int64s:
    """The row of ``got`` for each of ``want``; a logit counts as a pixel, for several rows may tell of one person."""
    apart = np.nan_to_num(cdist(want[0], got[0]) + cdist(want[1], got[1]), nan=np.inf)
    # Beyond the radius all are equally far: one row without counterpart does not shift the others along.
    order: Int64s = linear_sum_assignment(np.minimum(apart, SAME_PLACE_PX))[1]
    return order


def _is_near(want_uv: Float32s, got_uv: Float32s) -> Bools:
    near: Bools = np.linalg.norm((got_uv - want_uv) * _SIZE_PX, axis=1) < SAME_PLACE_PX
    return near


def _selection(names: Sequence[str]) -> SelectionSettings:
    """Path B's tracker has settings of its own for its detector, which gives embeddings."""
    return ArenaTrackerSettings().selection if tensors.EMBEDDINGS.name in names else SelectionSettings()
