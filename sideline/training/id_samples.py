"""Training samples of the ID decoder: a present frame, its past, and which word each detection should get.

Identity words are drawn anew for every sample. Trajectories are damaged as MOTIP does it (tokens dropped, identities
of two trajectories exchanged from some age on), and the frame rate varies, since live streams drop frames.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Bools, Float32s, Int64s
from sideline.tensors import EMBEDDING_DIMS, IDENTITY_SLOTS, MEMORY_FRAMES, NEWBORN
from sideline.training.trajectories import NOBODY, Trajectories

COLUMNS: Final = 22
"""Trajectories of a sample; more people than a match has on the floor."""
ROWS: Final = 26
"""Present detections of a sample."""
UNLABELLED: Final = -100
"""What torch's cross-entropy leaves out."""
_STRIDES: Final = (1, 1, 1, 1, 2, 2, 3, 5)


@dataclass(frozen=True, slots=True)
class IdSample:
    """One sample; shapes as in :class:`~sideline.networks.id_decoder.IdDecoder` without the batch axis.

    Attributes:
        trajectory_features: [39, 22, 256].
        trajectory_mask: [39, 22].
        current_features: [26, 256].
        current_mask: [26].
        slots: [22] word of each column.
        words: [26] the right word, 50 for newborn, -100 for rows without a detection.
    """

    trajectory_features: Float32s
    trajectory_mask: Bools
    current_features: Float32s
    current_mask: Bools
    slots: Int64s
    words: Int64s


def sample_identities(matches: list[Trajectories], rng: np.random.Generator) -> IdSample:
    """Draw one sample."""
    match = matches[int(rng.integers(len(matches)))]
    last = int(match.frames[-1])
    stride = int(rng.choice(_STRIDES))
    now = int(rng.integers(min(2 * stride, last), last + 1))
    columns = rng.permutation(np.unique(match.persons[match.persons != NOBODY]))[:COLUMNS]
    features, mask, rows = _past(match, now, stride, columns)
    _damage(features, mask, rng)
    slots = rng.permutation(IDENTITY_SLOTS)[:COLUMNS]
    present = rng.permutation(np.flatnonzero(match.frames == now))[:ROWS]
    current = np.zeros((ROWS, EMBEDDING_DIMS), np.float32)
    current[: len(present)] = match.embeddings[present]
    words = np.full(ROWS, UNLABELLED, np.int64)
    words[: len(present)] = [_word(person, rows, mask, slots) for person in match.persons[present]]
    return IdSample(features, mask, current, np.arange(ROWS) < len(present), slots, words)


def _past(match: Trajectories, now: int, stride: int, columns: Int64s) -> tuple[Float32s, Bools, dict[int, int]]:
    """Fill the memory from the 39 frames before; returns features, mask and the column of each person."""
    features = np.zeros((MEMORY_FRAMES, COLUMNS, EMBEDDING_DIMS), np.float32)
    mask = np.zeros((MEMORY_FRAMES, COLUMNS), bool)
    column_of = {int(person): column for column, person in enumerate(columns)}
    ages = (now - match.frames) // stride - 1
    usable = (match.frames < now) & ((now - match.frames) % stride == 0) & (ages < MEMORY_FRAMES)
    for row in np.flatnonzero(usable & (match.persons != NOBODY)):
        column = column_of.get(int(match.persons[row]))
        if column is not None:
            features[ages[row], column] = match.embeddings[row]
            mask[ages[row], column] = True
    return features, mask, column_of


def _damage(features: Float32s, mask: Bools, rng: np.random.Generator) -> None:
    """Drop tokens and runs of tokens, exchange identities, forget people; in place."""
    mask &= rng.random(mask.shape) > rng.uniform(0, 0.2)
    for column in range(mask.shape[1]):
        if rng.random() < 0.3:
            start = 0 if rng.random() < 0.6 else int(rng.integers(MEMORY_FRAMES))
            mask[start : start + int(rng.integers(1, MEMORY_FRAMES)), column] = False
        if rng.random() < 0.04:
            mask[:, column] = False
    alive = np.flatnonzero(mask.any(0))
    if len(alive) > 1 and rng.random() < 0.3:
        first, second = rng.choice(alive, 2, replace=False)
        oldest = slice(int(rng.integers(3, MEMORY_FRAMES)), None)
        for array in (features, mask):
            array[oldest, [first, second]] = array[oldest, [second, first]]


def _word(person: int, column_of: dict[int, int], mask: Bools, slots: Int64s) -> int:
    """The word of a detection: its person's slot where the memory still knows the person, else newborn."""
    column = column_of.get(int(person))
    if column is None or not mask[:, column].any():
        return NEWBORN
    return int(slots[column])
