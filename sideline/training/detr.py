"""Training and validation of the keypoint DETR on shards of simulated panoramas."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from sideline.arrays import Float64s
from sideline.errors import TrainingError
from sideline.networks.detr import DetrEngine, KeypointDetr
from sideline.tensors import PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX
from sideline.training.crops import Crop, sample_pair
from sideline.training.detr_loss import Targets, detr_loss
from sideline.training.loop import Schedule, load_averaged, train
from sideline.training.panoramas import Shard, Truth, open_shards

_CROP_QUERIES = 64
"""A crop is a quarter of the panorama and needs fewer queries; their number is no part of the weights."""
_RESCAN_STEPS = 100
"""Shards that are written while training runs are picked up this often."""


def train_detr(
    data: Path, folder: Path, schedule: Schedule, batch: int, device: torch.device, start_from: Path | None = None
) -> KeypointDetr:
    """Train on the shards of ``data`` and return the averaged network.

    Args:
        data: Folder of shards (``sideline.training.datasets``); it may still be growing.
        folder: Checkpoints and log; training continues from there.
        schedule: Length and learning rate.
        batch: Crops a step, even.
        device: CPU or GPU; on either, convolutions run in bfloat16.
        start_from: Checkpoint whose averaged weights to start from; ignored when ``folder`` has one of its own.

    Raises:
        TrainingError: there is no shard.
    """
    torch.manual_seed(0)
    network = KeypointDetr(queries=_CROP_QUERIES)
    if start_from is not None:
        load_averaged(network, start_from)
    network.to(device)
    network.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    batches = _Prefetched(_batches(data, batch, np.random.default_rng()))

    def loss_of_step(step: int) -> dict[str, Tensor]:
        crops = next(batches)
        images = torch.from_numpy(np.stack([crop.image for crop in crops])).to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            output = network(images)
        return detr_loss(output, [Targets.of(crop, device) for crop in crops])

    average = train(network, loss_of_step, schedule, folder)
    assert isinstance(average, KeypointDetr)  # noqa: S101 - narrows the type
    return average


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


def validate_detr(network: KeypointDetr, data: Path, threshold: float = 0.5, frames: int = 6) -> DetrScores:
    """Measure ``network`` on ``frames`` frames of every shard of ``data``, detections above ``threshold``."""
    engine = DetrEngine(network).eval()
    tally = _Tally()
    for shard in open_shards(data):
        features, owners = [], []
        for frame in range(min(frames, len(shard.images))):
            with torch.no_grad():
                logits, points, embeddings = engine(torch.from_numpy(shard.images[frame : frame + 1].copy()))
            kept = logits[0, :, 0].sigmoid() > threshold
            points_px = points[0, kept].numpy() * [PANORAMA_WIDTH_PX, PANORAMA_HEIGHT_PX] - 0.5
            rows, people = tally.add(points_px, shard.truth, frame)
            features.append(embeddings[0, kept, :192].numpy()[rows])
            owners.append(shard.truth.person_ids[people] + 10_000 * frame)
        tally.add_retrieval(np.concatenate(features), np.concatenate(owners))
    return tally.scores()


class _Tally:
    def __init__(self) -> None:
        self.people = self.detections = self.asked = self.right = 0
        self.errors: list[float] = []

    def add(self, points_px: Float64s, truth: Truth, frame: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
        """Match one frame; returns rows of detections and of people that belong together."""
        known = truth.required[frame] | truth.ignored[frame]
        people = np.flatnonzero(known)
        offsets = (points_px[:, None] - truth.points_px[frame, people][None]) * truth.metres_per_px[frame, people][None]
        distance = np.hypot(offsets[..., 0], offsets[..., 1])
        rows, columns = linear_sum_assignment(np.minimum(distance, 0.75))
        near = distance[rows, columns] < 0.5
        rows, columns = rows[near], columns[near]
        required = truth.required[frame, people[columns]]
        self.people += int(truth.required[frame].sum())
        self.detections += len(points_px) - int((~required).sum())
        self.errors.extend(distance[rows, columns][required])
        return rows[required], people[columns[required]]

    def add_retrieval(self, features: Float64s, owners: np.ndarray) -> None:  # type: ignore[type-arg]
        """Nearest neighbour among other frames."""
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


def _batches(data: Path, batch: int, rng: np.random.Generator) -> Iterator[list[Crop]]:
    shards: list[Shard] = []
    count = 0
    while True:
        if count % _RESCAN_STEPS == 0:
            shards = list(open_shards(data))
            if not shards:
                raise TrainingError(f"{data} holds no shards; make some with python -m sideline.training.datasets")
        yield [crop for _ in range(batch // 2) for crop in sample_pair(shards, rng)]
        count += 1


class _Prefetched:
    """Draws batches in a thread, so that disk and augmentation overlap with the step."""

    def __init__(self, batches: Iterator[list[Crop]], ahead: int = 4) -> None:
        self._queue: queue.Queue[list[Crop] | BaseException] = queue.Queue(ahead)
        threading.Thread(target=self._fill, args=(batches,), daemon=True).start()

    def _fill(self, batches: Iterator[list[Crop]]) -> None:
        try:
            for batch in batches:
                self._queue.put(batch)
        except Exception as error:
            self._queue.put(error)

    def __next__(self) -> list[Crop]:
        batch = self._queue.get()
        if isinstance(batch, BaseException):
            raise batch
        return batch
