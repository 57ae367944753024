"""What the graph tracker is told of tracklets and of pairs of them, and which pairs may be one person at all.

The training uses the same functions, so that the network meets in a match what it has learnt. Knows no network.
Lengths and times go through arcsinh, which leaves small ones as they are and bends large ones to logarithms: a gap of
0.2 s and one of ten minutes both fit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.crops.kit import REFEREE, split_team
from sideline.tensors import NODE_DIMS, PAIR_DIMS
from sideline.tracking.graph.tracklets import Tracklet

EvidenceOf: TypeAlias = Callable[[Float32s], Float32s]

_HALF_COURT_M: Final = (14.0, 7.5)
TOP_SPEED_M_S: Final = 9.0
"""No player is faster; the simulator's and real ones reach 7–8 m/s."""
SPEED_SLACK_M: Final = 1.0
"""Two foot-points of one person may be wrong by so much together."""
NEIGHBOURS: Final = 10
"""Candidates that a tracklet keeps in each direction of time (Cetintas et al., SUSHI, CVPR 2023)."""
_MOMENTUM_S: Final = 1.0
"""A velocity is forgotten over about this time: nobody runs on for ever."""
_LOOKS_WEIGHT_M: Final = 3.0
"""Two tracklets that look opposite count as this much farther apart when neighbours are ranked."""


@dataclass(frozen=True, slots=True, eq=False)
class PairGeometry:
    """From the end of the row's tracklet to the start of the column's, (N,N).

    Attributes:
        gap_s: Seconds between; negative where the column's does not start later.
        offset_m: (N,N,2).
        distance_m: Length of the offset.
        forward_m: Miss at the column's start when the row's last velocity goes on.
        backward_m: Miss at the row's end when the column's first velocity goes back.
    """

    gap_s: Float64s
    offset_m: Float64s
    distance_m: Float64s
    forward_m: Float64s
    backward_m: Float64s

    @staticmethod
    def of(gap_s: Float64s, offset_m: Float64s, start_m_s: Float64s, end_m_s: Float64s) -> "PairGeometry":
        """From gaps, offsets and the tracklets' first and last velocities (N,2)."""
        reach_s = _MOMENTUM_S * -np.expm1(-np.maximum(gap_s, 0)[..., None] / _MOMENTUM_S)
        forward, backward = offset_m - end_m_s[:, None] * reach_s, offset_m - start_m_s[None] * reach_s
        return PairGeometry(
            gap_s, offset_m, *(np.hypot(*np.moveaxis(way, 2, 0)) for way in (offset_m, forward, backward))
        )


@dataclass(frozen=True, slots=True, eq=False)
class TrackletTable:
    """N tracklets as columns, rows in the order given; times in seconds from the window's start, metres, m/s."""

    start_frames: Int64s
    end_frames: Int64s
    start_s: Float64s
    end_s: Float64s
    mean_m: Float64s
    detections: Float64s
    scores: Float64s
    crops: Int64s
    appearance: Float32s
    team: Float32s
    number_evidence: Float32s
    legible_crops: Float64s
    geometry: "PairGeometry"
    fps: float

    @staticmethod
    def of(tracklets: Sequence[Tracklet], window_start_frame: int, fps: float) -> "TrackletTable":
        """Read N ≥ 1 tracklets.

        Args:
            tracklets: In any order; the rows of all features follow it.
            window_start_frame: frame_index of the window's first frame.
            fps: Frames per second of frame_index.
        """
        looks = [each.looks for each in tracklets]
        start_frames = np.array([each.first_frame for each in tracklets], np.int64)
        end_frames = np.array([each.last_frame for each in tracklets], np.int64)
        start_s, end_s = (start_frames - window_start_frame) / fps, (end_frames - window_start_frame) / fps
        start_m = np.array([each.points_m[0] for each in tracklets], np.float64)
        end_m = np.array([each.points_m[-1] for each in tracklets], np.float64)
        start_m_s = np.array([each.start_velocity_m_s(fps) for each in tracklets])
        end_m_s = np.array([each.end_velocity_m_s(fps) for each in tracklets])
        gap_s = start_s[None] - end_s[:, None]
        return TrackletTable(
            start_frames=start_frames,
            end_frames=end_frames,
            start_s=start_s,
            end_s=end_s,
            mean_m=_mean_rows([each.points_m for each in tracklets]),
            detections=np.array([each.detections for each in tracklets], np.float64),
            scores=_mean_rows([each.scores for each in tracklets]),
            crops=np.array([each.crops for each in looks], np.int64),
            appearance=np.stack([each.appearance for each in looks]),
            team=np.stack([each.team for each in looks]),
            number_evidence=np.stack([each.number_evidence for each in looks]),
            legible_crops=np.array([each.legible_crops for each in looks], np.float64),
            geometry=PairGeometry.of(gap_s, start_m[None] - end_m[:, None], start_m_s, end_m_s),
            fps=fps,
        )

    def __len__(self) -> int:
        return len(self.crops)


