"""What the trained detector sees in runs of consecutive frames: embeddings with the person each belongs to.

The ID decoder is trained on these, so that it learns from the detector's real misses, duplicates and confusions. One
file a match, made once for one detector.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import onnxruntime
from rich.progress import track

from sideline.arrays import Float32s, Float64s, Int64s
from sideline.errors import TrainingError
from sideline.training.detections import pair_with_people, select_distinct, to_pixels
from sideline.training.panoramas import Shard, Truth, open_shards

_SCORE = 0.3
NOBODY = -1
"""Person of a detection that is nobody's."""


@dataclass(frozen=True, slots=True)
class Trajectories:
    """M detections of one match in F consecutive frames.

    Attributes:
        frames: [M] 0-based, rising.
        persons: [M] index of the person, or NOBODY.
        scores: [M].
        embeddings: [M, 256].
    """

    frames: Int64s
    persons: Int64s
    scores: Float32s
    embeddings: Float32s


def detect_trajectories(detr: Path, shards: Path, folder: Path) -> None:
    """Run the engine ``detr`` (ONNX) over every shard and keep what it sees, one .npz a shard; made ones are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # leaves the other cores to a training that runs beside it
    session = onnxruntime.InferenceSession(detr, options, providers=["CPUExecutionProvider"])
    for index, shard in enumerate(track(list(open_shards(shards)), description="detecting")):
        path = folder / f"{index:06d}.npz"
        if path.exists():
            continue
        found = _detect(session, shard)
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.savez(file, **{field.name: getattr(found, field.name) for field in fields(Trajectories)})
        partial.rename(path)


def load_trajectories(folder: Path) -> list[Trajectories]:
    """Read all matches of ``folder`` in which anything was detected.

    Raises:
        TrainingError: there is none.
    """
    found = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as arrays:
            match = Trajectories(**{field.name: arrays[field.name] for field in fields(Trajectories)})
        if len(match.frames):
            found.append(match)
    if not found:
        raise TrainingError(f"{folder} holds no trajectories; train and export the detector first")
    return found


def _detect(session: onnxruntime.InferenceSession, shard: Shard) -> Trajectories:
    parts = []
    for frame in range(len(shard.images)):
        logits, points, embeddings = session.run(None, {"panorama": np.array(shard.images[frame : frame + 1])})
        points_px, scores = to_pixels(points[0]), 1 / (1 + np.exp(-logits[0, :, 0]))
        kept = select_distinct(points_px, scores, shard.truth, _SCORE)
        persons = _owners(points_px[kept], shard.truth, frame)
        parts.append((np.full(len(persons), frame), persons, scores[kept], embeddings[0, kept]))
    frames, persons, scores, embeddings = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Trajectories(frames.astype(np.int64), persons, scores.astype(np.float32), embeddings)


def _owners(points_px: Float64s, truth: Truth, frame: int) -> Int64s:
    owners = np.full(len(points_px), NOBODY, np.int64)
    rows, people = pair_with_people(points_px, truth, frame)
    owners[rows] = people
    return owners
