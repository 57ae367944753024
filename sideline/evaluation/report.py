"""The figures of one run against the truth of its match."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from sideline.arrays import Int64s
from sideline.errors import EvaluationError
from sideline.evaluation.baseline import track_by_nearest
from sideline.evaluation.files import Truth, read_answered_frames, read_tracks, read_truth
from sideline.evaluation.matching import find_off_floor, measure_foot_point_errors
from sideline.evaluation.metrics import COMPARABLE_M, STRICT_M, measure_hota, measure_matching
from sideline.evaluation.observations import Observations


@dataclass(frozen=True, slots=True)
class FootPointError:
    """Distances between people and their detections, metres; None when nobody was found."""

    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class BaselineFigures:
    """What the nearest-neighbour tracker reaches on the same detections."""

    hota_1m: float
    assa_1m: float
    idf1: float
    id_switches: int


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a run; shares in [0,1].

    Attributes:
        frames: Frames of the match.
        answered_frames: Frames of the match that the run answered; all figures are over these.
        hota_1m, deta_1m, assa_1m: With similarity exp(ln 0.05 · d²/τ²), τ = 1 m.
        hota_5m: With τ = 5 m, comparable to GS-HOTA's localisation.
        idf1, id_switches, recall, precision: With a match radius of 0.5 m.
        foot_point_error_m: Over the pairs within 0.5 m.
        baseline: The nearest-neighbour tracker on the same detections.
        assa_gain_over_baseline: Difference of AssA at τ = 1 m.
    """

    frames: int
    answered_frames: int
    hota_1m: float
    deta_1m: float
    assa_1m: float
    hota_5m: float
    idf1: float
    id_switches: int
    recall: float
    precision: float
    foot_point_error_m: FootPointError
    baseline: BaselineFigures
    assa_gain_over_baseline: float

    def to_json(self) -> str:
        """One JSON object, keys as the attributes."""
        return json.dumps(asdict(self), indent=2)


def evaluate_run(run_dir: Path, match_dir: Path) -> Report:
    """Hold a run's micro-tracks against the truth of its match.

    Args:
        run_dir: Folder with tracks.parquet and tracks.jsonl.
        match_dir: Folder with truth.parquet.

    Raises:
        EvaluationError: a file cannot be used, or the run answered no frame of the match.
    """
    truth, tracks, answered = read_truth(match_dir), read_tracks(run_dir), read_answered_frames(run_dir)
    frames = np.intersect1d(answered, truth.frames)
    if not len(frames):
        raise EvaluationError(
            f"{run_dir} answered no frame of {match_dir}: give the match folder that was tracked, or track it again"
        )
    return compare(truth, tracks, frames)


def compare(truth: Truth, tracks: Observations, frames: Int64s) -> Report:
    """Compute all figures over the given frames.

    Args:
        truth: The people of the match.
        tracks: Detections with their IDs.
        frames: (F,) the frames that count, rising.
    """
    people, bench, tracks = truth.on_floor.within(frames), truth.off_floor.within(frames), tracks.within(frames)
    nearest = track_by_nearest(tracks.frame_index, tracks.points_m)
    counted = ~find_off_floor(people, bench, tracks, frames)
    tracks, nearest = tracks.select(counted), nearest.select(counted)
    strict, matching = measure_hota(people, tracks, frames, STRICT_M), measure_matching(people, tracks, frames)
    baseline = _measure_baseline(people, nearest, frames)
    return Report(
        frames=len(truth.frames),
        answered_frames=len(frames),
        hota_1m=strict.hota,
        deta_1m=strict.deta,
        assa_1m=strict.assa,
        hota_5m=measure_hota(people, tracks, frames, COMPARABLE_M).hota,
        idf1=matching.idf1,
        id_switches=matching.id_switches,
        recall=matching.recall,
        precision=matching.precision,
        foot_point_error_m=_summarise_errors(people, tracks, frames),
        baseline=baseline,
        assa_gain_over_baseline=strict.assa - baseline.assa_1m,
    )


def _measure_baseline(people: Observations, nearest: Observations, frames: Int64s) -> BaselineFigures:
    strict, matching = measure_hota(people, nearest, frames, STRICT_M), measure_matching(people, nearest, frames)
    return BaselineFigures(strict.hota, strict.assa, matching.idf1, matching.id_switches)


def _summarise_errors(people: Observations, tracks: Observations, frames: Int64s) -> FootPointError:
    errors_m = measure_foot_point_errors(people, tracks, frames)
    if not len(errors_m):
        return FootPointError(None, None)
    return FootPointError(float(np.median(errors_m)), float(np.percentile(errors_m, 90)))