def node_features(table: TrackletTable) -> Float32s:
    """(N,71) f32: appearance 64; then x/14 and z/7.5 of the mean foot-point, start and end (arcsinh s from the window's
    start), log duration (log1p s), log detections (log1p / 4), mean score."""
    duration_s = table.end_s - table.start_s
    rest = [
        *(table.mean_m / _HALF_COURT_M).T,
        np.arcsinh(table.start_s),
        np.arcsinh(table.end_s),
        np.log1p(duration_s),
        np.log1p(table.detections) / 4,
        table.scores,
    ]
    nodes = np.concatenate([table.appearance, np.stack(rest, axis=1)], axis=1, dtype=np.float32)
    return _check_width(nodes, NODE_DIMS)


def pair_features(table: TrackletTable, expected_numbers: Float64s | None = None) -> Float32s:
    """(N,N,16) f32, from the end of the row's tracklet to the start of the column's; meaningful where it starts later.

    0 gap, arcsinh s · 1, 2 dx, dz, arcsinh m · 3 distance, arcsinh m · 4 speed needed, of 9 m/s, at most 4 · 5 miss
    at the column's start when the row's velocity goes on, arcsinh m · 6 miss at the row's end when the column's goes
    back · 7 appearance cosine · 8, 9 distance of shirt and shorts colours, CIELAB/100 · 10 probability of the same
    category, player or referee · 11 log-likelihood ratio of one number on both, within [-2, 1.2] (nats / 4), given the
    numbers that are expected · 12 the smaller probability that a number was legible · 13, 14 log detections of row and
    column (log1p / 4) · 15 whether both have crops, without which 7–12 say nothing.

    Args:
        table: N tracklets.
        expected_numbers: (100,) probabilities of the jersey numbers before anything is seen; None for all alike.
    """
    geometry = table.geometry
    seen = _both(table.crops > 0)
    team = split_team(table.team)
    referee = 1 / (1 + np.exp(team.category[:, 1 - REFEREE] - team.category[:, REFEREE]))
    legible = 1 - np.exp(-table.legible_crops)
    logs = np.broadcast_to(np.log1p(table.detections)[:, None] / 4, seen.shape)
    features = [
        np.arcsinh(geometry.gap_s),
        *np.moveaxis(np.arcsinh(geometry.offset_m), 2, 0),
        np.arcsinh(geometry.distance_m),
        np.minimum(geometry.distance_m / np.maximum(geometry.gap_s, 1 / table.fps) / TOP_SPEED_M_S, 4.0),
        np.arcsinh(geometry.forward_m),
        np.arcsinh(geometry.backward_m),
        table.appearance @ table.appearance.T,
        _distances(team.shirt_lab) * seen,
        _distances(team.shorts_lab) * seen,
        np.outer(referee, referee) + np.outer(1 - referee, 1 - referee),
        np.clip(_agree_on_number(table.number_evidence, expected_numbers) / 4, -2.0, 1.2),
        np.minimum(legible[:, None], legible[None]),
        logs,
        logs.T,
        seen,
    ]
    return _check_width(np.stack(features, axis=2, dtype=np.float32, casting="same_kind"), PAIR_DIMS)


