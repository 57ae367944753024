"""HOTA and CLEAR by the kept library `trackeval`, with the similarity of points in metres; IDF1.

Knows how observations become the library's tables; the formulas of HOTA and CLEAR are the library's. Its IDF1 needs a
square matrix of people plus tracks, 24 GB for two minutes of single detections; the one here is equal and needs none.
"""

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from sideline.arrays import Float64s, Int64s
from sideline.evaluation.observations import Observations

if TYPE_CHECKING:
    from trackeval.metrics._base_metric import Sequence

MATCH_RADIUS_M: Final = 0.5
"""A detection further away than this did not find its player."""
STRICT_M: Final = 1.0
"""τ of the strict figures."""
COMPARABLE_M: Final = 5.0
"""τ of GS-HOTA (SoccerNet Game State), for figures that can be compared."""
_SIMILARITY_AT_TAU: Final = 0.05


@dataclass(frozen=True, slots=True)
class Hota:
    """HOTA and its two halves, means over the thresholds 0.05 … 0.95; each in [0,1]."""

    hota: float
    deta: float
    assa: float


@dataclass(frozen=True, slots=True)
class Matching:
    """What holds at the match radius: IDF1, recall and precision in [0,1], and the number of identity switches."""

    idf1: float
    id_switches: int
    recall: float
    precision: float


def similarity_from_distance(distance_m: Float64s, tau_m: float) -> Float64s:
    """exp(ln 0.05 · d²/τ²): 1 on the spot, 0.05 at a distance of τ.

    Args:
        distance_m: Any shape, metres.
        tau_m: τ, metres.
    """
    return np.asarray(np.exp(np.log(_SIMILARITY_AT_TAU) * (distance_m / tau_m) ** 2))


def distances_between(first_m: Float64s, second_m: Float64s) -> Float64s:
    """Distances (N,M) in metres between points (N,2) and (M,2)."""
    return np.asarray(np.linalg.norm(first_m[:, None] - second_m[None], axis=2))


def measure_hota(
    truth: Observations,
    found: Observations,
    frames: Int64s,
    tau_m: float,
    labels: tuple[Int64s, Int64s] | None = None,
) -> Hota:
    """HOTA over the given frames (Luiten et al., IJCV 2021), or GS-HOTA (Somers et al., CVPRW 2024).

    Args:
        truth: Who really stood where.
        found: Who the tracker says stands where.
        frames: (F,) the frames that count.
        tau_m: τ of the similarity, metres.
        labels: For GS-HOTA, what must be equal beside the place: a code for each row of ``truth`` and of ``found``;
            where two differ, their similarity is zero. The library's SoccerNetGS does the same, but reads files only.
    """
    with _quiet():
        from trackeval.metrics.hota import HOTA
    scores = HOTA().eval_sequence(_sequence(truth, found, frames, tau_m, labels))
    return Hota(*(float(np.mean(scores[name])) for name in ("HOTA", "DetA", "AssA")))


def measure_matching(truth: Observations, found: Observations, frames: Int64s) -> Matching:
    """IDF1 (Ristani et al., 2016) and CLEAR's counts (Bernardin and Stiefelhagen, 2008) at the match radius.

    Args: as `measure_hota`.
    """
    with _quiet():
        from trackeval.metrics.clear import CLEAR
    threshold = float(similarity_from_distance(np.array(MATCH_RADIUS_M), STRICT_M))
    config: dict[str, float | bool] = {"THRESHOLD": threshold, "PRINT_CONFIG": False}
    sequence = _sequence(truth, found, frames, STRICT_M)
    clear = CLEAR(config).eval_sequence(sequence)
    hits = float(clear["CLR_TP"])
    return Matching(
        idf1=_measure_idf1(sequence, threshold),
        id_switches=int(clear["IDSW"]),
        recall=hits / max(1.0, hits + float(clear["CLR_FN"])),
        precision=hits / max(1.0, hits + float(clear["CLR_FP"])),
    )


def _measure_idf1(sequence: "Sequence", threshold: float) -> float:
    """The pairing of people and tracks with the most detections in common, as a share of all detections."""
    common = np.zeros((sequence["num_gt_ids"], sequence["num_tracker_ids"]))
    steps = zip(sequence["gt_ids"], sequence["tracker_ids"], sequence["similarity_scores"], strict=True)
    for people, tracks, similarity in steps:
        rows, columns = np.nonzero(similarity >= threshold)
        common[people[rows], tracks[columns]] += 1
    hits = common[linear_sum_assignment(common, maximize=True)].sum()
    return float(2 * hits / max(1, sequence["num_gt_dets"] + sequence["num_tracker_dets"]))


def _sequence(
    truth: Observations,
    found: Observations,
    frames: Int64s,
    tau_m: float,
    labels: tuple[Int64s, Int64s] | None = None,
) -> "Sequence":
    truth_rows, found_rows = truth.rows_of(frames), found.rows_of(frames)
    truth_ids, truth_numbers = np.unique(truth.ids, return_inverse=True)
    found_ids, found_numbers = np.unique(found.ids, return_inverse=True)
    truth_labels, found_labels = labels or (np.zeros_like(truth.ids), np.zeros_like(found.ids))
    return {
        "num_timesteps": len(frames),
        "num_gt_ids": len(truth_ids),
        "num_tracker_ids": len(found_ids),
        "num_gt_dets": sum(map(len, truth_rows)),
        "num_tracker_dets": sum(map(len, found_rows)),
        "gt_ids": [truth_numbers[rows] for rows in truth_rows],
        "tracker_ids": [found_numbers[rows] for rows in found_rows],
        "similarity_scores": [
            similarity_from_distance(distances_between(truth.points_m[true], found.points_m[seen]), tau_m)
            * (truth_labels[true][:, None] == found_labels[seen])
            for true, seen in zip(truth_rows, found_rows, strict=True)
        ],
    }


def _quiet() -> contextlib.redirect_stdout[io.StringIO]:
    """The library prints on import which of its other metrics cannot be had."""
    return contextlib.redirect_stdout(io.StringIO())
