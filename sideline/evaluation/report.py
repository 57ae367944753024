"""The figures of one run against the truth of its match."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from sideline.arrays import Bools, Int64s
from sideline.evaluation.baseline import track_by_nearest
from sideline.evaluation.files import Truth, read_run_of_match
from sideline.evaluation.identification import FinalTracks, IdentificationFigures, measure_identification
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
class MicroFigures:
    """What the run's micro-tracks alone reach, before the graph joins them."""

    hota_1m: float
    assa_1m: float
    idf1: float


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a run; shares in [0,1].

    The figures are of the final tracks, or, for a run without any, of its micro-tracks; what can only be said of tracks
    is None then, and so is what the match's truth does not tell (who is in which team).

    Attributes:
        frames: Frames of the match.
        answered_frames: Frames of the match that the run answered; all figures are over these.
        hota_1m, deta_1m, assa_1m: With similarity exp(ln 0.05 · d²/τ²), τ = 1 m.
        hota_5m: With τ = 5 m, comparable to GS-HOTA's localisation.
        idf1, id_switches, recall, precision: With a match radius of 0.5 m.
        foot_point_error_m: Over the pairs within 0.5 m.
        baseline: The nearest-neighbour tracker on the same detections.
        assa_gain_over_baseline: Difference of AssA at τ = 1 m.
        micro: The micro-tracks on the same detections; None where each is a single detection (path A).
        assa_gain_over_micro: Difference of AssA at τ = 1 m.
        teams_named, team_accuracy, player_tracks, jersey_coverage, jersey_accuracy, gs_hota: See
            ``IdentificationFigures``.
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
    micro: MicroFigures | None
    assa_gain_over_micro: float | None
    teams_named: bool | None
    team_accuracy: float | None
    player_tracks: int | None
    jersey_coverage: float | None
    jersey_accuracy: float | None
    gs_hota: float | None

    def to_json(self) -> str:
        """One JSON object, keys as the attributes."""
        return json.dumps(asdict(self), indent=2)


def evaluate_run(run_dir: Path, match_dir: Path) -> Report:
    """Hold a run's tracks against the truth of its match.

    Args:
        run_dir: Folder with tracks.parquet, tracks.jsonl and, where the run has tracks, people.parquet.
        match_dir: Folder with truth.parquet.

    Raises:
        EvaluationError: a file cannot be used, or the run answered no frame of the match.
    """
    truth, run, frames = read_run_of_match(run_dir, match_dir)
    return compare(truth, run.micro, frames, run.tracks)


def compare(truth: Truth, micro: Observations, frames: Int64s, tracks: FinalTracks | None = None) -> Report:
    """Compute all figures over the given frames.

    Args:
        truth: The people of the match.
        micro: Detections with their micro-tracks.
        frames: (F,) the frames that count, rising.
        tracks: Detections with their final tracks, mostly the same ones; None for a run without.
    """
    people = truth.on_floor.within(frames)
    micro = micro.select(np.isin(micro.frame_index, frames))
    nearest = track_by_nearest(micro.frame_index, micro.points_m)
    counted = _find_counted(truth, micro, frames)
    micro, nearest = micro.select(counted), nearest.select(counted)
    tracks = tracks and tracks.select(_find_counted(truth, tracks.found, frames))
    found = micro if tracks is None else tracks.found
    strict, matching = measure_hota(people, found, frames, STRICT_M), measure_matching(people, found, frames)
    baseline = _measure_baseline(people, nearest, frames)
    micro_figures = None if tracks is None else _measure_micro(people, micro, frames)
    named = _identify(truth, people, tracks, frames)
    return Report(
        frames=len(truth.frames),
        answered_frames=len(frames),
        hota_1m=strict.hota,
        deta_1m=strict.deta,
        assa_1m=strict.assa,
        hota_5m=measure_hota(people, found, frames, COMPARABLE_M).hota,
        idf1=matching.idf1,
        id_switches=matching.id_switches,
        recall=matching.recall,
        precision=matching.precision,
        foot_point_error_m=_summarise_errors(people, found, frames),
        baseline=baseline,
        assa_gain_over_baseline=strict.assa - baseline.assa_1m,
        micro=micro_figures,
        assa_gain_over_micro=None if micro_figures is None else strict.assa - micro_figures.assa_1m,
        teams_named=named.teams_named,
        team_accuracy=named.team_accuracy,
        player_tracks=named.player_tracks,
        jersey_coverage=named.jersey_coverage,
        jersey_accuracy=named.jersey_accuracy,
        gs_hota=named.gs_hota,
    )


def _find_counted(truth: Truth, found: Observations, frames: Int64s) -> Bools:
    """(N,) bool: detections of these frames that show nobody on the bench."""
    people, bench = truth.on_floor.within(frames), truth.off_floor.within(frames)
    answered = np.isin(found.frame_index, frames)
    counted = answered.copy()
    counted[answered] = ~find_off_floor(people, bench, found.select(answered), frames)
    return counted


def _identify(truth: Truth, people: Observations, tracks: FinalTracks | None, frames: Int64s) -> IdentificationFigures:
    if tracks is None or truth.naming is None:
        return IdentificationFigures()
    return measure_identification(people, truth.naming, tracks, frames)


def _measure_micro(people: Observations, micro: Observations, frames: Int64s) -> MicroFigures | None:
    """None for path A, whose micro-tracks are single detections: they tell nothing."""
    if len(np.unique(micro.ids)) == len(micro.ids):
        return None
    strict, matching = measure_hota(people, micro, frames, STRICT_M), measure_matching(people, micro, frames)
    return MicroFigures(strict.hota, strict.assa, matching.idf1)


def _measure_baseline(people: Observations, nearest: Observations, frames: Int64s) -> BaselineFigures:
    strict, matching = measure_hota(people, nearest, frames, STRICT_M), measure_matching(people, nearest, frames)
    return BaselineFigures(strict.hota, strict.assa, matching.idf1, matching.id_switches)


def _summarise_errors(people: Observations, tracks: Observations, frames: Int64s) -> FootPointError:
    errors_m = measure_foot_point_errors(people, tracks, frames)
    if not len(errors_m):
        return FootPointError(None, None)
    return FootPointError(float(np.median(errors_m)), float(np.percentile(errors_m, 90)))