def candidate_pairs(table: TrackletTable, longest_gap_s: float, joinable: Bools | None = None) -> Bools:
    """(N,N) bool: the column's tracklet may be what the row's person does next.

    The row's ends strictly before the column's starts, the gap is not longer than longest_gap_s, a player could run
    the way, and each is among the 10 nearest of the other in place (as the velocities go on) and appearance.

    Args:
        table: N tracklets.
        longest_gap_s: Longest gap that may be bridged.
        joinable: (N,) whose columns may be joined to what was before; past tracks may not. None for all.
    """
    gap_s = table.geometry.gap_s
    possible = table.end_frames[:, None] < table.start_frames[None]
    if joinable is not None:
        possible &= joinable[None]
    possible &= gap_s <= longest_gap_s
    possible &= table.geometry.distance_m <= SPEED_SLACK_M + TOP_SPEED_M_S * np.maximum(gap_s, 0)
    miss_m = (table.geometry.forward_m + table.geometry.backward_m) / 2
    unlike = (1 - table.appearance @ table.appearance.T) * _both(table.crops > 0)
    cost = miss_m / (1 + np.maximum(gap_s, 0)) + _LOOKS_WEIGHT_M * unlike / 2
    return _keep_mutual_neighbours(possible, cost)


def weigh_teams(table: TrackletTable, evidence_of: EvidenceOf) -> Float32s:
    """(N,3) f32 team_evidence of the tracklets; even where there is no crop.

    Args:
        table: N tracklets.
        evidence_of: (…,8) team of sideline.crops.kit → (…,3) log-likelihood of each Category, even for NaN.
    """
    return evidence_of(np.where(table.crops[:, None] > 0, table.team, np.float32(np.nan)))


def _mean_rows(parts: Sequence[Float32s]) -> Float64s:
    """Mean over the rows of each part."""
    counts = np.array([len(part) for part in parts])
    sums = np.add.reduceat(np.concatenate(parts, dtype=np.float64), np.cumsum(counts) - counts, axis=0)
    return np.asarray((sums.T / counts).T, np.float64)


def _distances(colours: Float32s) -> Float64s:
    difference = colours[:, None].astype(np.float64) - colours[None]
    return np.asarray(np.sqrt((difference**2).sum(axis=2)), np.float64)


def _agree_on_number(evidence: Float32s, expected: Float64s | None) -> Float64s:
    """log (Σ_n p(n|row) p(n|column) / p(n)): 0 when either knows nothing; p(n) is 1/100 where nothing is expected."""
    prior = np.full(evidence.shape[1], 1 / evidence.shape[1]) if expected is None else expected
    posterior = prior * np.exp(evidence.astype(np.float64) - evidence.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    return np.asarray(np.log(np.maximum(posterior / prior @ posterior.T, 1e-9)), np.float64)


def _keep_mutual_neighbours(possible: Bools, cost: Float64s) -> Bools:
    cost = np.where(possible, cost, np.inf)
    by_row = np.argsort(np.argsort(cost, axis=1, kind="stable"), axis=1)
    by_column = np.argsort(np.argsort(cost, axis=0, kind="stable"), axis=0)
    return np.asarray(possible & (by_row < NEIGHBOURS) & (by_column < NEIGHBOURS), np.bool_)


def _both(flags: Bools) -> Bools:
    return np.logical_and.outer(flags, flags)


def _check_width(features: Float32s, width: int) -> Float32s:
    if features.shape[-1] != width:
        raise ValueError(f"{features.shape[-1]} features a row, the engine takes {width}")
    return features
