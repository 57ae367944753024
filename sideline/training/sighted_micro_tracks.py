"""Micro-tracks of simulated sightings: the served micro-tracker around an ID decoder that is made up.

Fragments at occlusions and exchanges at contacts are thus those of the real run-time. The made-up decoder compares
made-up embeddings: of a person, less so the more another hides them, and team-mates alike.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from sideline.arrays import Bools, Float32s, Float64s, Int64s
from sideline.tensors import EMBEDDING_DIMS, IDENTITY_SLOTS
from sideline.tracking.micro_tracks import MicroTracker, MicroTrackSettings
from sideline.training.sightings import CAST, NOBODY, Sightings

_PEOPLE_PER_TEAM: Final = 10
_SERVED_SHARE: Final = 0.4
"""Matches that are followed with the served settings: the made-up decoder may be better than the trained one."""
_TOUCHING_M: Final = 0.8
"""People nearer than about this look partly like each other."""
_DIMS: Final = 24
"""Embedding dimensions in use; the others stay zero."""


def follow_sightings(seen: Sightings, rng: np.random.Generator) -> Int64s:
    """Micro-track IDs [D] of the detections; -1 for those that the tracker drops.

    Args:
        seen: The detections.
        rng: Source of all chance; draws also how good the decoder of this match is.
    """
    embeddings = _embed(seen, rng)
    comparer = _Comparer(float(rng.uniform(12, 30)), float(rng.uniform(0.4, 0.85)))
    tracker = MicroTracker(comparer.decode, _draw_settings(rng))
    ids = np.zeros(len(seen), np.int64)
    for rows in seen.split_by_frame():
        frame = int(seen.frames[rows[0]])
        ids[rows] = tracker.update(frame, embeddings[rows], seen.scores[rows], seen.points_m[rows])
    return ids


def _draw_settings(rng: np.random.Generator) -> MicroTrackSettings:
    """The served settings, or others with which the tracker breaks off and exchanges more often."""
    served = MicroTrackSettings()
    if rng.random() < _SERVED_SHARE:
        return served
    return replace(
        served,
        decoder_weight=float(rng.uniform(0.3, 1.0)),
        newborn_handicap=float(rng.uniform(1.0, 6.0)),
        newborn_distance_m=float(rng.choice([0.0, 0.4, 0.8])),
    )


def _embed(seen: Sightings, rng: np.random.Generator) -> Float32s:
    """Embeddings [D, 256] of unit length."""
    teams = rng.normal(size=(3, _DIMS))
    people = rng.normal(size=(CAST, _DIMS)) * rng.uniform(0.5, 0.9)
    people += teams[np.minimum(np.arange(CAST) // _PEOPLE_PER_TEAM, 2)]
    hidden = 1.0 - np.where(seen.persons != NOBODY, seen.visibility, 0.3)
    noise = rng.uniform(0.25, 0.7) + 0.9 * hidden
    beside, share = find_beside(seen)
    looks = (1 - share[:, None]) * people[seen.neighbours] + share[:, None] * people[seen.neighbours[beside]]
    looks += rng.normal(size=looks.shape) * noise[:, None]
    embeddings = np.zeros((len(seen), EMBEDDING_DIMS), np.float32)
    embeddings[:, :_DIMS] = looks / np.linalg.norm(looks, axis=1, keepdims=True)
    return embeddings


def find_beside(seen: Sightings) -> tuple[Int64s, Float64s]:
    """The nearest other detection of the same frame [D], and its share in how one looks [D]: up to a half."""
    beside, share = np.arange(len(seen)), np.zeros(len(seen))
    for rows in seen.split_by_frame():
        if len(rows) > 1:
            apart_m = np.linalg.norm(seen.points_m[rows, None] - seen.points_m[rows][None], axis=2)
            np.fill_diagonal(apart_m, np.inf)
            beside[rows] = rows[apart_m.argmin(axis=1)]
            share[rows] = 0.5 * np.exp(-((apart_m.min(axis=1) / _TOUCHING_M) ** 2))
    return beside, share


class _Comparer:
    """Stands in for the ID decoder: cosine to the mean of a label's embeddings in memory."""

    def __init__(self, sharpness: float, newborn: float) -> None:
        """sharpness: logit of a cosine of 1; newborn: cosine at which a newborn is as likely as a known label."""
        self._sharpness, self._newborn = sharpness, newborn

    def decode(self, past: Float32s, past_mask: Bools, now: Float32s, now_mask: Bools) -> Float32s:
        """Arguments and result as `sideline.tracking.micro_tracks.DecodeIds`."""
        means = past[:, :, :_DIMS].sum(axis=0)
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
        logits = np.full((len(now), IDENTITY_SLOTS + 1), self._newborn, np.float32)
        logits[:, :IDENTITY_SLOTS] = np.where(past_mask.any(axis=0), now[:, :_DIMS] @ means.T, -1.0)
        return logits * np.float32(self._sharpness)
