"""What a heatmap detector reaches on panoramas with truth, by threshold; doubles are dropped as the tracker does it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from sideline.arrays import Float32s, Float64s
from sideline.networks.heatmap_detector import HeatmapDetector, HeatmapEngine
from sideline.training.detections import pair_with_people, select_distinct, to_pixels
from sideline.training.panoramas import Shard, Truth, open_shards

THRESHOLDS: Final = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6)
"""The tracker's is 0.45."""


@dataclass(frozen=True, slots=True)
class HeatmapScores:
    """What a detector reaches at one threshold.

    Attributes:
        threshold: Score from which a detection counts.
        recall, precision: Share of people found and of detections that are people, within 0.5 m.
        error_m_median, error_m_p90: Distance of the pairs, metres.
    """

    threshold: float
    recall: float
    precision: float
    error_m_median: float
    error_m_p90: float

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision."""
        return 2 * self.recall * self.precision / max(1e-9, self.recall + self.precision)


def measure_heatmap(
    network: HeatmapDetector, data: Path, thresholds: tuple[float, ...] = THRESHOLDS, frames: int = 6
) -> list[HeatmapScores]:
    """Measure ``network`` on ``frames`` evenly spread frames of every shard, once for every threshold."""
    engine = HeatmapEngine(network).eval()
    tallies = [_Tally(threshold) for threshold in thresholds]
    for shard in open_shards(data):
        for frame in np.unique(np.linspace(0, len(shard.images) - 1, frames).astype(np.int64)):
            points_px, scores = _detect(engine, shard, int(frame))
            for tally in tallies:
                tally.add(points_px, scores, shard.truth, int(frame))
    return [tally.scores() for tally in tallies]


def _detect(engine: HeatmapEngine, shard: Shard, frame: int) -> tuple[Float64s, Float32s]:
    with torch.no_grad():
        logits, points = engine(torch.from_numpy(np.array(shard.images[frame : frame + 1])))
    return to_pixels(points[0].numpy()), logits[0, :, 0].sigmoid().numpy()


class _Tally:
    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._people = self._detections = 0
        self._errors: list[float] = []

    def add(self, points_px: Float64s, scores: Float32s, truth: Truth, frame: int) -> None:
        """Count one frame."""
        kept = select_distinct(points_px, scores, truth, self._threshold)
        rows, people = pair_with_people(points_px[kept], truth, frame)
        required = truth.required[frame, people]
        offsets = (points_px[kept][rows] - truth.points_px[frame, people]) * truth.metres_per_px[frame, people]
        self._people += int(truth.required[frame].sum())
        self._detections += len(kept) - int((~required).sum())
        self._errors.extend(np.hypot(*offsets.T)[required])

    def scores(self) -> HeatmapScores:
        errors = np.array(self._errors or [np.nan])
        return HeatmapScores(
            self._threshold,
            len(self._errors) / max(1, self._people),
            len(self._errors) / max(1, self._detections),
            float(np.median(errors)),
            float(np.quantile(errors, 0.9)),
        )
