"""What a detector reaches on panoramas with truth, doubles dropped as the tracker does it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from sideline.arrays import Float32s, Float64s, Int64s
from sideline.networks.detr import APPEARANCE_DIMS, DetrEngine, KeypointDetr
from sideline.training.detections import pair_with_people, select_distinct, to_pixels
from sideline.training.panoramas import Shard, Truth, open_shards


@dataclass(frozen=True, slots=True)
class DetrScores:
    """What a detector reaches on shards.

    Attributes:
        recall, precision: Share of people found and of detections that are people, within 0.5 m.
        error_m_median, error_m_p90: Distance of the pairs, metres.
        retrieval: Share of people whose nearest appearance in another frame of the match is their own.
    """

    recall: float
    precision: float
    error_m_median: float
    error_m_p90: float
    retrieval: float


def validate_detr(network: KeypointDetr, data: Path, threshold: float = 0.4, frames: int = 6) -> DetrScores:
    """Measure ``network`` on ``frames`` evenly spread frames of every shard, detections scored above ``threshold``."""
    engine = DetrEngine(network).eval()
    tally = _Tally()
    for shard in open_shards(data):
        seen = [_look(engine, shard, int(k), tally, threshold) for k in _spread(len(shard.images), frames)]
        tally.add_retrieval(np.concatenate([row for row, _ in seen]), np.concatenate([owner for _, owner in seen]))
    return tally.scores()


def _spread(available: int, wanted: int) -> Int64s:
    return np.unique(np.linspace(0, available - 1, min(wanted, available)).astype(np.int64))


def _look(engine: DetrEngine, shard: Shard, frame: int, tally: "_Tally", threshold: float) -> tuple[Float32s, Int64s]:
    """Appearances and owners (with the frame) of the people found in one frame."""
    with torch.no_grad():
        logits, points, embeddings = engine(torch.from_numpy(np.array(shard.images[frame : frame + 1])))
    points_px, scores = to_pixels(points[0].numpy()), logits[0, :, 0].sigmoid().numpy()
    kept = select_distinct(points_px, scores, shard.truth, threshold)
    rows, people = tally.add(points_px[kept], shard.truth, frame)
    return embeddings[0].numpy()[kept[rows], :APPEARANCE_DIMS], shard.truth.person_ids[people] + 10_000 * frame


class _Tally:
    def __init__(self) -> None:
        self.people = self.detections = self.asked = self.right = 0
        self.errors: list[float] = []

    def add(self, points_px: Float64s, truth: Truth, frame: int) -> tuple[Int64s, Int64s]:
        """Count one frame; returns the rows of detections and the people that belong together and count."""
        rows, people = pair_with_people(points_px, truth, frame)
        required = truth.required[frame, people]
        offsets = (points_px[rows] - truth.points_px[frame, people]) * truth.metres_per_px[frame, people]
        self.people += int(truth.required[frame].sum())
        self.detections += len(points_px) - int((~required).sum())
        self.errors.extend(np.hypot(*offsets.T)[required])
        return rows[required], people[required]

    def add_retrieval(self, features: Float32s, owners: Int64s) -> None:
        """Nearest neighbour among other frames of the match."""
        if not len(owners):
            return
        frame, person = owners // 10_000, owners % 10_000
        similarity = features @ features.T
        similarity[frame[:, None] == frame[None]] = -np.inf
        self.asked += len(owners)
        self.right += int((person[similarity.argmax(1)] == person).sum())

    def scores(self) -> DetrScores:
        errors = np.array(self.errors or [np.nan])
        return DetrScores(
            recall=len(self.errors) / max(1, self.people),
            precision=len(self.errors) / max(1, self.detections),
            error_m_median=float(np.median(errors)),
            error_m_p90=float(np.quantile(errors, 0.9)),
            retrieval=self.right / max(1, self.asked),
        )
