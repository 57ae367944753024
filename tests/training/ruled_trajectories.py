"""Trajectories by rule: an embedding says whose it is and of which frame."""

import numpy as np

from sideline.training.trajectories import NOBODY, Trajectories

PERSON, FRAME = 0, 1
"""Channels of an embedding that hold the person + 1 (0 for nobody) and the frame + 1."""


def make_match(people: int, frames: int = 60, strangers: int = 1, absent: float = 0.0, seed: int = 0) -> Trajectories:
    """Everybody in every frame (but for a share `absent`), with a few detections of nobody."""
    rng = np.random.default_rng(seed)
    rows = [(f, p) for f in range(frames) for p in range(people) if rng.random() >= absent]
    rows += [(f, NOBODY) for f in range(frames) for _ in range(strangers)]
    table = np.array(sorted(rows), np.int64)
    embeddings = np.zeros((len(table), 256), np.float32)
    embeddings[:, PERSON], embeddings[:, FRAME] = table[:, 1] + 1, table[:, 0] + 1
    return Trajectories(table[:, 0], table[:, 1], np.ones(len(table), np.float32), embeddings)
